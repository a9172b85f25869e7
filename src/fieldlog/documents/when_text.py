"""A time in words, in the chosen language: what was said, with every doubt that was said with it."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.labels import label
from fieldlog.model.when import EdtfDate, When

_DAY: Final = (
    N_("{day} January {year}"),
    N_("{day} February {year}"),
    N_("{day} March {year}"),
    N_("{day} April {year}"),
    N_("{day} May {year}"),
    N_("{day} June {year}"),
    N_("{day} July {year}"),
    N_("{day} August {year}"),
    N_("{day} September {year}"),
    N_("{day} October {year}"),
    N_("{day} November {year}"),
    N_("{day} December {year}"),
)
_MONTH: Final = (
    N_("January {year}"),
    N_("February {year}"),
    N_("March {year}"),
    N_("April {year}"),
    N_("May {year}"),
    N_("June {year}"),
    N_("July {year}"),
    N_("August {year}"),
    N_("September {year}"),
    N_("October {year}"),
    N_("November {year}"),
    N_("December {year}"),
)
_WEEKDAY: Final = (
    N_("Mon, {date}"),
    N_("Tue, {date}"),
    N_("Wed, {date}"),
    N_("Thu, {date}"),
    N_("Fri, {date}"),
    N_("Sat, {date}"),
    N_("Sun, {date}"),
)


def describe_date(date: EdtfDate, language: str | None = None) -> str:
    """One date in words, with the weekday where the day is known."""
    if date.month and date.day:
        text = translate(_DAY[date.month - 1], language=language).format(day=date.day, year=date.year)
        text = translate(_WEEKDAY[date.earliest.weekday()], language=language).format(date=text)
    elif date.month:
        text = translate(_MONTH[date.month - 1], language=language).format(year=date.year)
        if date.day == 0:
            text = translate("{date} (day not known)", language=language).format(date=text)
    else:
        text = str(date.year)
        if date.month == 0:
            text = translate("{date} (month and day not known)", language=language).format(date=text)
    if date.about:
        text = translate("about {date}", language=language).format(date=text)
    if date.unsure:
        text = translate("{date} (not certain)", language=language).format(date=text)
    return text


def describe_when(when: When, language: str | None = None) -> str:
    """A whole time in words, such as "Sun, 1 March 2026, about 21:00"."""
    first = None if when.start is None else _moment(when.start, when.clock, when, language)
    if when.end is not None:
        last = _moment(when.end, when.end_clock, when, language)
        form = translate("until {date}", language=language) if first is None else "{start} – {date}"
        text = form.format(start=first, date=last)
    elif when.end_clock is not None:
        text = f"{first} – {when.end_clock}"
    else:
        text = first or ""
    if when.ongoing:
        text = translate("{date}, still going on", language=language).format(date=text)
    if when.assumed:
        text = translate("{date} (assumed)", language=language).format(date=text)
    return text


def _moment(date: EdtfDate, clock: str | None, when: When, language: str | None) -> str:
    text = describe_date(date, language)
    if clock is None:
        return text
    shown = clock if ":" in clock else label("part_of_day", clock, language).lower()
    form = (
        translate("{date}, about {clock}", language=language)
        if when.approx
        else translate("{date}, {clock}", language=language)
    )
    return form.format(date=text, clock=shown)
