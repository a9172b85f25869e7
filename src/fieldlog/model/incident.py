"""The incident: what happened, when, where, how urgent (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import NO_PLACE, Note, PeopleRange, Place, Record, Text
from fieldlog.model.kinds import RecordCode, Term
from fieldlog.model.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A perceived reason of the act, as stated or shown, and what showed it."""

    code: Annotated[str, Term("ground")]
    shown_by: Annotated[str, Term("ground_shown_by")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A relation to another incident."""

    code: RecordCode
    rel: Annotated[str, Term("incident_relation")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident(Record):
    """An event. Who did what to whom is in the acts and involvements that refer to it."""

    type: ClassVar[str] = "incident"

    narrative: Text
    when: When
    place: Place = NO_PLACE
    grounds: tuple[Ground, ...] = ()
    bias_indicators: Note | None = None
    people_affected: PeopleRange | None = None
    urgency: Annotated[str, Term("urgency")] = "UX"
    links: tuple[Link, ...] = ()
