"""Treatment: how somebody was treated, in their own words (data-model section 1.3, Istanbul Protocol).

Nothing is interpreted here; clinicians and lawyers of the organisation do that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Note, Place, Record, Text
from fieldlog.model.kinds import Name, RecordCode, ShortText, Term, Tri
from fieldlog.model.when import EdtfDate, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Injury:
    """One injury as it was seen."""

    body_area: Name
    side: Name | None = None
    look: ShortText | None = None
    seen: EdtfDate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medic:
    """Whether a doctor saw the person, who, and under which conditions."""

    seen: Tri
    when: When | None = None
    who: Annotated[str, Term("medic_kind")] | None = None
    private: Tri | None = None
    police_present: Tri | None = None
    certificate: Tri | None = None
    findings: Note | None = None
    treatment: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """Where somebody died, and the autopsy."""

    where: ShortText | None = None
    autopsy: Tri | None = None
    result: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment(Record):
    """An account of ill-treatment. No leading questions, no suggested methods."""

    type: ClassVar[str] = "treatment"

    incident: RecordCode
    person: RecordCode
    when: When | None = None
    place: Place | None = None
    how_long: ShortText | None = None
    how_often: ShortText | None = None
    account_verbatim: Text | None = None
    methods: tuple[Annotated[str, Term("method")], ...] = ()
    objects_used: tuple[ShortText, ...] = ()
    position: ShortText | None = None
    blindfold: Tri | None = None
    said_or_asked: Note | None = None
    purpose: tuple[Annotated[str, Term("treatment_purpose")], ...] = ()
    injuries: tuple[Injury, ...] = ()
    after_effects: Note | None = None
    photos: tuple[RecordCode, ...] = ()
    medic: Medic | None = None
    wants_istanbul_exam: Tri | None = None
    death: Death | None = None
