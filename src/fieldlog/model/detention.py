"""Detention: the arrest, every place of holding, and what followed (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Note, Place, Record
from fieldlog.model.kinds import Bounds, Name, RecordCode, ShortText, Term, TextRule, Tri
from fieldlog.model.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrest:
    """How it began."""

    when: When | None = None
    place: Place | None = None
    force: ShortText | None = None
    circumstances: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One place of holding; a transfer begins the next."""

    held_from: When | None = None
    held_to: When | None = None
    place_name: ShortText | None = None
    place_type: Annotated[str, Term("detention_place")] = "UNK"
    authority_holding: ShortText | None = None
    ordered_by: ShortText | None = None
    reason: ShortText | None = None
    law: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lawyer:
    """Access to a lawyer: when, chosen or appointed, and in private or not."""

    access: Annotated[str, Term("lawyer")]
    first_contact: When | None = None
    chosen: Annotated[str, Term("lawyer_choice")] | None = None
    private: Tri | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One accusation."""

    kind: Annotated[str, Term("charge_kind")]
    law: ShortText | None = None
    article: Name | None = None
    stage: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """What was imposed."""

    type: ShortText
    days: Annotated[int, Bounds(0, 40_000)] | None = None
    amount: Annotated[int, Bounds(0, 2**53 - 1)] | None = None
    currency: Annotated[str, TextRule(3, r"[A-Z]{3}")] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """What happened to phones and accounts."""

    seized: Tri
    unlocked_how: ShortText | None = None
    accounts_opened: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How it ended."""

    when: When | None = None
    how: ShortText | None = None
    conditions: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detention(Record):
    """One chain of holding of one person."""

    type: ClassVar[str] = "detention"

    incident: RecordCode
    person: RecordCode
    arrest: Arrest | None = None
    warrant_shown: Tri | None = None
    warrant_authority: ShortText | None = None
    reasons_told: Tri | None = None
    reasons_text: Note | None = None
    language_understood: Tri | None = None
    episodes: tuple[Episode, ...] = ()
    record_time: When | None = None
    family_notified: When | None = None
    phone_call: Tri | None = None
    whereabouts: Annotated[str, Term("whereabouts")] | None = None
    lawyer: Lawyer | None = None
    judge_first_seen: When | None = None
    hearing_place: ShortText | None = None
    hearing_public: Tri | None = None
    hearing_decision: ShortText | None = None
    charges: tuple[Charge, ...] = ()
    penalty: Penalty | None = None
    statement_signed: Annotated[str, Term("statement_signed")] | None = None
    devices: Devices | None = None
    property_taken: ShortText | None = None
    property_receipt: Tri | None = None
    tests_forced: tuple[Annotated[str, Term("forced_test")], ...] = ()
    conditions: Note | None = None
    medication_denied: Note | None = None
    release: Release | None = None
