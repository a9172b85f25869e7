"""The readable files of a bundle's payload: records as JSON lines, schemas, vocabularies, the report.

Implements data-model section 3.1. One record is one line in the canonical form of ``formats.canonical``;
what may not leave the vault is left out here and nowhere later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from fieldlog.documents.dossier import dossiers_of
from fieldlog.documents.report_html import report_html
from fieldlog.documents.schemas import schema_of
from fieldlog.documents.vocabularies import vocabularies_value
from fieldlog.errors import FormatError, MalformedRecord
from fieldlog.formats import canonical
from fieldlog.model.base import Record
from fieldlog.model.codec import RECORD_TYPES, decode_tolerant, encode
from fieldlog.model.person import Person

RECORD_FILES: Final = MappingProxyType(
    {
        "incident": "data/records/incidents.jsonl",
        "act": "data/records/acts.jsonl",
        "person": "data/records/persons.jsonl",
        "involvement": "data/records/involvements.jsonl",
        "source": "data/records/sources.jsonl",
        "detention": "data/records/detentions.jsonl",
        "treatment": "data/records/treatments.jsonl",
        "step": "data/records/steps.jsonl",
        "evidence": "data/records/evidence.jsonl",
        "consent": "data/records/consents.jsonl",
        "custody": "data/records/custody.jsonl",
    }
)
"""Record type -> its file. A type without records has no file."""

REPORT_PATH: Final = "data/index.html"
VOCABULARIES_PATH: Final = "data/vocab/vocabularies.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadFile:
    """One file and its bytes."""

    path: str
    content: bytes


def bare(person: Person) -> Person:
    """``person`` as a bare code, for somebody who could not be asked yet (data-model 2.7, note on C0)."""
    return Person(
        id=person.id,
        code=person.code,
        rev=person.rev,
        supersedes=person.supersedes,
        created_at=person.created_at,
        kind=person.kind,
        size=person.size,
    )


def line_of(record: Record) -> bytes:
    """One record as it stands in its file, with its line end.

    Raises:
        MalformedRecord: a value that no record may hold, or a line over ``canonical.MAX_LINE_BYTES``.
    """
    try:
        line = canonical.encode(cast("canonical.JsonValue", encode(record, leaving=True)))
    except FormatError:
        raise MalformedRecord("not-canonical") from None
    if len(line) > canonical.MAX_LINE_BYTES:
        raise MalformedRecord("record-too-long")
    return line + b"\n"


def record_of(line: bytes) -> tuple[Record, tuple[str, ...]]:
    """The record of one line, and the paths of fields this version does not know and ignores (J09).

    Raises:
        MalformedRecord: not canonical JSON, or not a record.
    """
    try:
        value = canonical.decode(line)
    except FormatError:
        raise MalformedRecord("not-canonical") from None
    return decode_tolerant(value)


def counts_of(records: Iterable[Record]) -> dict[str, int]:
    """How many records of each type there are, for ``bundle.json``."""
    counts = dict.fromkeys(RECORD_TYPES, 0)
    for record in records:
        counts[record.type] += 1
    return {name: count for name, count in counts.items() if count}


def payload_files(
    records: Iterable[Record], *, generated_at: str, bundle_id: str, language: str | None = None
) -> Iterator[PayloadFile]:
    """Every payload file but ``bundle.json`` and the attachments, in the order of the layout.

    The same records give the same bytes. ``records`` are those the consent gate let through.

    Raises:
        MalformedRecord: as ``line_of``.
    """
    chosen = tuple(records)
    report = report_html(
        dossiers_of(chosen), generated_at=generated_at, bundle_id=bundle_id, language=language
    )
    yield PayloadFile(path=REPORT_PATH, content=report.encode("utf-8"))
    for type_name, path in RECORD_FILES.items():
        lines = sorted(
            (record.code, record.rev, line_of(record)) for record in chosen if record.type == type_name
        )
        if lines:
            yield PayloadFile(path=path, content=b"".join(line for _code, _rev, line in lines))
    for type_name, record_type in RECORD_TYPES.items():
        schema = canonical.encode(cast("canonical.JsonValue", schema_of(record_type)))
        yield PayloadFile(path=f"data/schemas/{type_name}.schema.json", content=schema + b"\n")
    vocabularies = canonical.encode(cast("canonical.JsonValue", vocabularies_value()))
    yield PayloadFile(path=VOCABULARIES_PATH, content=vocabularies + b"\n")
