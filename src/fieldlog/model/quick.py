"""Quick capture: the eight prompts as a person leaves them (data-model section 1.2).

A ``QuickCapture`` holds what was typed, readable or not, so that a draft can always be saved.
Turning it into records is ``model.capturing``'s work.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Final, Self

from fieldlog.errors import MalformedRecord, TextTooLong
from fieldlog.model.ids import PREFIXES, read_code

MAX_TYPED: Final = 500_000
"""Characters of a whole draft: twice what a record may hold and more; one transaction has room for it."""

MAX_DRAFT: Final = 10_000_000
"""Characters of one answer in a draft that is read: earlier versions kept longer ones."""

_RANGE: Final = re.compile(r"(\d{1,7})\s*(?:[-\u2010-\u2015]\s*(\d{1,7})|(\+))?", re.ASCII)
_ANCHOR: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Victims:
    """Who was hurt: known codes, or one new person, or a group whose size was counted or estimated.

    ``at_most`` is ``None`` for "or more". With ``codes`` and a number, the number is of people besides them.
    """

    codes: tuple[str, ...] = ()
    at_least: int = 0
    at_most: int | None = 0


ONE_NEW_PERSON: Final = Victims(at_least=1, at_most=1)


def read_victims(text: str) -> Victims:
    """What was typed under "Who was hurt?".

    Nothing typed means one new person. Otherwise codes (``P-9QW2XY``), a number (``3``), a range
    (``3-5``) or a minimum (``20+``), separated by commas or blanks between codes.

    Raises:
        MalformedRecord: ``people``, when it cannot be read.
    """
    text = text.strip()
    if not text:
        return ONE_NEW_PERSON
    codes: list[str] = []
    number: re.Match[str] | None = None
    for part in re.split(r"[,;]+\s*|\s+(?=[^\s\d+\u2010-\u2015-])|(?<=\w{6})\s+(?=\d)", text):
        if not part:
            continue
        match = _RANGE.fullmatch(part.strip())
        if match and number is None:
            number = match
            continue
        try:
            codes.append(read_code(part, PREFIXES["person"]))
        except MalformedRecord:
            raise MalformedRecord("people") from None
    if number is None:
        return Victims(codes=tuple(dict.fromkeys(codes)))
    low = int(number[1])
    high = None if number[3] else int(number[2] or number[1])
    if high is not None and high < low:
        raise MalformedRecord("people")
    return Victims(codes=tuple(dict.fromkeys(codes)), at_least=low, at_most=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickCapture:
    """The eight answers. Texts are as typed; the others are codes of their vocabularies.

    ``anchor`` is the local date and minute (``2026-03-02T10:15``) at which ``when`` was last typed, or at
    which the form was opened while nothing is typed: "yesterday" keeps its meaning when the draft is
    finished a week later.
    """

    what: str = ""
    when: str = ""
    where: str = ""
    place_type: str = "UNKN"
    who: str = ""
    perpetrator: str = "UNK"
    family: str = "UNK"
    urgency: str = "UX"
    consent: str = "C0"
    anchor: str = ""

    @classmethod
    def begun(cls, local_now: datetime) -> Self:
        """An empty form, opened at this local time."""
        return cls(anchor=local_now.strftime("%Y-%m-%dT%H:%M"))

    def with_when(self, text: str, local_now: datetime) -> Self:
        """The same capture with another text under "When?", typed at this local time.

        The same text again changes nothing, and an empty one means the moment it was emptied.
        """
        if text == self.when:
            return self
        return replace(self, when=text, anchor=local_now.strftime("%Y-%m-%dT%H:%M"))

    def anchored_at(self, local_now: datetime) -> datetime:
        """The local time that relative words in ``when`` are relative to, without a zone."""
        naive = local_now.replace(tzinfo=None, second=0, microsecond=0)
        if not _ANCHOR.fullmatch(self.anchor):
            return naive
        try:
            return datetime.fromisoformat(self.anchor)
        except ValueError:
            return naive

    @property
    def is_empty(self) -> bool:
        """Whether nothing but blanks was typed, and nothing chosen."""
        typed = (self.what, self.when, self.where, self.who)
        return not any(text.strip() for text in typed) and (
            replace(self, what="", when="", where="", who="", anchor="") == type(self)()
        )

    def require_keepable(self) -> None:
        """Check that this can be kept as a draft.

        Raises:
            TextTooLong: there are more than ``MAX_TYPED`` characters in all answers together.
        """
        length = sum(len(answer) for answer in self.to_plain().values())
        if length > MAX_TYPED:
            raise TextTooLong(length=length, most=MAX_TYPED)

    def to_plain(self) -> dict[str, str]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> Self:
        """What ``to_plain`` gave. An answer that is missing is as in an empty form.

        Raises:
            MalformedRecord: an unknown key, something that is no text, or a text beyond every limit.
        """
        known = {field.name for field in fields(cls)}
        if not plain.keys() <= known:
            raise MalformedRecord("unknown-field")
        texts: dict[str, str] = {}
        for name, value in plain.items():
            if not isinstance(value, str):
                raise MalformedRecord("not-text")
            if len(value) > MAX_DRAFT:
                raise MalformedRecord("too-long")
            texts[name] = value
        return cls(**texts)
