"""The kinds of values a record field may hold, as annotations that codec, rules and schemas read.

A limit here is a limit on what a file from somebody else can make us hold (house style, rule 9).
The generous ones are for people who write a lot; nobody reaches them by typing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final


@dataclass(frozen=True, slots=True)
class TextRule:
    """A text of at most ``max_length`` characters that matches ``pattern`` as a whole, if there is one."""

    max_length: int
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A code of this vocabulary (data-model section 2). The codec checks its form, the rules its meaning."""

    vocabulary: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number from ``low`` to ``high``."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class VaultOnly:
    """This field never leaves the vault: no bundle, no export (data-model 1.3 Evidence, 1.6)."""


MAX_NARRATIVE: Final = 200_000
"""Characters of the longest text: about a hundred pages."""

MAX_ITEMS: Final = 1_000
"""Entries of one list in one record."""

TERM_PATTERN: Final = r"[A-Za-z0-9][A-Za-z0-9_+-]{0,39}"

MAX_NOTE: Final = 20_000
"""Characters of a note beside the narrative: a record with every note full still fits one JSON line."""

LongText = Annotated[str, TextRule(MAX_NARRATIVE)]
NoteText = Annotated[str, TextRule(MAX_NOTE)]
ShortText = Annotated[str, TextRule(4_000)]
Name = Annotated[str, TextRule(400)]
Uuid = Annotated[str, TextRule(36, r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")]
RecordCode = Annotated[str, TextRule(10, r"[A-Z]{1,3}-[0-9A-HJKMNP-TV-Z]{6}")]
Timestamp = Annotated[
    str,
    TextRule(20, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)Z"),
]
"""RFC 3339 in UTC with seconds, of machine events only."""
Zone = Annotated[str, TextRule(64, r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}")]
"""An IANA time zone name."""
ClockText = Annotated[str, TextRule(7, r"([01]\d|2[0-3]):[0-5]\d|night|morning|day|evening")]
"""``HH:MM`` or a part of the day."""
ExactClock = Annotated[str, TextRule(5, r"([01]\d|2[0-3]):[0-5]\d")]
LanguageTag = Annotated[str, TextRule(35, r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}|und")]
"""BCP 47; ``und`` when nobody said."""
Degrees = Annotated[str, TextRule(12, r"-?(1[0-7]?\d|180|\d{1,2})(\.\d{1,7})?")]
"""Decimal degrees as text: records hold no fractions, because 0.1 is not read alike everywhere."""
Country = Annotated[str, TextRule(2, r"[A-Z]{2}")]
Region = Annotated[str, TextRule(6, r"[A-Z]{2}-[A-Z0-9]{1,3}")]
Sha256Hex = Annotated[str, TextRule(64, r"[0-9a-f]{64}")]
Sha512Hex = Annotated[str, TextRule(128, r"[0-9a-f]{128}")]
MediaType = Annotated[str, TextRule(100, r"[a-z]+/[a-z0-9][a-z0-9.+-]*")]
PayloadPath = Annotated[str, TextRule(60, r"attachments/EV-[0-9A-HJKMNP-TV-Z]{6}\.[a-z0-9]{1,8}")]
FieldPath = Annotated[str, TextRule(60, r"[a-z_]+(\.[a-z_]+){0,4}")]
Tri = Annotated[str, Term("tri")]
Count = Annotated[int, Bounds(0, 10_000_000)]
Size = Annotated[int, Bounds(0, 2**53 - 1)]
