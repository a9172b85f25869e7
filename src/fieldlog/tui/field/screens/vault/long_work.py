"""Work on the whole vault that takes a while: what it is, how far it is, and what happened if it failed."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Generic, TypeVar

from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.alarms import what_to_do
from fieldlog.tui.field.commands import BACK, LOCK, STOP
from fieldlog.tui.field.outcome import Lock
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.work import Progress as Tell
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note, Progress
from fieldlog.tui.kit.workers import Job

Result = TypeVar("Result")


class LongWorkScreen(ReporterPage, Generic[Result]):
    """Does ``work`` on the vault's thread, then ``done`` with its result."""

    OFFERS: ClassVar[tuple[Command, ...]] = (STOP, LOCK)
    HELP = N_("What is made here is there when it is whole. Stopping, or an error, leaves what was before.")
    BINDINGS: ClassVar[list[Any]] = bindings((STOP,))

    def __init__(
        self,
        *,
        title: str,
        doing: str,
        work: Callable[[Tell], Result],
        done: Callable[[Result], Awaitable[None] | None],
        stoppable: bool = True,
        when_failed: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._doing = doing
        self._work = work
        self._done = done
        self._stoppable = stoppable
        self._when_failed = when_failed
        self._job = Job()
        self._working = False
        self._failed = False

    def heading(self) -> str:
        """The title."""
        return _("{what}: not done").format(what=self._title) if self._failed else self._title

    def offers(self) -> tuple[Command, ...]:
        """Esc stops what can be stopped, and after a failure goes back."""
        if self._failed:
            return (LOCK, BACK)
        return self.OFFERS if self._stoppable else (LOCK,)

    def body(self) -> Iterable[Widget]:
        """The bar, where there is something to measure."""
        yield Note(self._doing, id="state", classes="lead gap")
        bar = Progress(self._job)
        bar.display = self._stoppable
        yield bar
        yield Note(
            _("Esc stops it and leaves nothing half-done.") if self._stoppable else "",
            id="advice",
            classes="quiet gap",
        )

    def on_mount(self) -> None:
        """Begin. The app runs it: a page that goes away must not take the work with it."""
        self._working = True
        self.app.run_worker(self._run())

    async def _run(self) -> None:
        job, work = self._job, self._work
        try:
            result = await self.reporter.threads.run(job, lambda: work(job.progress))
        except errors.FieldlogError as error:
            self._working = False
            if self.is_there:
                self._show_failure(error)
            return
        self._working = False
        if self.is_there and not self.reporter.is_leaving:
            self.reporter.close_dialogs()  # what comes next takes the place of this page
            then = self._done(result)
            if inspect.isawaitable(then):
                await then

    def _show_failure(self, error: errors.FieldlogError) -> None:
        said = explain(error)
        self._failed = True
        self.query_one(Progress).display = False
        self.query_one("#state", Note).say(said.what)
        lines = [said.advice, *what_to_do(error), self._when_failed, _("Esc goes back.")]
        self.query_one("#advice", Note).say("\n".join(line for line in lines if line))
        self.retitle()
        self.reoffer()

    async def action_back(self) -> None:
        """As Esc."""
        self.action_stop()

    def action_stop(self) -> None:
        """Esc: stop, or go back when it has ended already."""
        if self._failed and self.reporter.is_open and not self.work.is_open():
            self.app.run_worker(self.reporter.leave_for(Lock(current_language())))
        elif self._failed:
            self.app.pop_screen()
        elif self._working and self._stoppable:
            self._job.stop()
            self.query_one("#advice", Note).say(_("Stopping..."))
