"""What time it is, as a value that is passed in.

Every use case takes a ``Clock``; a test passes a ``FixedClock`` and sees the same bytes each run.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where a use case gets the time from."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for intervals such as the auto-lock."""
        ...


class SystemClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        """The computer's idea of the time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an unnamed moment, also counted on after the wall clock was changed."""
        return time.monotonic()


class FixedClock:
    """A clock that stands still until it is moved.

    Raises:
        ValueError: a moment without a zone, which is a mistake of the caller.
    """

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("moment without a zone")
        self._moment = moment.astimezone(UTC)
        self._elapsed = 0.0

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._moment

    def monotonic(self) -> float:
        """Seconds it was moved on by so far."""
        return self._elapsed

    def move_on(self, *, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._moment += timedelta(seconds=seconds)
        self._elapsed += seconds
