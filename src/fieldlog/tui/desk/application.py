"""The desk's app: open one bundle, show it, leave."""

from __future__ import annotations

from typing import Any, ClassVar

from fieldlog import errors
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.system.clock import Clock
from fieldlog.tui.desk.commands import CLOSE
from fieldlog.tui.desk.received import OpenIt
from fieldlog.tui.desk.screens.bundle import BundlePage
from fieldlog.tui.desk.screens.opening import OpeningPage
from fieldlog.tui.kit.base import KitApp, Timings
from fieldlog.tui.kit.commands import bindings
from fieldlog.tui.kit.workers import Job, OneThread


class DeskApp(KitApp[None]):
    """The screens of one bundle."""

    BINDINGS: ClassVar[list[Any]] = bindings((CLOSE,))

    def __init__(
        self, *, open_it: OpenIt, clock: Clock, practice: bool, timings: Timings | None = None
    ) -> None:
        super().__init__(clock=clock, timings=timings or Timings())
        self._open_it = open_it
        self._practice = practice
        self._job = Job()
        self.threads = OneThread()

    def title_tag(self) -> str:
        """PRACTICE, in practice."""
        return _("PRACTICE") if self._practice else ""

    def can_lock(self) -> bool:
        """Idle too long, the desk closes like the vault does."""
        return True

    def on_mount(self) -> None:
        """Open and verify, on the other thread."""
        super().on_mount()
        opening = OpeningPage(self._job)
        self.push_screen(opening)
        self.run_worker(self._open(opening), exit_on_error=False)

    async def _open(self, opening: OpeningPage) -> None:
        try:
            received = await self.threads.run(self._job, lambda: self._open_it(self._job.progress))
        except errors.FieldlogError as error:
            said = explain(error)
            opening.failed(said.what, said.advice)
            return
        await self.switch_screen(BundlePage(received))

    async def action_lock(self) -> None:
        """Nobody is here: leave."""
        self.action_leave_app()

    async def end_by_signal(self, number: int) -> None:
        """The window was closed."""
        self.threads.stop_running()
        self.exit(None, return_code=128 + number)

    def action_leave_app(self) -> None:
        """Esc on the bundle, and F12."""
        self.threads.stop_running()
        self.exit(None)

    def on_unmount(self) -> None:
        """No thread outlives the screen."""
        self.threads.stop_running()
        self.threads.end_with(lambda: None)
