"""A long piece of work over a page: what it is, how far it is, and Esc to stop it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import STOP
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.widgets import Note, Progress
from fieldlog.tui.kit.workers import Job


class WorkingBox(Box):
    """Closed by whoever opened it; Esc only asks the job to stop."""

    OFFERS: ClassVar[tuple[Command, ...]] = (STOP,)

    def __init__(self, *, title: str, job: Job) -> None:
        super().__init__()
        self._title = title
        self._job = job

    def heading(self) -> str:
        """What is being done."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The bar."""
        yield Progress(self._job)
        yield Note(_("Esc stops it and leaves nothing half-done."), id="stopping", classes="quiet")

    def action_leave(self) -> None:
        """Esc."""
        self._job.stop()
        self.query_one("#stopping", Note).say(_("Stopping..."))

    action_stop = action_leave
