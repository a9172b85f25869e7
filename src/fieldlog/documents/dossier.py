"""Records sorted into one dossier per incident, for reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.consent import Consent
from fieldlog.model.detention import Detention
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.involvement import Involvement
from fieldlog.model.person import Person
from fieldlog.model.source import Source
from fieldlog.model.step import Step
from fieldlog.model.treatment import Treatment

_R = TypeVar("_R", Act, Source, Detention, Treatment, Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One incident and what belongs to it, each record in its last revision."""

    incident: Incident
    persons: tuple[Person, ...] = ()
    acts: tuple[Act, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    consents: tuple[Consent, ...] = ()
    sources: tuple[Source, ...] = ()
    detentions: tuple[Detention, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    steps: tuple[Step, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def dossiers_of(records: Iterable[Record]) -> tuple[Dossier, ...]:
    """One dossier per incident, oldest event first.

    Files that name no incident of this set in ``about`` are shown with every incident rather than lost.
    """
    latest: dict[str, Record] = {}
    for record in records:
        known = latest.get(record.code)
        if known is None or known.rev < record.rev:
            latest[record.code] = record
    current = tuple(latest.values())
    incidents = sorted(
        (record for record in current if isinstance(record, Incident)),
        key=lambda incident: (incident.when.sort_key, incident.code),
    )
    codes = {incident.code for incident in incidents}
    return tuple(_dossier(incident, current, codes) for incident in incidents)


def _of(incident: Incident, records: tuple[Record, ...], kind: type[_R]) -> tuple[_R, ...]:
    return tuple(r for r in records if isinstance(r, kind) and r.incident == incident.code)


def _dossier(incident: Incident, records: tuple[Record, ...], incidents: set[str]) -> Dossier:
    acts = _of(incident, records, Act)
    act_codes = {act.code for act in acts}
    involvements = tuple(r for r in records if isinstance(r, Involvement) and r.act in act_codes)
    sources, detentions, treatments, steps = (
        _of(incident, records, Source),
        _of(incident, records, Detention),
        _of(incident, records, Treatment),
        _of(incident, records, Step),
    )
    people = {
        *(act.victim for act in acts),
        *(involvement.party for involvement in involvements),
        *(source.party for source in sources),
        *(detention.person for detention in detentions),
        *(treatment.person for treatment in treatments),
        *(step.person for step in steps),
    }
    evidence = tuple(
        r
        for r in records
        if isinstance(r, Evidence) and (incident.code in r.about or incidents.isdisjoint(r.about))
    )
    return Dossier(
        incident=incident,
        persons=tuple(r for r in records if isinstance(r, Person) and r.code in people),
        acts=acts,
        involvements=involvements,
        consents=tuple(r for r in records if isinstance(r, Consent) and r.person in people),
        sources=sources,
        detentions=detentions,
        treatments=treatments,
        steps=steps,
        evidence=evidence,
    )
