"""The threads of one stream: started when a second batch exists, gone when the stream is closed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_Result = TypeVar("_Result")

# Two cores are what a laptop in the field has; the calling thread reads and writes meanwhile.
WORKERS = 2
# Batches under way: one for each worker, one waiting for each, and two on their way to a disk.
AHEAD = 6


class Workers:
    """Runs calls on ``count`` other threads. Not to be shared between streams."""

    __slots__ = ("_count", "_pool")

    def __init__(self, count: int = WORKERS) -> None:
        self._count = count
        self._pool: ThreadPoolExecutor | None = None

    def start(self, call: Callable[[], _Result]) -> Future[_Result]:
        """Run ``call`` when a worker is free; what it raises is raised by the future's ``result``."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="age-stream")
        return self._pool.submit(call)

    def close(self) -> None:
        """Drop what has not begun, wait for what has, and end the threads. May be called again."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
