"""How far a check, a rescue or a restoring is, over parts that take very different times.

Everything is counted in bytes of an attachment that would have been read meanwhile, so that the percents a
person sees go on at one speed; they are estimates, the end is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from fieldlog.store.media import Progress

Item = TypeVar("Item")

_TOGETHER: Final = 64
"""Rows between two calls."""


class Pace:
    """Adds up what is done; ``progress`` is called with it, and what it raises ends the work."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._done = 0
        self._total = 0

    def expect(self, amount: int) -> None:
        """So much more is to be done; before the first step."""
        self._total += max(0, amount)

    def step(self, amount: int = 0) -> None:
        """So much more is done; with nothing, only ask whether to go on."""
        self._done = min(self._done + amount, self._total)
        self._tell()

    def each(self, rows: Iterable[Item], *, cost: int) -> Iterator[Item]:
        """``rows``, each of which costs so much."""
        for number, row in enumerate(rows, 1):
            yield row
            if number % _TOGETHER == 0:
                self.step(cost * _TOGETHER)

    def within(self) -> Progress:
        """A progress for one file, whose bytes are steps."""
        before = 0

        def tell(done: int, _total: int) -> None:
            nonlocal before
            self.step(done - before)
            before = done

        return tell

    def end(self) -> None:
        """Nothing is left to do, whatever was expected."""
        # Where nothing was expected there was nothing to see either; people are told that it is done.
        self._total = max(1, self._total)
        self._done = self._total
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None and self._total:
            self._progress(self._done, self._total)
