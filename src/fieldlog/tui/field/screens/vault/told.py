"""What was done, and what it means: a page to read, and Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import LOCK, NEXT
from fieldlog.tui.field.screens.reading import SCROLLING, ReadingPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class ToldScreen(ReadingPage):
    """The first line leads, the others follow; ``then`` is where Enter goes, else back to the list."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, LOCK)
    HELP = N_("This is what was done. Enter goes on.")
    BINDINGS: ClassVar[list[Any]] = [*bindings((NEXT,)), *SCROLLING]

    def __init__(
        self, *, title: str, lead: str, lines: Sequence[str] = (), then: Callable[[], object] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._lead = lead
        self._lines = tuple(lines)
        self._then = then

    def heading(self) -> str:
        """The title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The text."""
        with VerticalScroll(id="text"):
            yield Note(self._lead, classes="lead gap")
            for line in self._lines:
                yield Note(line, classes="gap")
            yield Note(_("Enter goes on."), classes="quiet gap")

    def action_next(self) -> None:
        """Enter."""
        if self._then is not None:
            self._then()
        else:
            self.reporter.back_to_list()
