"""The bin: incidents put aside, and the vault's own count of the days they lie there.

A clock that is wrong must not destroy anybody's testimony (docs/decisions: the bin counts days that the
vault has seen). So the bin has a time of its own. It moves when the vault is opened, by how far the
computer's clock is beyond the nearest earlier moment that it ever showed here: never backwards, and by at
most ``LONGEST_STEP`` at once. So no stretch of the clock's time counts twice, however often the clock
jumps back and forth; one wrong year costs a week; and after a year in the future the days go on at once.
Only a vault that is opened goes through the thirty days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fieldlog.store.database import Database
from fieldlog.store.vault.erasing import Erasing
from fieldlog.store.vault.incidents import IncidentRow, Incidents
from fieldlog.store.vault.settings import Settings

KEPT: Final = timedelta(days=30)
LONGEST_STEP: Final = timedelta(days=7)
"""Who opens the vault once a week has exactly the thirty days; a clock that jumps by years costs a week."""

_CLOCK: Final = "bin-clock"
_SEEN: Final = "bin-clock-seen"
_MOST_SEEN: Final = 16
"""Stretches that are remembered: a year of monthly unlocks, and a clock with a few wrong habits."""

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """What the clock has shown without a gap of more than ``LONGEST_STEP``; both ends are in it."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedIncident:
    """An incident in the bin; with ``days_left`` 0 the next unlock erases it for good."""

    row: IncidentRow
    days_left: int


class Bin:
    """The incidents of a vault that were put aside."""

    def __init__(
        self, database: Database, incidents: Incidents, settings: Settings, erasing: Erasing
    ) -> None:
        self._database = database
        self._incidents = incidents
        self._settings = settings
        self._erasing = erasing

    def put(self, code: str, *, now: datetime) -> None:
        """Put an incident aside; its days begin, also if it was there already.

        Raises:
            UnknownRecord: no such incident.
        """
        self._incidents.set_binned(code, at=self._time(now).strftime(_FORM))

    def restore(self, code: str) -> None:
        """Bring an incident back.

        Raises:
            UnknownRecord: no such incident.
        """
        self._incidents.set_binned(code, at=None)

    def rows(self, *, now: datetime) -> tuple[BinnedIncident, ...]:
        """Everything in the bin, what goes first at the beginning."""
        present = self._time(now)
        found = [
            BinnedIncident(row=self._incidents.row(code), days_left=_days_left(binned_at, present))
            for code, binned_at in self._binned()
        ]
        return tuple(sorted(found, key=lambda one: one.days_left))

    def move_on(self, *, now: datetime) -> None:
        """Let the bin's time go on to this unlock, and remember that the clock was here."""
        present, seen = self._time(now), self._seen()
        here = next((one for one in seen if one.start <= now <= one.end), None) or _nearest(seen, now)
        if here is None or now - here.end > LONGEST_STEP:
            stretch = _Stretch(start=now, end=now)
        else:
            seen.remove(here)
            stretch = _Stretch(start=here.start, end=max(here.end, now))
        # The one used last comes first; the one that was not used for longest is forgotten.
        kept = [stretch, *seen][:_MOST_SEEN]
        self._settings.set(_SEEN, _text(moment for one in kept for moment in (one.start, one.end)))
        self._settings.set(_CLOCK, _text((now, present)))

    def erase_due(self, *, now: datetime) -> int:
        """Erase for good what has had its days, and say how much that was.

        Raises:
            FieldlogError: as ``Erasing.erase``; the next unlock goes on.
        """
        present = self._time(now)
        self._erasing.finish()
        due = tuple(code for code, binned_at in self._binned() if not _days_left(binned_at, present))
        if due:
            self._erasing.erase(due)
        return len(due)

    def empty(self) -> int:
        """Erase everything in the bin for good, however many days it had left.

        Raises:
            FieldlogError: as ``Erasing.erase``.
        """
        codes = tuple(code for code, _binned_at in self._binned())
        if codes:
            self._erasing.erase(codes)
        return len(codes)

    def _binned(self) -> list[tuple[str, str]]:
        rows = self._database.execute(
            "SELECT code, binned_at FROM incident WHERE (binned_at IS NULL) = 0 AND binned_at != '' "
            "ORDER BY number DESC"
        )
        return [(code, binned_at) for code, binned_at in rows]

    def _time(self, now: datetime) -> datetime:
        """The bin's time at this moment; at the very first, the computer's."""
        kept = _moments(self._settings.get(_CLOCK))
        if not kept:
            return now
        _clock_then, time_then = kept
        seen = self._seen()
        if any(one.start <= now <= one.end for one in seen):
            return time_then
        nearest = _nearest(seen, now)
        # Before everything that was ever seen, nobody knows how much of it has passed.
        passed = timedelta(0) if nearest is None else min(now - nearest.end, LONGEST_STEP)
        return time_then + passed

    def _seen(self) -> list[_Stretch]:
        """What the clock has shown at unlocks, the stretch used last first."""
        moments = _moments(self._settings.get(_SEEN))
        seen = [
            _Stretch(start=start, end=end) for start, end in zip(moments[::2], moments[1::2], strict=True)
        ]
        last = _moments(self._settings.get(_CLOCK))[:1]
        # An earlier Fieldlog keeps the last unlock only.
        seen += [_Stretch(start=at, end=at) for at in last if not any(o.start <= at <= o.end for o in seen)]
        return seen


def _nearest(seen: Sequence[_Stretch], now: datetime) -> _Stretch | None:
    """Of what ended before this moment, what ended last."""
    return max((one for one in seen if one.end < now), key=lambda one: one.end, default=None)


def _moments(text: str) -> list[datetime]:
    return [datetime.fromisoformat(part) for part in text.split()]


def _text(moments: Iterable[datetime]) -> str:
    return " ".join(moment.strftime(_FORM) for moment in moments)


def _days_left(binned_at: str, present: datetime) -> int:
    """Whole days, rounded up."""
    left = datetime.fromisoformat(binned_at) + KEPT - present
    return max(0, -(-left // timedelta(days=1)))
