"""Reads what a person typed under "When?" in Russian, Kazakh or English.

The result keeps exactly what was said: "около" becomes ``approx`` or ``~``, "вечером" stays a part of the
day, a month stays a month. What cannot be read as a whole is refused; the form shows the reading live.

Dates without a year and clocks without a date mean the latest such moment that is not in the future:
people write down what has happened.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

from fieldlog.errors import UnreadableDate
from fieldlog.model.typed_said import Said, clock_of, days_from, later, listen
from fieldlog.model.typed_words import MAX_TYPED, Kind, Token, tokens_of
from fieldlog.model.when import PARTS_OF_DAY, EdtfDate, When

_CLOCK_AHEAD: Final = timedelta(minutes=30)
"""How far ahead of the clock a bare time of day may be and still mean today."""


def read_typed_when(text: str, *, today: date, now: time, tz: str | None = None) -> When:
    """The time that ``text`` says, seen from the local date ``today`` and time ``now``.

    Nothing typed means now, marked as ``assumed``.

    Raises:
        UnreadableDate: it cannot be read as a whole, or contradicts itself.
    """
    if len(text) > MAX_TYPED:
        raise UnreadableDate
    text = text.strip()
    here = datetime.combine(today, now.replace(second=0, microsecond=0, tzinfo=None))
    if not text:
        return When(start=EdtfDate.of(today), clock=f"{here:%H:%M}", tz=tz, assumed=True)
    try:
        exact = When.from_edtf(text)
    except UnreadableDate:
        return _read(tokens_of(text), here, tz)
    return When(start=exact.start, end=exact.end, ongoing=exact.ongoing, tz=tz)


def _read(tokens: list[Token], here: datetime, tz: str | None) -> When:  # noqa: PLR0911
    kinds = [token.kind for token in tokens]
    if Kind.FROM_BEFORE in kinds:  # Kazakh: "3 қарашадан 5 қарашаға дейін", "3 қарашадан бері"
        place = kinds.index(Kind.FROM_BEFORE)
        left, right = tokens[:place], tokens[place + 1 :]
        if right and right[-1].kind is Kind.TO_BEFORE:
            return _range(left, right[:-1], here, tz)
        if [token.kind for token in right] == [Kind.SINCE_BEFORE]:
            return _since(left, here, tz)
        raise UnreadableDate
    if kinds and kinds[-1] is Kind.TO_BEFORE:
        return _until(tokens[:-1], here, tz)
    if Kind.TO in kinds:
        place = kinds.index(Kind.TO)
        left = [token for token in tokens[:place] if token.kind is not Kind.FROM]
        if len(left) < place - 1:
            raise UnreadableDate
        if not left and place == 0:
            return _until(tokens[1:], here, tz)
        return _range(left, tokens[place + 1 :], here, tz)
    if kinds and kinds[0] is Kind.FROM:
        return _since(tokens[1:], here, tz)
    return _single(tokens, here, tz)


def _single(tokens: list[Token], here: datetime, tz: str | None) -> When:
    said = listen(tokens, here)
    start, end, clock = _date_of(said, here), said.last_day, clock_of(said)
    if said.night_into:
        if start.day in {None, 0}:
            raise UnreadableDate
        evening = EdtfDate.of(days_from(start.earliest, -1), start.qualifier)
        if clock == "night":
            start, end = evening, start
        elif clock is not None and clock >= "12:00":
            start = evening
    return When(start=start, end=end, clock=clock, approx=said.clock_about, tz=tz)


def _since(tokens: list[Token], here: datetime, tz: str | None) -> When:
    said = listen(tokens, here)
    if said.last_day is not None or said.night_into:
        raise UnreadableDate
    start = _date_of(said, here)
    return When(start=start, clock=clock_of(said), approx=said.clock_about, tz=tz, ongoing=True)


def _until(tokens: list[Token], here: datetime, tz: str | None) -> When:
    said = listen(tokens, here)
    if said.part is not None or said.last_day is not None or said.clock_about or said.night_into:
        raise UnreadableDate
    return When(end=_date_of(said, here), end_clock=said.clock, tz=tz)


def _range(left: list[Token], right: list[Token], here: datetime, tz: str | None) -> When:
    first, second = listen(left, here), listen(right, here)
    if any((side.last_day or side.night_into) for side in (first, second)) or (
        second.part is not None and second.clock is None
    ):
        raise UnreadableDate
    if second.clock is not None and first.clock is None:
        raise UnreadableDate
    if not second.has_date:
        return _same_day(first, second, here, tz)
    if first.dates is None and first.weekday is None:
        _lend(second, first)
    if second.dates is None and second.weekday is None:
        if second.month is None and second.day is not None:
            second.month = first.month
        if second.year is None and first.year is not None:
            second.year = first.year
    if not first.has_date:
        raise UnreadableDate
    end = _date_of(second, here)
    start = _date_of(first, here if first.year else datetime.combine(end.latest, here.time()))
    return When(
        start=start,
        end=end,
        clock=clock_of(first),
        end_clock=clock_of(second),
        approx=first.clock_about or second.clock_about,
        tz=tz,
    )


def _lend(second: Said, first: Said) -> None:
    """In "3-5 ноября 2025" the first day takes month and year from the second."""
    if first.day is not None and first.month is None:
        first.month = second.month
    if first.year is None and second.dates is None:
        first.year = second.year
    first.date_about = first.date_about or (second.date_about and first.has_date)


def _same_day(first: Said, second: Said, here: datetime, tz: str | None) -> When:
    """Of "вчера 22:00-02:00": one date, two clocks; an earlier second clock is the next day's."""
    clock, end_clock = clock_of(first), clock_of(second)
    start = _date_of(first, here)
    end = None
    if clock is None or end_clock is None or clock in PARTS_OF_DAY or end_clock == clock:
        raise UnreadableDate
    if end_clock < clock:
        if start.day in {None, 0}:
            raise UnreadableDate
        end = EdtfDate.of(days_from(start.earliest, 1), start.qualifier)
    about = first.clock_about or second.clock_about
    return When(start=start, end=end, clock=clock, end_clock=end_clock, approx=about, tz=tz)


def _date_of(said: Said, here: datetime) -> EdtfDate:
    """The date that was said, completed with the latest year or day that is not in the future.

    Raises:
        UnreadableDate: no such date, or a weekday that is not that day's.
    """
    found = _bare_date(said, here)
    if said.weekday is not None and (found.day in {None, 0} or found.earliest.weekday() != said.weekday):
        raise UnreadableDate
    about = said.date_about or found.about
    unsure = said.unsure or found.unsure
    qualifier = {(0, 0): "", (1, 0): "~", (0, 1): "?", (1, 1): "%"}[about, unsure]
    return EdtfDate(found.year, found.month, found.day, qualifier)


def _bare_date(said: Said, here: datetime) -> EdtfDate:
    if said.dates is not None:
        if (said.day, said.month, said.year) != (None, None, None):
            raise UnreadableDate
        return said.dates
    if said.month is not None:
        return _day_month(said, here.date())
    if said.day is not None:
        raise UnreadableDate
    if said.year is not None:
        return EdtfDate(said.year)
    if said.weekday is not None:
        back = (here.weekday() - said.weekday) % 7
        return EdtfDate.of(days_from(here.date(), -back))
    clock = clock_of(said) or "00:00"  # something was said, and it was no date
    begins = time.fromisoformat(PARTS_OF_DAY.get(clock, (clock,))[0])
    ahead = datetime.combine(here.date(), begins) > later(here, _CLOCK_AHEAD)
    return EdtfDate.of(days_from(here.date(), -1 if ahead else 0))


def _day_month(said: Said, today: date) -> EdtfDate:
    if said.year is not None:
        return EdtfDate(said.year, said.month, said.day)
    for year in range(today.year, max(today.year - 9, 0), -1):  # 29 February may be eight years back
        try:
            found = EdtfDate(year, said.month, said.day)
        except UnreadableDate:
            continue
        if found.earliest <= today:
            return found
    raise UnreadableDate
