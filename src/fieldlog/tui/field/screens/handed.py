"""Handing over: what to do with the stick now, and the words to read over the phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.binding import Binding
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import HELP, LOCK, SEE_DESK, TO_LIST
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.outcome import ShowDesk
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.work import Sealed
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class HandedScreen(ReporterPage):
    """The end of the wizard."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TO_LIST, LOCK, HELP)
    HELP = N_(
        "Anybody can see that the stick holds a sealed file, but not what is in it or for whom.\n"
        "Your incidents stay in the vault until you remove them yourself."
    )
    BINDINGS: ClassVar[list[Any]] = [
        *bindings((TO_LIST, SEE_DESK)),
        Binding("escape", "to_list", show=False),
    ]

    def __init__(self, sealed: Sealed) -> None:
        super().__init__()
        self._sealed = sealed

    def heading(self) -> str:
        """The title."""
        return _("Handed over: the file is written")

    def offers(self) -> tuple[Command, ...]:
        """In practice, also the other side."""
        return (*self.OFFERS, SEE_DESK) if self.reporter.practice is not None else self.OFFERS

    def body(self) -> Iterable[Widget]:
        """The file, its words, what to do."""
        sealed = self._sealed
        yield Note(
            _("{name}, {size}").format(name=sealed.path.name, size=say_size(sealed.size)), classes="lead gap"
        )
        yield Note(str(sealed.path.parent), classes="quiet")
        yield Note(_("Its name in words, to compare by phone:"), classes="gap")
        yield Note("  " + "  ".join(sealed.words), id="bundle-words", classes="lead")
        yield Note(
            _(
                "Now:\n"
                "1. Take the stick out safely, in the way of your system.\n"
                "2. Give it to the organisation. Only they can open the file; you cannot.\n"
                "3. Read them the words, so that they know it is this file.\n"
                "4. Keep the incidents here until the organisation says that it has them."
            ),
            classes="gap",
        )
        if self.reporter.practice is not None:
            yield Note(_("Practice: F6 shows what the organisation sees."), classes="warn gap")

    def action_to_list(self) -> None:
        """Enter."""
        self.reporter.back_to_list()

    def action_see_desk(self) -> None:
        """F6, in practice."""
        if self.reporter.practice is not None:
            self.run_worker(self.reporter.leave_for(ShowDesk(self._sealed.path)))
