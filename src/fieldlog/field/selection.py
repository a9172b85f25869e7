"""What of the chosen incidents may go to an organisation: the consent gate (data-model section 2.7).

Promises that no record of a person leaves who has not agreed, with the one exception the model names:
present danger, confirmed by the reporter with a reason that is logged, and then as a bare code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fieldlog.documents.payload import bare
from fieldlog.errors import UsageError
from fieldlog.field.custody import travels
from fieldlog.field.recording import IncidentFile, read_incident
from fieldlog.field.vault import OpenVault
from fieldlog.model.base import Record
from fieldlog.model.consent import Consent, Sealing, may_seal
from fieldlog.model.custody import CustodyEvent
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.person import Person

_SEALABLE = frozenset({"ready", "handed_over", "received"})
INCIDENTS_LIMIT = 1_000
"""Incidents of one bundle; the desk reads records of a bundle into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The records that would go, and what stands against it.

    ``incidents`` are pairs of code and version. ``blocked`` are codes of incidents in which somebody
    said no, or was not asked without there being danger. ``unasked`` are incidents that may go after
    one confirmation; ``bare_persons`` go as codes only.
    """

    incidents: tuple[tuple[str, int], ...]
    records: tuple[Record, ...]
    evidence: tuple[Evidence, ...]
    blocked: tuple[str, ...]
    unasked: tuple[str, ...]
    bare_persons: tuple[str, ...]


def select(vault: OpenVault, codes: Sequence[str]) -> Selection:
    """Look at the incidents ``codes`` in the version that was saved last.

    Raises:
        UsageError: ``empty-selection``, ``too-many-incidents``, or ``incident-not-ready`` for a draft or
            an incident in the bin.
        UnknownRecord: no such incident.
    """
    chosen = tuple(dict.fromkeys(codes))
    if not chosen:
        raise UsageError("empty-selection")
    if len(chosen) > INCIDENTS_LIMIT:
        raise UsageError("too-many-incidents")
    held = [_ready(read_incident(vault, code)) for code in chosen]
    verdicts = {file.row.code: _verdicts(file) for file in held}
    blocked = tuple(code for code in verdicts if Sealing.BLOCKED in verdicts[code].values())
    unasked = tuple(
        code
        for code, verdict in verdicts.items()
        if code not in blocked and Sealing.NEEDS_CONFIRMATION in verdict.values()
    )
    # A person in two incidents goes bare if one of them is only let through by danger.
    bare_persons = {
        person
        for verdict in verdicts.values()
        for person, answer in verdict.items()
        if answer is not Sealing.ALLOWED
    }
    records = _merged(record for file in held for record in _leaving(vault, file, bare_persons))
    return Selection(
        incidents=tuple((file.row.code, file.row.version) for file in held),
        records=records,
        evidence=tuple(record for record in records if isinstance(record, Evidence)),
        blocked=blocked,
        unasked=unasked,
        bare_persons=tuple(sorted(bare_persons)),
    )


def _ready(file: IncidentFile) -> IncidentFile:
    if file.incident is None or file.row.in_bin or file.row.state not in _SEALABLE:
        raise UsageError("incident-not-ready")
    return file


def _verdicts(file: IncidentFile) -> dict[str, Sealing]:
    """Person code -> whether the person's records may go with this incident."""
    incident: Incident | None = file.incident
    urgency = "" if incident is None else incident.urgency
    in_force = _in_force(file.consents)
    return {person.code: may_seal(in_force.get(person.code), urgency) for person in file.persons}


def _in_force(consents: Iterable[Consent]) -> dict[str, Consent]:
    """Person code -> the consent that was recorded last."""
    return {
        consent.person: consent for consent in sorted(consents, key=lambda one: (one.created_at, one.rev))
    }


def _leaving(vault: OpenVault, file: IncidentFile, bare_persons: set[str]) -> Iterable[Record]:
    for record in _merged((*file.records, *vault.store.records.members(file.row.code))):
        if isinstance(record, Person) and record.code in bare_persons:
            yield bare(record)
        elif isinstance(record, CustodyEvent) and not travels(record):
            continue
        elif isinstance(record, Evidence) and file.row.code not in record.about:
            # Without it a bundle of several incidents would not tell whose file it is.
            yield replace(record, about=(*record.about, file.row.code))
        else:
            yield record


def _merged(records: Iterable[Record]) -> tuple[Record, ...]:
    """Each record once, in the order it was met first."""
    by_code: dict[str, Record] = {}
    for record in records:
        by_code.setdefault(record.code, record)
    return tuple(by_code.values())
