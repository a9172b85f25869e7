"""Before the first vault: what is known about the place where it would lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, NEXT
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class PlaceScreen(ReporterPage):
    """Comes only where there is something to say."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, HELP, BACK)
    HELP = N_(
        "The vault is encrypted wherever it lies. The place decides who can get copies of it, and whether "
        "somebody can see that it changed.\n"
        "Start Fieldlog with --vault FOLDER to put it elsewhere, for example on an encrypted stick."
    )
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, BACK))

    def __init__(self, warnings: tuple[str, ...], then: Callable[[], object]) -> None:
        super().__init__()
        self._warnings = warnings
        self._then = then

    def heading(self) -> str:
        """The title."""
        return _("Where the vault will lie")

    def body(self) -> Iterable[Widget]:
        """The folder, then what is known about it."""
        yield Note(_("The vault will lie in {folder}").format(folder=self.work.folder), classes="lead gap")
        for sentence in self._warnings:
            yield Note("! " + sentence, classes="warn gap")
        yield Note(
            _("Another folder: end here with Ctrl+Q and start with --vault FOLDER. Enter makes it here."),
            classes="gap",
        )

    def action_next(self) -> None:
        """Enter: make it here all the same."""
        self._then()
