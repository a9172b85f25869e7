"""The words of typed dates in Russian, Kazakh and English, and how a typed line is cut into tokens.

Every word is compared folded (``model.fold``), so that қазір and казир, ё and е are the same word.
A word that is not in these tables makes the whole line unreadable: nothing is ever skipped, because a
dropped "около" would turn a guess into a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from fieldlog.errors import UnreadableDate
from fieldlog.model.fold import fold
from fieldlog.model.when import EdtfDate

MAX_TYPED: Final = 200
"""Characters of the longest line that is read as a date."""


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    CLOCK = auto()
    DATE = auto()
    DAY_MONTH = auto()
    NOW = auto()
    DAYS_BACK = auto()
    MONTH = auto()
    WEEKDAY = auto()
    LAST = auto()
    THIS = auto()
    LAST_NIGHT = auto()
    NIGHT_BEFORE = auto()
    PART = auto()
    ABOUT = auto()
    UNSURE = auto()
    AGO = auto()
    UNIT = auto()
    HOURS = auto()
    AT = auto()
    YEAR = auto()
    HALF = auto()
    AM_PM = auto()
    FROM = auto()
    TO = auto()
    FROM_BEFORE = auto()
    TO_BEFORE = auto()
    SINCE_BEFORE = auto()
    FILLER = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``value`` is a number, a word of a table, or a date."""

    kind: Kind
    value: int | str | EdtfDate | tuple[int, int] = 0


def _table(kind: Kind, *rows: tuple[int | str, str]) -> dict[str, Token]:
    return {fold(word): Token(kind, value) for value, words in rows for word in words.split()}


_WORDS: Final = {
    **_table(Kind.NOW, ("", "сейчас щас теперь қазір now")),
    **_table(
        Kind.DAYS_BACK,
        (0, "сегодня бүгін today"),
        (1, "вчера кеше yesterday"),
        (2, "позавчера"),
    ),
    **_table(
        Kind.MONTH,
        (1, "январь января январе янв january jan"),
        (2, "февраль февраля феврале фев февр february feb"),
        (3, "март марта марте мар march mar"),
        (4, "апрель апреля апреле апр april apr"),
        (5, "май мая мае may"),
        (6, "июнь июня июне июн june jun"),
        (7, "июль июля июле июл july jul"),
        (8, "август августа августе авг august aug"),
        (9, "сентябрь сентября сентябре сен сент september sept sep"),
        (10, "октябрь октября октябре окт october oct"),
        (11, "ноябрь ноября ноябре ноя нояб november nov"),
        (12, "декабрь декабря декабре дек december dec"),
    ),
    **_table(
        Kind.WEEKDAY,
        (0, "понедельник понедельника пн дүйсенбі дүйсенбіде monday mon"),
        (1, "вторник вторника вт сейсенбі сейсенбіде tuesday tue tues"),
        (2, "среда среду среды ср сәрсенбі сәрсенбіде wednesday wed"),
        (3, "четверг четверга чт бейсенбі бейсенбіде thursday thu thur thurs"),
        (4, "пятница пятницу пятницы пт жұма жұмада friday fri"),
        (5, "суббота субботу субботы сб сенбі сенбіде saturday sat"),
        (6, "воскресенье воскресенья воскресение вс жексенбі жексенбіде sunday sun"),
    ),
    **_table(
        Kind.LAST,
        ("", "прошлый прошлую прошлое прошлой прошлом минувший минувшую минувшее өткен last"),
    ),
    **_table(Kind.THIS, ("", "этот эту это этой этом осы this")),
    **_table(
        Kind.PART,
        ("night", "ночью ночь ночи түнде түнгі түн night"),
        ("morning", "утром утро утра таңертең таңертеңгі таңғы таңда morning"),
        ("day", "днем день күндіз күндізгі afternoon"),
        ("evening", "вечером вечер вечера кешке кеште кешкі кешкісін evening"),
    ),
    **_table(
        Kind.ABOUT,
        ("before", "около примерно приблизительно ориентировочно шамамен ~"),
        ("before", "about around approximately approx roughly circa ca"),
        ("after", "шамасында шамасы жуық таман"),
    ),
    **_table(Kind.UNSURE, ("", "наверное наверно возможно вероятно maybe perhaps probably мүмкін бәлкім ?")),
    **_table(Kind.AGO, ("", "назад бұрын ago")),
    **_table(
        Kind.UNIT,
        ("day", "дней day days күн"),
        ("week", "неделю недели недель неделе week weeks апта аптада"),
        ("month", "месяц месяца месяцев месяце month months ай айда"),
        ("year", "году год лет year years жыл жылда"),
        ("minute", "минуту минуты минут мин minute minutes min mins минут"),
        ("hour", "hour hours"),
        ("day-or-part", "дня"),
        ("hour-or-clock", "час часа часов ч h сағат"),
    ),
    **_table(Kind.AT, ("", "в во at")),
    **_table(Kind.YEAR, ("", "г года жылы жылдың жылғы ж")),
    **_table(Kind.HALF, ("", "полчаса")),
    **_table(Kind.CLOCK, ("12:00", "полдень noon midday түсте")),
    **_table(Kind.AM_PM, (0, "am"), (12, "pm")),
    **_table(Kind.FROM, ("", "с со from since between")),
    **_table(Kind.TO, ("", "до по to until till and - / ..")),
    **_table(Kind.TO_BEFORE, ("", "дейін")),
    **_table(Kind.SINCE_BEFORE, ("", "бері")),
    **_table(Kind.FILLER, ("", "the on in of күні ,")),
    **_table(Kind.LAST_NIGHT, ("", "lastnight")),
    **_table(Kind.NIGHT_BEFORE, ("", "nightbefore")),
}

_KAZAKH_STEMS: Final = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
_KAZAKH_MONTHS: Final = {fold(stem): number for number, stem in enumerate(_KAZAKH_STEMS.split(), 1)}
_PLAIN_ENDINGS: Final = frozenset(
    fold(
        " да де та те ның нің дың дің тың тің ға ге қа ке сы сі ы і сында сінде ында інде сының сінің"
    ).split(" ")
)
_ABLATIVE: Final = frozenset(["дан", "ден", "тан", "тен", "нан", "нен"])
_ATTACHED: Final = _PLAIN_ENDINGS | frozenset(
    fold("го е й я му ого ом ші шы нші ншы інші ыншы лар лер лерде ларда").split()
)
"""Endings written after a number and a hyphen: "21:00-де", "3-го", "5-ші"."""

_PHRASES: Final = tuple(
    (re.compile(rf"(?<!\w)(?:{fold(phrase)})(?:(?<=\s)|(?!\w))"), f" {fold(word)} ")
    for phrase, word in (
        (r"(?:the\s+)?day\s+before\s+yesterday", "позавчера"),
        (r"(?:алдыңғы|арғы)\s+күні?", "позавчера"),
        (r"только\s+что|just\s+now|right\s+now|жаңа\s+ғана", "now"),
        (r"прошлой\s+ночью|last\s+night|өткен\s+түнде|өткен\s+түні", "lastnight"),
        (r"в\s+ночь\s+на", "nightbefore"),
        (r"түстен\s+кейін|in\s+the\s+afternoon", "күндіз"),
        (r"где[\s-]*то", "около"),
        (r"на\s+(?=прошл)", ""),
        (r"p\.\s*m\.?", "pm"),
        (r"a\.\s*m\.?", "am"),
        (r"былтыр", "өткен жылда"),
        (r"half\s+an\s+hour", "полчаса"),
        (r"жарты\s+сағат", "полчаса"),
        (
            r"(?:an?|бір|одну?)\s+(?=hour|day|week|month|year|minute|час|недел|месяц|минут|күн|апта|ай|жыл|сағат)",
            "1",
        ),
    )
)

_TOKEN: Final = re.compile(
    r"""
    \s*(?:
      (?P<iso>[0-9]{4}-(?:[0-9][0-9]|xx)(?:-(?:[0-9][0-9]|xx))?(?![0-9])[~?%]?)(?:t(?=[0-9][0-9]:))?
    | (?P<dmy>[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})(?![0-9.]))
    | (?P<clock>[0-9]{1,2}:[0-9][0-9](?![0-9]))
    | (?P<dotted>[0-9]{1,2}\.[0-9][0-9](?![0-9.]))
    | (?P<dashed>[0-9]{1,2}-(?:00|3[2-9]|[45][0-9])(?![0-9]|\s*[^\W\d]))
    | (?P<number>[0-9]{1,4})(?![0-9])(?P<ordinal>st|nd|rd|th)?
    | (?P<open>\.\.)
    | (?P<ending>(?<=[0-9])-[^\W\d_]+)
    | (?P<word>[^\W\d_]+)
    | (?P<mark>[-\u2010-\u2015/~?,])
    | (?P<dot>(?<=[^\W\d_])\.)
    )""",
    re.VERBOSE,
)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a typed line, in order, fillers left out.

    Raises:
        UnreadableDate: the line is too long, or holds a word or sign that is in no table.
    """
    if len(text) > MAX_TYPED or not text.isprintable():
        raise UnreadableDate
    line = fold(text)
    for phrase, word in _PHRASES:
        line = phrase.sub(word, line)
    line = line.strip()
    found: list[Token] = []
    place = 0
    while place < len(line):
        match = _TOKEN.match(line, place)
        if match is None:
            raise UnreadableDate
        found += _read(match, found)
        place = match.end()
        while place < len(line) and line[place] == " ":
            place += 1
    return found


def _read(match: re.Match[str], before: list[Token]) -> list[Token]:  # noqa: PLR0911 - one line per form
    """The tokens of one piece; most pieces are one token."""
    kind, piece = match.lastgroup, match[0].strip()
    if kind in {"ordinal", "number"}:
        return [Token(Kind.NUMBER, int(match["number"]))]
    if kind == "iso":
        return [Token(Kind.DATE, EdtfDate.parse(match["iso"].upper()))]
    if kind == "dmy":
        day, month, year = (int(part) for part in piece.split("."))
        return [Token(Kind.DAY_MONTH, (day, month)), Token(Kind.NUMBER, year), Token(Kind.YEAR)]
    if kind == "clock":
        return [_clock(*piece.split(":"))]
    if kind == "dashed":
        return [_clock(*piece.split("-"))]
    if kind == "dotted":
        first, second = piece.split(".")
        after_at = bool(before) and before[-1].kind in {Kind.AT, Kind.UNIT}
        if after_at or not (1 <= int(first) <= 31 and 1 <= int(second) <= 12):
            return [_clock(first, second)]
        return [Token(Kind.DAY_MONTH, (int(first), int(second)))]
    if kind == "ending":
        return _ending(piece[1:])
    if kind == "dot":
        return []
    return _word(re.sub("[\u2010-\u2015]", "-", piece))


def _unreadable() -> list[Token]:
    raise UnreadableDate


def _clock(hour: str, minute: str) -> Token:
    if int(hour) > 23 or int(minute) > 59:
        raise UnreadableDate
    return Token(Kind.CLOCK, f"{int(hour):02}:{minute}")


def _ending(ending: str) -> list[Token]:
    if ending in _ABLATIVE:
        return [Token(Kind.FROM_BEFORE)]
    if ending in _ATTACHED:
        return []
    return _word(ending)


def _word(word: str) -> list[Token]:
    token = _WORDS.get(word)
    if token is not None:
        return [] if token.kind is Kind.FILLER else [token]
    for stem, month in _KAZAKH_MONTHS.items():
        if word.startswith(stem):
            ending = word[len(stem) :]
            if ending in _ABLATIVE:
                return [Token(Kind.MONTH, month), Token(Kind.FROM_BEFORE)]
            if ending in _PLAIN_ENDINGS:
                return [Token(Kind.MONTH, month)]
    if word == "кешеден":
        return [Token(Kind.DAYS_BACK, 1), Token(Kind.FROM_BEFORE)]
    return _unreadable()
