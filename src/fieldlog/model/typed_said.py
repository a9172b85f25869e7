"""What one side of a typed date has said: its tokens taken in order, each thing at most once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from fieldlog.errors import UnreadableDate
from fieldlog.model.typed_words import Kind, Token
from fieldlog.model.when import EdtfDate

_HOURS: Final = {
    "night": {12: 0, 10: 22, 11: 23, 22: 22, 23: 23} | {hour: hour for hour in range(7)},
    "morning": {hour: hour for hour in range(1, 12)},
    "day": {hour: hour for hour in range(10, 19)} | {hour: hour + 12 for hour in range(1, 7)},
    "evening": {hour: hour + 12 for hour in range(4, 12)} | {hour: hour for hour in range(16, 24)},
}
"""Which hour "9 вечера" or "2 ночи" is; an hour that is missing contradicts its part of the day."""


@dataclass(slots=True)
class Said:
    """The parts of one date and clock. ``night_into``: the night that ends on the date."""

    dates: EdtfDate | None = None
    last_day: EdtfDate | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    weekday: int | None = None
    clock: str | None = None
    part: str | None = None
    date_about: bool = False
    clock_about: bool = False
    unsure: bool = False
    night_into: bool = False

    @property
    def has_date(self) -> bool:
        """Whether anything of a date was said."""
        return any(value is not None for value in (self.dates, self.day, self.month, self.year, self.weekday))


def clock_of(said: Said) -> str | None:
    """The clock, or the part of the day; both together must agree.

    Raises:
        UnreadableDate: they do not.
    """
    if said.clock is None or said.part is None:
        return said.clock or said.part
    hour = _HOURS[said.part].get(int(said.clock[:2]))
    if hour is None:
        raise UnreadableDate
    return f"{hour:02}:{said.clock[3:]}"


def days_from(day: date, days: int) -> date:
    """``day`` moved by ``days``.

    Raises:
        UnreadableDate: beyond the calendar.
    """
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise UnreadableDate from None


def later(moment: datetime, by: timedelta) -> datetime:
    """``moment`` moved by ``by``.

    Raises:
        UnreadableDate: beyond the calendar.
    """
    try:
        return moment + by
    except OverflowError:
        raise UnreadableDate from None


def listen(tokens: list[Token], here: datetime) -> Said:
    """What the tokens of one side say.

    Raises:
        UnreadableDate: a token in a place where it means nothing, or the same thing said twice.
    """
    listener = _Listener(tokens, here)
    while listener.place < len(tokens):
        listener.take()
    return listener.finished()


class _Listener:
    def __init__(self, tokens: list[Token], here: datetime) -> None:
        self.tokens = tokens
        self.here = here
        self.place = 0
        self.said = Said()
        self.about_waiting = False
        self.about_before_date = False
        self.last = ""

    def kind(self, ahead: int = 0) -> Kind | None:
        place = self.place + ahead
        return self.tokens[place].kind if 0 <= place < len(self.tokens) else None

    def value(self, ahead: int = 0) -> int | str | EdtfDate | tuple[int, int]:
        return self.tokens[self.place + ahead].value

    def put(self, name: str, value: object) -> None:
        if getattr(self.said, name) is not None or (value == 0 and name != "weekday"):
            raise UnreadableDate
        setattr(self.said, name, value)
        self.last = "clock" if name in {"clock", "part"} else "date"
        if self.about_waiting:
            self.about_waiting = False
            self.about_before_date = self.last == "date"
            self.mark_about()

    def mark_about(self) -> None:
        if not self.last:
            raise UnreadableDate
        if self.last == "date":
            self.said.date_about = True
        else:
            self.said.clock_about = True

    def finished(self) -> Said:
        if self.about_waiting:
            self.mark_about()
        if self.about_before_date and (self.said.clock or self.said.part):
            self.said.clock_about = True
        if self.said.night_into:
            if self.said.part not in {None, "night"}:
                raise UnreadableDate
            self.said.part = "night"
        if not self.last:
            raise UnreadableDate
        return self.said

    def take(self) -> None:  # noqa: C901, PLR0912 - one case per kind of token
        """Take the next token, and those that belong to it."""
        kind, value = self.tokens[self.place].kind, self.value()
        self.place += 1
        match kind:
            case Kind.NUMBER if isinstance(value, int):
                self.number(value)
            case Kind.CLOCK:
                self.put("clock", self.twelve_hours(str(value)))
            case Kind.DATE | Kind.NOW | Kind.DAYS_BACK | Kind.LAST_NIGHT | Kind.NIGHT_BEFORE:
                self.day(kind, value)
            case Kind.DAY_MONTH if isinstance(value, tuple):
                self.put("day", value[0])
                self.put("month", value[1])
            case Kind.MONTH:
                self.put("month", value)
            case Kind.WEEKDAY:
                self.put("weekday", value)
            case Kind.PART:
                self.put("part", value)
            case Kind.LAST:
                self.last_of()
            case Kind.UNIT:
                self.unit(str(value))
            case Kind.HALF if self.kind() is Kind.AGO:
                self.place += 1
                self.back(minutes=30)
            case Kind.ABOUT if value == "before" and self.kind() not in {None, Kind.ABOUT, Kind.UNSURE}:
                self.about_waiting = True
            case Kind.ABOUT:
                self.mark_about()
            case Kind.UNSURE:
                self.said.unsure = True
            case Kind.AT if self.kind() not in {None, Kind.AT}:
                pass
            case Kind.THIS if self.kind() is Kind.PART:
                self.put("dates", EdtfDate.of(self.here.date()))
            case _:
                raise UnreadableDate

    def day(self, kind: Kind, value: object) -> None:
        today = self.here.date()
        if kind is Kind.DATE:
            self.put("dates", value)
        elif kind is Kind.NOW:
            self.put("dates", EdtfDate.of(today))
            self.put("clock", f"{self.here:%H:%M}")
        elif kind is Kind.DAYS_BACK:
            self.put("dates", EdtfDate.of(days_from(today, -int(str(value)))))
        else:
            if self.said.night_into:
                raise UnreadableDate
            self.said.night_into = True
            if kind is Kind.LAST_NIGHT:
                self.put("dates", EdtfDate.of(today))

    def number(self, number: int) -> None:
        """A number: a year, a day, an hour, or how long ago, by what stands beside it."""
        following, before = self.kind(), self.kind(-2)
        unit = str(self.value()) if following is Kind.UNIT else ""
        if following is Kind.YEAR:
            self.place += 1
            self.put("year", self.full_year(number))
        elif unit and self.kind(1) is Kind.AGO:
            self.place += 2
            self.ago(number, unit)
        elif unit == "hour-or-clock":
            self.place += 1
            self.hour(number)
        elif following is Kind.MONTH or (before is Kind.MONTH and self.said.day is None and number < 32):
            self.put("day", number)
        elif following in {Kind.AM_PM, Kind.PART} or unit == "day-or-part":
            self.hour(number)
        elif number >= 1000:
            self.put("year", number)
        elif before in {Kind.AT, Kind.PART}:
            self.hour(number)
        else:
            self.put("day", number)

    def hour(self, hour: int) -> None:
        if hour > 23:
            raise UnreadableDate
        self.put("clock", self.twelve_hours(f"{hour:02}:00"))

    def twelve_hours(self, clock: str) -> str:
        """``clock``, moved by the "am" or "pm" that may follow."""
        if self.kind() is not Kind.AM_PM:
            return clock
        hour = int(clock[:2])
        if not 1 <= hour <= 12:
            raise UnreadableDate
        hour = hour % 12 + int(str(self.value()))
        self.place += 1
        return f"{hour:02}{clock[2:]}"

    def full_year(self, year: int) -> int:
        """Of two digits: "26" is the latest such year that has begun, or the next one."""
        if year >= 100:
            return year
        this = self.here.year
        return this - (this - year) % 100 if (this + 1 - year) % 100 else this + 1

    def unit(self, unit: str) -> None:
        """A unit without a number: "час назад", "неделю назад", "сағат 21", "3 дня"."""
        if self.kind() is Kind.AGO and unit != "day-or-part":
            self.place += 1
            self.ago(1, unit)
        elif unit == "hour-or-clock" and self.kind() is Kind.NUMBER:
            self.place += 1
            self.hour(int(str(self.value(-1))))
        elif unit == "hour-or-clock" and self.kind() is Kind.CLOCK:
            pass
        elif unit == "day-or-part" and self.kind(-2) is Kind.NUMBER:
            self.put("part", "day")
        else:
            raise UnreadableDate

    def ago(self, count: int, unit: str) -> None:
        today = self.here.date()
        if unit in {"day", "day-or-part"}:
            self.put("dates", EdtfDate.of(days_from(today, -count)))
        elif unit == "week":
            self.put("dates", EdtfDate.of(days_from(today, -7 * count), "~"))
        elif unit == "month":
            months = today.year * 12 + today.month - 1 - count
            self.put("dates", EdtfDate(months // 12, months % 12 + 1, None, "~"))
        elif unit == "year":
            self.put("dates", EdtfDate(today.year - count, None, None, "~"))
        else:
            self.back(minutes=count if unit == "minute" else 60 * count)

    def back(self, *, minutes: int) -> None:
        """Nobody counts minutes exactly: the clock is approximate."""
        moment = later(self.here, timedelta(minutes=-minutes))
        self.put("dates", EdtfDate.of(moment.date()))
        self.put("clock", f"{moment:%H:%M}")
        self.said.clock_about = True

    def last_of(self) -> None:
        """Such as "Last Monday", "last week", "last month", "last year"."""
        if self.kind() not in {Kind.WEEKDAY, Kind.UNIT}:
            raise UnreadableDate
        value, today = self.value(), self.here.date()
        self.place += 1
        if isinstance(value, int):
            self.put("dates", EdtfDate.of(days_from(today, -((today.weekday() - value - 1) % 7 + 1))))
        elif value == "week":
            monday = days_from(today, -today.weekday() - 7)
            self.put("dates", EdtfDate.of(monday))
            self.said.last_day = EdtfDate.of(days_from(monday, 6))
        elif value == "month":
            months = today.year * 12 + today.month - 2
            self.put("dates", EdtfDate(months // 12, months % 12 + 1))
        elif value == "year":
            self.put("dates", EdtfDate(today.year - 1))
        else:
            raise UnreadableDate
