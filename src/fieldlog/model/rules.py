"""What is missing, contradictory or risky in a record: a pure function that returns problems.

An ``ERROR`` keeps a record from being marked ready; a ``WARNING`` is shown and never stops anybody.
Problems carry a field path and a slug; the faces have the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass, replace
from enum import Enum
from typing import Final

from fieldlog.errors import UnknownTerm
from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.codec import specs_of
from fieldlog.model.consent import Consent, scopes_of
from fieldlog.model.evidence import Evidence
from fieldlog.model.ids import PREFIXES, is_code
from fieldlog.model.incident import Incident
from fieldlog.model.person import Person
from fieldlog.model.when import When

KnownTerm = Callable[[str, str], bool]
"""Whether a vocabulary has a code; ``vocabulary.loader.is_term`` is the real one."""


class Severity(Enum):
    """How much a problem matters."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem: where, what (a slug), how bad."""

    field: str
    code: str
    severity: Severity


_REFERENCES: Final = {
    "incident": "INC",
    "act": "ACT",
    "victim": "P",
    "person": "P",
    "party": "P",
    "captured_by": "P",
    "derived_from": "EV",
    "documents": "EV",
    "photos": "EV",
}
"""Fields that name another record, and the prefix such a code has."""

_IIN: Final = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
_PHONE: Final = re.compile(r"(?<![\w.])\+?\d(?:[\s()-]{0,2}\d){9,13}(?!\w)", re.ASCII)
_HANDLE: Final = re.compile(r"(?<![\w@])@[A-Za-z0-9_]{4,32}\b|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w{2,}", re.ASCII)
_IDENTIFYING: Final = (("personal-number", _IIN), ("phone-number", _PHONE), ("handle", _HANDLE))
"""What gives a person away in free text (data-model section 1.6)."""


def validate(record: Record, *, known_term: KnownTerm | None = None) -> tuple[Problem, ...]:
    """Every problem of ``record``; ``known_term`` also checks the codes of vocabularies."""
    return tuple(_problems(record, known_term))


def _error(field: str, code: str) -> Problem:
    return Problem(field=field, code=code, severity=Severity.ERROR)


def _warning(field: str, code: str) -> Problem:
    return Problem(field=field, code=code, severity=Severity.WARNING)


def _problems(record: Record, known_term: KnownTerm | None) -> Iterator[Problem]:
    if not is_code(record.code, PREFIXES[record.type]):
        yield _error("code", "wrong-kind")
    yield from _walk(record, "", known_term)
    yield from _absences(record)
    if isinstance(record, Incident):
        yield from _incident(record)
    elif isinstance(record, Act) and record.violation == "UNK-00":
        yield _warning("violation", "missing")
    elif isinstance(record, Person) and record.kind == "group" and record.size is None:
        yield _warning("size", "missing")
    elif isinstance(record, Consent):
        yield from _consent(record)
    elif isinstance(record, Evidence) and not record.path.startswith(f"attachments/{record.code}."):
        yield _error("path", "contradiction")


def _walk(owner: object, path: str, known_term: KnownTerm | None) -> Iterator[Problem]:
    """Terms, references and free texts, at every depth."""
    for spec in specs_of(type(owner)):  # type: ignore[arg-type]
        value = getattr(owner, spec.name)
        items = value if spec.many else () if value is None else (value,)
        field = f"{path}{spec.name}"
        for item in items:
            if is_dataclass(item) and not isinstance(item, type):
                yield from _walk(item, f"{field}.", known_term)
            elif spec.term is not None:
                if known_term is not None and not known_term(spec.term, item):
                    yield _error(field, "unknown-term")
            elif spec.name in _REFERENCES:
                if not is_code(item, _REFERENCES[spec.name]):
                    yield _error(field, "wrong-kind")
            elif isinstance(item, str) and spec.text is not None and spec.text.pattern is None:
                yield from (_warning(field, code) for code, form in _IDENTIFYING if form.search(item))


def _absences(record: Record) -> Iterator[Problem]:
    """A reason for absence names a field that exists and is empty."""
    for path, _reason in record.absent:
        value: object = record
        for name in path.split("."):
            if value is None or not hasattr(value, name):
                break
            value = getattr(value, name)
        else:
            if value not in {None, (), ""}:
                yield _error(path, "absent-but-given")
            continue
        if value is not None:
            yield _error(path, "unknown-field")


def _incident(incident: Incident) -> Iterator[Problem]:
    if not incident.narrative.text.strip():
        yield _error("narrative", "required")
    if incident.when.assumed:
        yield _warning("when", "assumed")
    yield from _when(incident.when, incident.created_at)
    if not incident.place.text.strip():
        yield _warning("place.text", "missing")
    if incident.urgency == "UX":
        yield _warning("urgency", "missing")


def _when(when: When, created_at: str) -> Iterator[Problem]:
    """A day of slack: the reporter's day may be ahead of UTC's."""
    earliest = when.earliest
    if earliest is None:
        return
    if (earliest.toordinal() - _ordinal(created_at)) > 1:
        yield _warning("when", "in-the-future")
    if earliest.year < 1900:
        yield _warning("when", "long-ago")


def _ordinal(created_at: str) -> int:
    return When.from_edtf(created_at[:10]).earliest.toordinal()  # type: ignore[union-attr]


def _consent(consent: Consent) -> Iterator[Problem]:
    if consent.preset == "C0":
        yield _warning("preset", "not-asked")
    try:
        expected = scopes_of(consent.preset)
    except UnknownTerm:
        return
    if consent.preset != "CU":
        same = replace(consent.scopes, media=expected.media, recontact=expected.recontact)
        if same != expected:
            yield _error("scopes", "contradiction")
    if consent.given_by in {"guardian", "relative"} and consent.preset not in {"CU", "C0", "C1", "CX"}:
        yield _warning("given_by", "given-by-another")
