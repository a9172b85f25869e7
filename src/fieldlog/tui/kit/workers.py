"""Slow work off the screen: one thread for everything that touches the vault, in the order asked for.

A database connection belongs to one thread at a time, and a draft must not overtake an older one:
a single thread gives both.
A ``Job`` is the only thing a running piece of work and a screen share; work touches no widget.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fieldlog.errors import Cancelled

Result = TypeVar("Result")


class Job:
    """How far a long piece of work is, and the person's wish to stop it."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self._stop = False

    def progress(self, done: int, total: int) -> None:
        """Callback for a use case; called in its thread.

        Raises:
            Cancelled: the person asked to stop.
        """
        if self._stop:
            raise Cancelled
        self.done, self.total = done, total

    def stop(self) -> None:
        """Ask the work to end at its next step, leaving nothing behind."""
        self._stop = True

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop

    @property
    def percent(self) -> int:
        """0 to 100; 0 while the size is not known."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class OneThread:
    """The thread all vault work runs on."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fieldlog-vault")
        self._running: Job | None = None

    async def call(self, work: Callable[[], Result]) -> Result:
        """Run ``work`` after everything asked for earlier; its errors come back to the caller."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def run(self, job: Job, work: Callable[[], Result]) -> Result:
        """Run a long piece of work that ``stop_running`` may end."""
        self._running = job
        try:
            return await self.call(work)
        finally:
            if self._running is job:
                self._running = None

    @property
    def is_running(self) -> bool:
        """Whether a long piece of work is on its way."""
        return self._running is not None

    def stop_running(self) -> None:
        """Ask the running job, if any, to stop: lock and panic wait for nothing longer than a chunk."""
        if self._running is not None:
            self._running.stop()

    def end_with(self, last: Callable[[], None]) -> None:
        """Run ``last`` after what was asked for, wait for it and end the thread."""
        self._pool.submit(last)
        self._pool.shutdown(wait=True)
