"""From the eight answers of quick capture to incident, acts, persons, involvements and consents.

Implements the "Writes" column of data-model section 1.2. Everything random and every clock is handed in.
A later revision of the same capture keeps the codes, and writes a new revision only of what changed.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from fieldlog.errors import TextTooLong
from fieldlog.model.act import Act
from fieldlog.model.base import PeopleRange, Place, Record, Text
from fieldlog.model.consent import Consent, scopes_of
from fieldlog.model.ids import PREFIXES, RandomBytes, new_code, new_uuid
from fieldlog.model.incident import Incident
from fieldlog.model.involvement import Involvement
from fieldlog.model.kinds import MAX_NARRATIVE
from fieldlog.model.person import Person
from fieldlog.model.quick import QuickCapture, Victims, read_victims
from fieldlog.model.text import clean
from fieldlog.model.typed_when import read_typed_when
from fieldlog.model.when import When

_STATE_LINKS: Final = {
    **dict.fromkeys(["POL", "SEC", "PRI", "MIL", "PRO", "JUD", "ADM", "BOR"], "official"),
    **dict.fromkeys(["FAM", "PRV", "EMP"], "private"),
}
"""What the kind of perpetrator says about the link to the State; every other kind leaves it unknown."""

_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedRecords:
    """The records of one quick capture, in the current revision of each."""

    incident: Incident
    persons: tuple[Person, ...]
    acts: tuple[Act, ...]
    involvements: tuple[Involvement, ...]
    consents: tuple[Consent, ...]

    @property
    def all(self) -> tuple[Record, ...]:
        """Every record, the incident first."""
        return (self.incident, *self.persons, *self.acts, *self.involvements, *self.consents)


def reading_of_when(capture: QuickCapture, *, local_now: datetime, tz: str | None = None) -> When:
    """How "When?" is read, for showing it while it is typed.

    Raises:
        UnreadableDate: it cannot be read.
    """
    here = capture.anchored_at(local_now)
    return read_typed_when(capture.when, today=here.date(), now=here.time(), tz=tz)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes codes and record heads, and finds what the last revision had."""

    created_at: str
    random_bytes: RandomBytes
    previous: CapturedRecords | None

    def code(self, type_name: str) -> str:
        return new_code(PREFIXES[type_name], random_bytes=self.random_bytes)

    def revised(self, record: _R, old: _R | None) -> _R:
        """``record`` as the next revision of ``old``, or ``old`` itself when nothing changed."""
        if old is None:
            return record
        following = replace(record, code=old.code, rev=old.rev + 1, supersedes=old.id, absent=old.absent)
        same = replace(
            following, id=old.id, rev=old.rev, supersedes=old.supersedes, created_at=old.created_at
        )
        return old if same == old else following

    def head(self) -> tuple[str, str]:
        return new_uuid(random_bytes=self.random_bytes), self.created_at


def records_of(
    capture: QuickCapture,
    *,
    code: str,
    now: datetime,
    local_now: datetime,
    tz: str | None = None,
    language: str = "und",
    previous: CapturedRecords | None = None,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> CapturedRecords:
    """The records that ``capture`` writes for the incident ``code``.

    ``now`` is aware and becomes ``created_at``; ``local_now`` and ``tz`` are the reporter's.
    Picked persons get an act and an involvement and keep their own person record. A consent is written for
    them only when one was chosen: "not asked" never replaces what they said before.

    Raises:
        UnreadableDate: "When?" cannot be read.
        MalformedRecord: "Who was hurt?" cannot be read.
        TextTooLong: "What happened?" is beyond ``MAX_NARRATIVE``.
        UnknownTerm: no such consent preset.
    """
    if len(capture.what) > MAX_NARRATIVE:
        raise TextTooLong(length=len(capture.what), most=MAX_NARRATIVE)
    maker = _Maker(
        created_at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        random_bytes=random_bytes,
        previous=previous,
    )
    when = reading_of_when(capture, local_now=local_now, tz=tz)
    victims = read_victims(capture.who)
    incident = _incident(maker, capture, code=code, when=when, victims=victims, language=language)
    person = _new_person(maker, victims)
    codes = (*victims.codes, *((person.code,) if person else ()))
    acts = tuple(_act(maker, capture, incident=incident, victim=victim) for victim in codes)
    return CapturedRecords(
        incident=incident,
        persons=(person,) if person else (),
        acts=acts,
        involvements=tuple(_involvement(maker, capture, act) for act in acts),
        consents=tuple(
            _consent(maker, capture, person=victim)
            for victim in codes
            if (person and victim == person.code) or capture.consent != "C0"
        ),
    )


def _incident(
    maker: _Maker, capture: QuickCapture, *, code: str, when: When, victims: Victims, language: str
) -> Incident:
    old = maker.previous.incident if maker.previous else None
    most = None if victims.at_most is None else victims.at_most + len(victims.codes)
    place = replace(old.place if old else Place(), text=clean(capture.where), type=capture.place_type)
    made, created_at = maker.head()
    if old is not None:
        new = replace(old, id=made, created_at=created_at, code=code)
    else:
        new = Incident(
            id=made, code=code, created_at=created_at, narrative=Text(text="", lang=language), when=when
        )
    new = replace(
        new,
        narrative=replace(new.narrative, text=clean(capture.what)),
        when=when,
        place=place,
        people_affected=PeopleRange(min=victims.at_least + len(victims.codes), max=most),
        urgency=capture.urgency,
    )
    return maker.revised(new, old)


def _new_person(maker: _Maker, victims: Victims) -> Person | None:
    """The person or group that is not known by a code yet; a number of 0 adds nobody."""
    if victims.at_least == 0 and victims.at_most == 0 and victims.codes:
        return None
    old = maker.previous.persons[0] if maker.previous and maker.previous.persons else None
    single = (victims.at_least, victims.at_most) == (1, 1)
    made, created_at = maker.head()
    new = Person(id=made, code=maker.code("person"), created_at=created_at, roles=("victim",))
    if old is not None:
        new = replace(old, id=made, created_at=created_at)
    new = replace(
        new,
        kind="individual" if single else "group",
        size=None if single else PeopleRange(min=victims.at_least, max=victims.at_most),
    )
    return maker.revised(new, old)


def _act(maker: _Maker, capture: QuickCapture, *, incident: Incident, victim: str) -> Act:
    old = next((act for act in maker.previous.acts if act.victim == victim), None) if maker.previous else None
    made, created_at = maker.head()
    new = Act(id=made, code=maker.code("act"), created_at=created_at, incident=incident.code, victim=victim)
    if old is not None:
        new = replace(old, id=made, created_at=created_at)
    if not (old and old.violation.startswith(f"{capture.family}-")):  # a finer code is kept
        new = replace(new, violation=f"{capture.family}-00")
    return maker.revised(new, old)


def _involvement(maker: _Maker, capture: QuickCapture, act: Act) -> Involvement:
    before = maker.previous.involvements if maker.previous else ()
    old = next((involvement for involvement in before if involvement.act == act.code), None)
    made, created_at = maker.head()
    new = Involvement(id=made, code=maker.code("involvement"), created_at=created_at, act=act.code)
    if old is not None:
        new = replace(old, id=made, created_at=created_at)
    if old is None or old.perp != capture.perpetrator:
        link = _STATE_LINKS.get(capture.perpetrator, "unknown")
        new = replace(new, perp=capture.perpetrator, state_link=link)
    return maker.revised(new, old)


def _consent(maker: _Maker, capture: QuickCapture, *, person: str) -> Consent:
    before = maker.previous.consents if maker.previous else ()
    old = next((consent for consent in before if consent.person == person), None)
    made, created_at = maker.head()
    new = Consent(id=made, code=maker.code("consent"), created_at=created_at, person=person)
    if old is not None:
        new = replace(old, id=made, created_at=created_at)
    if old is None or old.preset != capture.consent:
        new = replace(new, preset=capture.consent, scopes=scopes_of(capture.consent))
    return maker.revised(new, old)
