"""A person, group, organisation or unit, under a code and never a name (data-model sections 1.3, 1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Note, PeopleRange, Record
from fieldlog.model.kinds import Country, LanguageTag, ShortText, Term, Tri
from fieldlog.model.when import EdtfDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Defender:
    """Whether the person defends rights, how, and what that has to do with what happened."""

    is_defender: Tri
    work: ShortText | None = None
    link_to_violation: ShortText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Record):
    """A party. Names, numbers and addresses have no field here: they belong into an identity file."""

    type: ClassVar[str] = "person"

    kind: Annotated[str, Term("person_kind")] = "individual"
    roles: tuple[Annotated[str, Term("person_role")], ...] = ()
    size: PeopleRange | None = None
    age_band: Annotated[str, Term("age_band")] | None = None
    birth: EdtfDate | None = None
    gender: Annotated[str, Term("gender")] | None = None
    gender_text: ShortText | None = None
    sogiesc_note: Note | None = None
    occupation: ShortText | None = None
    activity: ShortText | None = None
    defender: Defender | None = None
    nationality: tuple[Country, ...] = ()
    languages: tuple[LanguageTag, ...] = ()
    needs: tuple[Annotated[str, Term("need")], ...] = ()
    safe_contact_rule: ShortText | None = None
