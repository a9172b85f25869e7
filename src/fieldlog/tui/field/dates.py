"""Times as people say them, in the chosen language: long in a form, short in a list."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.when import EdtfDate, When

_DAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_DAY_OF_MONTH: Final = (
    N_("{day} January {year}"), N_("{day} February {year}"), N_("{day} March {year}"),
    N_("{day} April {year}"),
    N_("{day} May {year}"), N_("{day} June {year}"), N_("{day} July {year}"), N_("{day} August {year}"),
    N_("{day} September {year}"), N_("{day} October {year}"),
    N_("{day} November {year}"), N_("{day} December {year}"),
)  # fmt: skip
_MONTH_OF_YEAR: Final = (
    N_("January {year}"), N_("February {year}"), N_("March {year}"), N_("April {year}"), N_("May {year}"),
    N_("June {year}"), N_("July {year}"), N_("August {year}"), N_("September {year}"), N_("October {year}"),
    N_("November {year}"), N_("December {year}"),
)  # fmt: skip
_PARTS: Final = {
    "night": N_("at night"),
    "morning": N_("in the morning"),
    "day": N_("in the daytime"),
    "evening": N_("in the evening"),
}
_SHORT_PARTS: Final = {
    "night": N_("night"),
    "morning": N_("morning"),
    "day": N_("daytime"),
    "evening": N_("evening"),
}


def say_date(day: EdtfDate, *, weekday: bool = True) -> str:
    """``Sun 1 March 2026``, ``about March 2026``, ``2026``."""
    if day.month and day.day:
        text = translate(_DAY_OF_MONTH[day.month - 1]).format(day=day.day, year=day.year)
        if weekday:
            text = f"{translate(_DAYS[day.earliest.weekday()])} {text}"
    elif day.month:
        text = translate(_MONTH_OF_YEAR[day.month - 1]).format(year=day.year)
    else:
        text = str(day.year)
    if day.about:
        text = _("about {when}").format(when=text)
    return _("{when}, not sure").format(when=text) if day.unsure else text


def say_when(when: When, *, weekday: bool = True) -> str:
    """The reading of a time, as a sentence part."""
    if when.start is None:
        text = _("until {when}").format(when=say_date(when.end)) if when.end else ""
    else:
        text = say_date(when.start, weekday=weekday)
    clock = translate(_PARTS[when.clock]) if when.clock in _PARTS else when.clock
    if clock:
        text += ", " + (_("about {when}").format(when=clock) if when.approx else clock)
    if when.start is not None and when.end is not None:
        text += " - " + say_date(when.end)
    if when.end_clock:
        text += " - " + when.end_clock
    if when.ongoing:
        text = _("since {when}").format(when=text)
    return text


def short_when(when: When) -> str:
    """``01.03.2026 21:00``, ``01.03.2026 night``, ``~03.2026``, ``2026``: for a list."""
    if when.start is None:
        return "- " + (_short_date(when.end) if when.end else "")
    text = _short_date(when.start)
    if when.clock:
        about = "~" if when.approx else ""
        text += f" {about}{translate(_SHORT_PARTS[when.clock]) if when.clock in _SHORT_PARTS else when.clock}"
    return text + (" ->" if when.end is not None or when.ongoing else "")


def _short_date(day: EdtfDate) -> str:
    parts = [f"{part:02}" for part in (day.day, day.month) if part] if day.month else []
    return ("~" if day.about else "") + ".".join((*parts, str(day.year))) + ("?" if day.unsure else "")


def say_moment(moment: datetime) -> str:
    """``1 March 2026, 21:07``, in the local zone."""
    local = moment.astimezone()
    return (
        translate(_DAY_OF_MONTH[local.month - 1]).format(day=local.day, year=local.year) + f", {local:%H:%M}"
    )


def say_day(moment: datetime) -> str:
    """``1 March 2026``, in the local zone."""
    local = moment.astimezone()
    return translate(_DAY_OF_MONTH[local.month - 1]).format(day=local.day, year=local.year)


def say_clock(moment: datetime) -> str:
    """``21:07:14``, in the local zone."""
    return f"{moment.astimezone():%H:%M:%S}"


def say_size(size_bytes: int) -> str:
    """``3.2 MB``; never rounded down to nothing."""
    if size_bytes < 1024 * 1024:
        return _("{count} KB").format(count=max(1, -(-size_bytes // 1024)))
    if size_bytes < 1024 * 1024 * 1024:
        return _("{count} MB").format(count=f"{size_bytes / (1024 * 1024):.1f}")
    return _("{count} GB").format(count=f"{size_bytes / (1024 * 1024 * 1024):.1f}")
