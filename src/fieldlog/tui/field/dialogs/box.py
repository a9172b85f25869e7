"""What every dialog of the reporter's is: a box that can be locked away like any screen."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult

from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, EVERYWHERE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.page import SMALLEST, Dialog
from fieldlog.tui.kit.widgets import Note


class Box(Dialog):
    """A dialog; F9 and F12 work over it as everywhere, and a window that is too small covers it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CLOSE,)
    BINDINGS: ClassVar[list[Any]] = [*bindings(EVERYWHERE, target="app."), *bindings((CLOSE,))]

    def compose(self) -> ComposeResult:
        """The box, and the cover for a small window."""
        yield from super().compose()
        yield Note(
            _(
                "This window is too small for Fieldlog.\n"
                "Make it at least 60 columns wide and 18 rows high.\n"
                "Nothing is lost."
            ),
            id="too-small",
        )

    def on_resize(self, event: events.Resize) -> None:
        """Cover the box in a window that is too small; what was typed in it stays."""
        super().on_resize(event)
        self.set_class(event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1], "-too-small")

    def problem(self) -> Note:
        """Where a box says what is missing or wrong."""
        note = Note("", id="problem", classes="warn")
        note.display = False
        return note

    def complain(self, text: str) -> None:
        """What is missing or wrong; the box stays open with everything that was typed."""
        self._put_problem("! " + text)
        self.app.bell()

    def no_problem(self) -> None:
        """What was wrong is being changed."""
        self._put_problem("")

    def _put_problem(self, text: str) -> None:
        note = self.query_one("#problem", Note)
        note.say(text)
        note.display = bool(text)
