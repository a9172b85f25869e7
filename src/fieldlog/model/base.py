"""What every record shares, and the small values that several records hold (data-model sections 1.1, 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from fieldlog.model.kinds import (
    Bounds,
    Count,
    Country,
    Degrees,
    LanguageTag,
    LongText,
    Name,
    NoteText,
    RecordCode,
    Region,
    ShortText,
    Term,
    Timestamp,
    Uuid,
)

Absences = tuple[tuple[str, str], ...]
"""Pairs of a field path and the reason why it is empty, a term of ``absence``; an object in JSON.

Forms need the difference between "no" and "nobody asked"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One revision of one record.

    Records are never changed: a new revision has a new ``id``, the next ``rev``, the same ``code``, and
    names the revision it replaces in ``supersedes``.
    """

    type: ClassVar[str]

    id: Uuid
    code: RecordCode
    rev: Annotated[int, Bounds(1, 1_000_000)] = 1
    supersedes: Uuid | None = None
    created_at: Timestamp
    absent: Absences = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Somebody's own words and their language. A translation never replaces them."""

    text: LongText
    lang: LanguageTag = "und"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """As ``Text``, for everything that is not the account itself."""

    text: NoteText
    lang: LanguageTag = "und"


@dataclass(frozen=True, slots=True, kw_only=True)
class Geo:
    """A point in degrees, as text such as ``43.2380``, and how far off it is. Never filled in silently."""

    lat: Degrees
    lon: Degrees
    radius_m: Annotated[int, Bounds(0, 1_000_000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where, as somebody said it, and what is known beyond that."""

    text: ShortText = ""
    type: Annotated[str, Term("place")] = "UNKN"
    country: Country | None = None
    region: Region | None = None
    settlement: Name | None = None
    geo: Geo | None = None
    precision: Annotated[str, Term("place_precision")] | None = None


NO_PLACE: Final = Place()
"""Nothing is known about where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRange:
    """How many people, at least and at most; ``max`` is ``None`` for "or more"."""

    min: Count
    max: Count | None = None
