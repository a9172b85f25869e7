"""Recording incidents: drafts, saved versions, the list and files; the bin is ``field.bin``'s.

How a face uses it, with an ``OpenVault``::

    code = keep_draft(vault, None, capture, Cursor("what", 0, 12))   # after each pause in typing
    save(vault, code, capture, ready=True)                            # a version; ends the draft
    rows = list_incidents(vault, query="фонтан", state="draft")
    held = read_incident(vault, code)
    capture, cursor = read_draft(vault, code)                         # back to where one was
    evidence = attach(vault, code, path, progress=progress)           # on a worker thread

Every function is safe to call from any thread; what has returned survives a power cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fieldlog import errors
from fieldlog.field.bin import move_to_bin, restore_from_bin
from fieldlog.field.recording_files import attach, attachment_facts, detach, open_attachment
from fieldlog.field.vault import OpenVault
from fieldlog.field.wording import summary_of, words_of
from fieldlog.model import rules
from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.capturing import CapturedRecords, records_of
from fieldlog.model.consent import Consent
from fieldlog.model.evidence import Evidence
from fieldlog.model.ids import PREFIXES, new_code
from fieldlog.model.incident import Incident
from fieldlog.model.involvement import Involvement
from fieldlog.model.person import Person
from fieldlog.model.quick import QuickCapture, read_victims
from fieldlog.store.vault.incidents import (
    Counts,
    Cursor,
    IncidentRow,
    Shelf,
    State,
    Summary,
    Version,
)

__all__ = [
    "Counts",
    "Cursor",
    "IncidentFile",
    "IncidentRow",
    "Shelf",
    "State",
    "Summary",
    "Version",
    "attach",
    "attachment_facts",
    "counts",
    "detach",
    "discard_draft",
    "keep_draft",
    "list_incidents",
    "move_to_bin",
    "newest_draft",
    "open_attachment",
    "read_draft",
    "read_incident",
    "read_version",
    "restore_from_bin",
    "save",
]

_PRUNED: Final = (Act.type, Involvement.type, Person.type, Consent.type)
"""Record types that one capture writes in full: those it no longer has leave the incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """Everything about one incident in its current version.

    ``incident`` is ``None`` for a draft that was never saved. ``persons`` are also those picked from
    other incidents, with all their ``consents``. ``versions`` begin with the last.
    """

    row: IncidentRow
    incident: Incident | None
    acts: tuple[Act, ...]
    persons: tuple[Person, ...]
    involvements: tuple[Involvement, ...]
    consents: tuple[Consent, ...]
    evidence: tuple[Evidence, ...]
    versions: tuple[Version, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Every record, the incident first."""
        first = () if self.incident is None else (self.incident,)
        return (
            *first,
            *self.persons,
            *self.acts,
            *self.involvements,
            *self.consents,
            *self.evidence,
        )


def keep_draft(
    vault: OpenVault, code: str | None, capture: QuickCapture, cursor: Cursor | None = None
) -> str:
    """Keep what is typed so far, durably, in place of what was kept before; returns the code.

    Without a code it begins a new incident. Anything can be kept, also a date that cannot be read.

    Raises:
        TextTooLong: there is more than is kept; what was kept before is still there.
        NoSpace: the disk is full; likewise.
        FieldlogError: another error of the storage.
    """
    capture.require_keepable()
    chosen = code or _new_incident_code(vault)
    vault.store.incidents.keep_draft(
        chosen,
        capture=capture.to_plain(),
        cursor=Cursor(*cursor) if cursor is not None else Cursor(),
        at=vault.timestamp(),
        summary=summary_of(capture, None),
        words=words_of(capture, chosen),
    )
    return chosen


def read_draft(vault: OpenVault, code: str) -> tuple[QuickCapture, Cursor]:
    """What to put into the form: the draft, or else what was typed for the last saved version.

    Raises:
        UnknownRecord: no such incident.
        MalformedRecord: a later version of Fieldlog kept it.
    """
    draft = vault.store.incidents.draft(code)
    if draft is not None:
        return QuickCapture.from_plain(draft.capture), draft.cursor
    row = vault.store.incidents.row(code)
    return read_version(vault, code, row.version), Cursor()


def read_version(vault: OpenVault, code: str, number: int) -> QuickCapture:
    """What had been typed when version ``number`` was saved.

    Raises:
        UnknownRecord: no such version.
        MalformedRecord: a later version of Fieldlog saved it.
    """
    return QuickCapture.from_plain(vault.store.incidents.capture_of(code, number))


def newest_draft(vault: OpenVault) -> str | None:
    """The code of the incident somebody was typing last, to go back there after a lock."""
    return vault.store.incidents.newest_draft()


def discard_draft(vault: OpenVault, code: str) -> None:
    """Forget what was typed since the last save.

    Raises:
        UnknownRecord: no such incident.
    """
    vault.store.incidents.discard_draft(code)


def save(
    vault: OpenVault,
    code: str | None,
    capture: QuickCapture,
    *,
    ready: bool,
    local_now: datetime | None = None,
    tz: str | None = None,
    language: str = "und",
) -> str:
    """Save a version and end the draft; returns the code. With ``ready`` it may be handed over.

    Args:
        vault: an open vault.
        code: of the incident; ``None`` begins one.
        capture: the eight answers.
        ready: finished, and not a draft any more.
        local_now: the reporter's local time, which relative dates refer to; by default the clock's
            moment in this computer's zone.
        tz: IANA name of the zone the dates are meant in.
        language: of the words in ``capture``.

    Raises:
        UnreadableDate: "When?" cannot be read. Keep a draft instead.
        MalformedRecord: "Who was hurt?" cannot be read.
        UnknownRecord: a picked person is not in the vault.
        InvalidRecord: ``ready`` although something required is missing.
        NoSpace: the disk is full; nothing was changed.
        FieldlogError: another error of the storage.
    """
    store = vault.store
    chosen = code or _new_incident_code(vault)
    now = vault.clock.now()
    here = local_now if local_now is not None else now.astimezone()
    with store.transaction():
        picked = tuple(store.records.get(Person, victim) for victim in read_victims(capture.who).codes)
        previous = _previous(vault, chosen, picked)
        captured = records_of(
            capture,
            code=chosen,
            now=now,
            local_now=here,
            tz=tz,
            language=language,
            previous=previous,
        )
        if ready:
            _require_valid(captured)
        records = _with_standing_consents(vault, (*captured.all, *picked))
        state: State = "ready" if ready else "draft"
        store.incidents.save(
            chosen,
            records=records,
            capture=capture.to_plain(),
            state=state,
            at=vault.timestamp(),
            summary=summary_of(capture, captured.incident),
            words=words_of(capture, chosen, *(record.code for record in records)),
            pruned=_PRUNED,
        )
    store.incidents.settle()
    return chosen


def list_incidents(
    vault: OpenVault,
    *,
    query: str = "",
    state: Shelf | None = None,
    limit: int = 200,
    offset: int = 0,
) -> tuple[IncidentRow, ...]:
    """A page of at most 200 lines, newest first.

    ``state`` may also be ``"bin"``; ``None`` means everything that is not in the bin.
    """
    return vault.store.incidents.rows(query=query, shelf=state, limit=limit, offset=offset)


def counts(vault: OpenVault) -> Counts:
    """How many incidents are where."""
    return vault.store.incidents.counts()


def read_incident(vault: OpenVault, code: str) -> IncidentFile:
    """Everything about one incident.

    Raises:
        UnknownRecord: no such incident.
        VaultDamaged: a stored record cannot be read.
    """
    row = vault.store.incidents.row(code)
    members = vault.store.records.members(code)
    persons = tuple(record for record in members if isinstance(record, Person))
    person_codes = {person.code for person in persons}
    consents = vault.store.records.of_type_anywhere(Consent, linked_to=sorted(person_codes))
    return IncidentFile(
        row=row,
        incident=next((record for record in members if isinstance(record, Incident)), None),
        acts=tuple(record for record in members if isinstance(record, Act)),
        persons=persons,
        involvements=tuple(record for record in members if isinstance(record, Involvement)),
        consents=tuple(consent for consent in consents if consent.person in person_codes),
        evidence=tuple(record for record in members if isinstance(record, Evidence)),
        versions=vault.store.incidents.versions(code),
    )


def _new_incident_code(vault: OpenVault) -> str:
    while True:
        code = new_code(PREFIXES["incident"])
        if not vault.store.incidents.is_used(code):
            return code


def _previous(vault: OpenVault, code: str, picked: tuple[Person, ...]) -> CapturedRecords | None:
    """The records of the last version, for the next revision of each."""
    records = vault.store.records
    members = records.members(code)
    incident = next((record for record in members if isinstance(record, Incident)), None)
    if incident is None:
        return None
    picked_codes = {person.code for person in picked}
    made_here = tuple(
        record
        for record in members
        if isinstance(record, Person)
        and record.code not in picked_codes
        and records.is_first_saved_in(record.code, code)
    )
    people = {*picked_codes, *(person.code for person in made_here)}
    return CapturedRecords(
        incident=incident,
        persons=made_here,
        acts=tuple(record for record in members if isinstance(record, Act)),
        involvements=tuple(record for record in members if isinstance(record, Involvement)),
        consents=records.of_type_anywhere(Consent, linked_to=sorted(people)),
    )


def _require_valid(captured: CapturedRecords) -> None:
    problems = tuple(
        problem
        for record in captured.all
        for problem in rules.validate(record)
        if problem.severity is rules.Severity.ERROR
    )
    if problems:
        raise errors.InvalidRecord(problems)


def _with_standing_consents(vault: OpenVault, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """``records`` without doubles, and with what their persons agreed to in other incidents.

    A new consent of somebody who was asked before becomes the next revision of that one: two consents of
    one person side by side would leave open which counts.
    """
    by_code = {record.code: record for record in records}
    persons = {record.code for record in records if isinstance(record, Person)}
    standing = {
        consent.person: consent
        for consent in vault.store.records.of_type_anywhere(Consent, linked_to=sorted(persons))
        if consent.person in persons
    }
    for record in records:
        before = standing.get(record.person) if isinstance(record, Consent) else None
        if isinstance(record, Consent) and before is not None and before.code != record.code:
            del by_code[record.code]
            by_code[before.code] = replace(
                record, code=before.code, rev=before.rev + 1, supersedes=before.id, absent=before.absent
            )
    for consent in standing.values():
        by_code.setdefault(consent.code, consent)
    return tuple(by_code.values())
