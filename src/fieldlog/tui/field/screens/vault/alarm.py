"""The vault did not open, and not for a slip of the finger: what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.alarms import what_to_do
from fieldlog.tui.field.commands import BACK, HELP, QUIT
from fieldlog.tui.field.screens.reading import SCROLLING, ReadingPage
from fieldlog.tui.field.screens.vault.recover import begin_recovery
from fieldlog.tui.field.vault_commands import RECOVER
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class AlarmScreen(ReadingPage):
    """Stays until it is left: nothing of it may be read too late."""

    OFFERS: ClassVar[tuple[Command, ...]] = (QUIT, RECOVER, HELP, BACK)
    HELP = N_(
        "Fieldlog compares the vault with what it wrote when it was locked last. What does not fit is never "
        "shown as yours and never repaired in silence."
    )
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = [*bindings((RECOVER, BACK)), *SCROLLING]

    def __init__(self, error: errors.FieldlogError) -> None:
        super().__init__()
        self._error = error

    def heading(self) -> str:
        """The title."""
        return _("The vault was not opened")

    @property
    def _can_recover(self) -> bool:
        # Practice makes itself anew.
        return self.reporter.practice is None

    def offers(self) -> Sequence[Command]:
        """Recovering where there is something to keep."""
        return self.OFFERS if self._can_recover else (QUIT, HELP, BACK)

    def body(self) -> Iterable[Widget]:
        """What happened, what it can mean, what to do."""
        said = explain(self._error)
        with VerticalScroll(id="text"):
            yield Note("! " + said.what, classes="warn")
            yield Note(said.advice, classes="lead gap")
            for line in what_to_do(self._error, recover_here=self._can_recover):
                yield Note(line, classes="gap")
            yield Note(_("Nothing was changed in it. Esc goes back to the passphrase."), classes="quiet gap")

    async def action_recover(self) -> None:
        """F6."""
        if self._can_recover:
            await begin_recovery(self)
