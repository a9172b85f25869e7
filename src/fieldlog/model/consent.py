"""Consent: what a person agreed to, as separate yes/no scopes, and what that allows (data-model 1.3, 2.7).

The default is C0, "not asked": it blocks everything that leaves the reporter's hands, with one exception
for danger that is present now.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, ClassVar, Final

from fieldlog.errors import UnknownTerm
from fieldlog.model.base import Record
from fieldlog.model.kinds import LanguageTag, RecordCode, ShortText, Term, Timestamp, Tri
from fieldlog.model.when import EdtfDate

Answer = Annotated[str, Term("consent_answer")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """One answer to each question the United Nations' forms ask apart: ``yes``, ``no`` or ``not_asked``."""

    store: Answer = "not_asked"
    share_org: Answer = "not_asked"
    anonymous_use: Answer = "not_asked"
    un_confidential: Answer = "not_asked"
    un_to_state: Answer = "not_asked"
    public_summary: Answer = "not_asked"
    media: Answer = "not_asked"
    recontact: Answer = "not_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Record):
    """What one person, or who speaks for them, agreed to. Append-only: a change is a new revision."""

    type: ClassVar[str] = "consent"

    person: RecordCode
    preset: Annotated[str, Term("consent")] = "C0"
    scopes: Scopes = Scopes()
    name_form: Annotated[str, Term("name_form")] = "none"
    given_by: Annotated[str, Term("consent_giver")] | None = None
    given_when: EdtfDate | None = None
    manner: Annotated[str, Term("consent_manner")] | None = None
    language: LanguageTag | None = None
    may_share_photos: Tri | None = None
    may_share_medical: Tri | None = None
    conditions: ShortText | None = None
    valid_until: EdtfDate | None = None
    withdrawn_at: Timestamp | None = None
    withdrawn_scope: ShortText | None = None


_LADDER: Final = (
    "share_org",
    "anonymous_use",
    "un_confidential",
    "un_to_state",
    "public_summary",
)
_STEPS: Final = {"C1": 0, "C2": 1, "C3": 2, "C4": 3, "C5": 4, "C6": 5}


def scopes_of(preset: str) -> Scopes:
    """The scopes that a preset of section 2.7 sets. Media and recontact stay separate questions.

    Raises:
        UnknownTerm: no such preset.
    """
    if preset in {"C0", "CU"}:
        # CU: as recorded for the representative, question by question; nobody has answered yet.
        return Scopes(store="yes" if preset == "CU" else "not_asked")
    if preset == "CX":
        return Scopes(**{field.name: "no" for field in fields(Scopes)})
    if preset not in _STEPS:
        raise UnknownTerm("consent")
    height = _STEPS[preset]
    ladder = {scope: "yes" if place < height else "no" for place, scope in enumerate(_LADDER)}
    return Scopes(store="yes", **ladder)


class Sealing(Enum):
    """Whether a record about a person may be sealed to an organisation."""

    ALLOWED = "allowed"
    NEEDS_CONFIRMATION = "needs-confirmation"
    BLOCKED = "blocked"


def may_seal(consent: Consent | None, urgency: str) -> Sealing:
    """Whether a person's records may go to the trusted organisation (section 2.7 and its footnotes).

    With consent not asked, an incident of urgency U2 or U3 may be sealed after one confirmation on the
    screen with a reason that is logged; the person goes as a bare code. A refusal or a withdrawal is never
    overridden here: that needs two members of the organisation's staff.
    No consent record at all counts as not asked.
    """
    if consent is None:
        answer = "not_asked"
    elif consent.withdrawn_at is not None or consent.preset == "CX":
        answer = "no"
    else:
        answer = consent.scopes.share_org
    if answer == "yes":
        return Sealing.ALLOWED
    if answer == "not_asked" and urgency in {"U2", "U3"}:
        return Sealing.NEEDS_CONFIRMATION
    return Sealing.BLOCKED
