"""When something happened: a small subset of EDTF for the date, the local clock beside it.

Implements data-model section 1.4: ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, each with an optional ``~``
(about), ``?`` (unsure) or ``%`` (both); ``YYYY-MM-XX``, ``YYYY-XX-XX``; intervals ``A/B``, ``A/..`` and
``../B``.
What is stored is what the person knew: no missing month or day is ever filled in.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from fieldlog.errors import UnreadableDate
from fieldlog.model.kinds import ClockText, ExactClock, Zone

PARTS_OF_DAY: Final = {
    "night": ("00:00", "05:59"),
    "morning": ("06:00", "11:59"),
    "day": ("12:00", "17:59"),
    "evening": ("18:00", "23:59"),
}
"""First and last minute by which a part of the day is sorted; never shown as if somebody had said it."""

_EDTF: Final = re.compile(r"(\d{4})(?:-(\d\d|XX)(?:-(\d\d|XX))?)?([~?%]?)", re.ASCII)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class EdtfDate:
    """One date of the subset. ``month`` and ``day`` are ``None`` when not given, 0 when written ``XX``."""

    year: int
    month: int | None = None
    day: int | None = None
    qualifier: str = ""

    def __post_init__(self) -> None:
        """Refuse what is not a date.

        Raises:
            UnreadableDate: no such day, or a combination the subset does not have.
        """
        month, day = self.month, self.day
        known_day_of_unknown_month = month in {None, 0} and day not in {None, 0}
        bare_unknown_month = month == 0 and day is None
        day_without_month = month is None and day is not None
        if (
            not 1 <= self.year <= 9999
            or known_day_of_unknown_month
            or bare_unknown_month
            or day_without_month
            or not 0 <= (month or 0) <= 12
            or not 0 <= (day or 0) <= (monthrange(self.year, month)[1] if month else 31)
            or self.qualifier not in {"", "~", "?", "%"}
        ):
            raise UnreadableDate

    @classmethod
    def parse(cls, text: str) -> Self:
        """The date that ``text`` writes.

        Raises:
            UnreadableDate: it is not exactly of the subset.
        """
        match = _EDTF.fullmatch(text)
        if match is None or "00" in match.groups()[1:3]:
            raise UnreadableDate
        year, month, day, qualifier = match.groups()
        return cls(
            int(year),
            None if month is None else int(month.replace("XX", "0")),
            None if day is None else int(day.replace("XX", "0")),
            qualifier,
        )

    @classmethod
    def of(cls, day: date, qualifier: str = "") -> Self:
        """The day of a calendar ``date``."""
        return cls(day.year, day.month, day.day, qualifier)

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" if part else "XX" for part in (self.month, self.day) if part is not None]
        return "-".join(parts) + self.qualifier

    @property
    def earliest(self) -> date:
        """The first day it can be, read literally: ``~`` and ``?`` do not widen it."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it can be, read literally."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def about(self) -> bool:
        """Whether somebody said "about"."""
        return self.qualifier in {"~", "%"}

    @property
    def unsure(self) -> bool:
        """Whether somebody said they are not sure."""
        return self.qualifier in {"?", "%"}

    def with_about(self) -> Self:
        """The same date, said to be approximate."""
        return type(self)(self.year, self.month, self.day, "%" if self.unsure else "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A time as a person knows it.

    ``clock`` is ``HH:MM`` or a part of the day and belongs to ``start``; ``end_clock`` to ``end``, or to
    ``start`` when there is no ``end``. ``approx`` says that the clock was given as approximate; an
    approximate *date* carries ``~`` itself. ``ongoing`` is EDTF's ``A/..``. ``assumed`` means that nobody
    typed it: the form took the present moment.
    """

    start: EdtfDate | None = None
    end: EdtfDate | None = None
    clock: ClockText | None = None
    end_clock: ExactClock | None = None
    approx: bool = False
    tz: Zone | None = None
    ongoing: bool = False
    assumed: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            UnreadableDate: no date at all, an end before the start, an end of something ongoing, or an
                unknown form of clock.
        """
        nothing = self.start is None and self.end is None
        backwards = self.start is not None and self.end is not None and self.end.latest < self.start.earliest
        endless = self.ongoing and (self.end is not None or self.start is None)
        bad_clock = self.clock not in {None, *PARTS_OF_DAY} and not _CLOCK.fullmatch(self.clock or "")
        bad_end = self.end_clock is not None and not _CLOCK.fullmatch(self.end_clock)
        if nothing or backwards or endless or bad_clock or bad_end:
            raise UnreadableDate

    @classmethod
    def from_edtf(cls, text: str) -> Self:
        """The time that one EDTF string of the subset writes, without clock.

        Raises:
            UnreadableDate: it is not of the subset.
        """
        first, slash, second = text.partition("/")
        if not slash:
            return cls(start=EdtfDate.parse(first))
        return cls(
            start=None if first == ".." else EdtfDate.parse(first),
            end=None if second == ".." else EdtfDate.parse(second),
            ongoing=second == "..",
        )

    @property
    def edtf(self) -> str:
        """The date part as one EDTF string."""
        if self.end is not None:
            return f"{self.start or '..'}/{self.end}"
        return f"{self.start}/.." if self.ongoing else str(self.start)

    @property
    def part_of_day(self) -> str | None:
        """``night``, ``morning``, ``day`` or ``evening``, when that is all that is known."""
        return self.clock if self.clock in PARTS_OF_DAY else None

    @property
    def earliest(self) -> date | None:
        """The first possible day; ``None`` for an unknown beginning."""
        return None if self.start is None else self.start.earliest

    @property
    def latest(self) -> date | None:
        """The last possible day; ``None`` while it goes on."""
        if self.ongoing:
            return None
        return (self.end or self.start or EdtfDate(9999)).latest

    @property
    def sort_key(self) -> str:
        """A string that orders times by their earliest moment, such as ``2026-03-01T21:00``."""
        day = self.earliest or (self.end or EdtfDate(9999)).earliest
        clock = self.clock or "00:00"
        return f"{day.isoformat()}T{PARTS_OF_DAY.get(clock, (clock,))[0]}"
