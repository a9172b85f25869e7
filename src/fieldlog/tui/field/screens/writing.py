"""Handing over, step 4: writing the sealed file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import BACK, LOCK, STOP
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.handed import HandedScreen
from fieldlog.tui.field.work import Planned
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note, Progress
from fieldlog.tui.kit.workers import Job


class WritingScreen(ReporterPage):
    """A bar, and Esc to stop."""

    OFFERS: ClassVar[tuple[Command, ...]] = (STOP, LOCK)
    HELP = N_("The file appears in the folder only when it is whole. Stopping leaves nothing behind.")
    BINDINGS: ClassVar[list[Any]] = bindings((STOP,))

    def __init__(self, *, planned: Planned, folder: Path) -> None:
        super().__init__()
        self._planned = planned
        self._folder = folder
        self._job = Job()
        self._working = False
        self._failed = False

    def heading(self) -> str:
        """The title."""
        return (
            _("Hand over, step 4 of 4: not written") if self._failed else _("Hand over, step 4 of 4: writing")
        )

    def offers(self) -> tuple[Command, ...]:
        """Esc stops, and after a failure goes back."""
        return (LOCK, BACK) if self._failed else self.OFFERS

    def body(self) -> Iterable[Widget]:
        """The bar."""
        yield Note(_("Sealing and writing. Leave the stick where it is."), id="state", classes="lead gap")
        yield Progress(self._job)
        yield Note(_("Esc stops it and leaves nothing half-done."), id="advice", classes="quiet gap")

    def on_mount(self) -> None:
        """Begin."""
        self._working = True
        self.run_worker(self._write())

    async def _write(self) -> None:
        planned, folder, job = self._planned, self._folder, self._job
        try:
            sealed = await self.reporter.threads.run(
                job, lambda: self.work.seal(planned, folder, job.progress)
            )
        except errors.FieldlogError as error:
            self._working = False
            if self.is_mounted:
                self._show_failure(error)
            return
        self._working = False
        if self.is_mounted:
            self.app.switch_screen(HandedScreen(sealed))

    def _show_failure(self, error: errors.FieldlogError) -> None:
        """Say what happened to the folder: the file in it never had a name that means anything."""
        if isinstance(error, errors.MachineError) and error.path:
            error.path = str(self._folder)
        said = explain(error)
        self._failed = True
        self.query_one(Progress).display = False
        self.query_one("#state", Note).say(said.what)
        self.query_one("#advice", Note).say(f"{said.advice}\n" + _("Esc goes back; nothing was written."))
        self.retitle()
        self.reoffer()

    async def action_back(self) -> None:
        """As Esc."""
        self.action_stop()

    def action_stop(self) -> None:
        """Esc: stop, or go back when it has ended already."""
        if self._working:
            self._job.stop()
            self.query_one("#advice", Note).say(_("Stopping..."))
        else:
            self.app.pop_screen()
