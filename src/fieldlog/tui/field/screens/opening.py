"""Practice opens by itself the first time: nothing is asked before there is something to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import LOCK
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.widgets import Note


class OpeningScreen(ReporterPage):
    """One line while the vault opens."""

    OFFERS: ClassVar[tuple[Command, ...]] = (LOCK,)
    HELP = N_("Practice: the incidents are made up, and everything vanishes when you leave.")
    SECRET = False

    def heading(self) -> str:
        """The title."""
        return _("Open the vault")

    def body(self) -> Iterable[Widget]:
        """What is happening."""
        yield Note(_("Opening... this takes a moment."), classes="lead gap")

    def on_mount(self) -> None:
        """Open."""
        self.run_worker(self._open())

    async def _open(self) -> None:
        practice = self.reporter.practice
        words = " ".join(practice.words) if practice is not None else ""
        try:
            opened = await self.reporter.threads.call(lambda: self.work.unlock(words))
        except errors.FieldlogError as error:
            await self.app.switch_screen(UnlockScreen())
            self.reporter.explain(error)
        else:
            await self.reporter.show_vault(opened)
