"""The records of a verified bag: read with limits, and checked against each other and the attachments.

What a sender with a genuine key puts into records is still not trusted: sizes and counts are limited,
fields of a later version are put aside, and an attachment counts only if a record vouches for its bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fieldlog.documents.payload import RECORD_FILES
from fieldlog.errors import BundleRefused, FormatError, MalformedRecord
from fieldlog.formats import canonical
from fieldlog.formats.bag import FileFact, VerifiedBag
from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.codec import RECORD_TYPES, decode_tolerant
from fieldlog.model.consent import Consent
from fieldlog.model.evidence import Evidence
from fieldlog.model.involvement import Involvement
from fieldlog.primitives.hash import Sha512

RECORDS_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of all record files together: a thousand long accounts need a tenth of it."""
RECORD_COUNT_LIMIT: Final = 50_000
"""Records of one bundle; as values they take less than 100 MB."""
_RECORDS_FOLDER: Final = "data/records/"
_ATTACHMENTS_FOLDER: Final = "data/attachments/"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleRecords:
    """The records of one bundle by type, in the order of their files.

    ``unknown_fields`` counts the fields that this version does not know; they had no effect.
    """

    by_type: Mapping[str, tuple[Record, ...]]
    unknown_fields: int

    def of(self, type_name: str) -> tuple[Record, ...]:
        """The records of one type."""
        return self.by_type.get(type_name, ())


def read_records(bag: VerifiedBag, *, counts: Mapping[str, int]) -> BundleRecords:
    """Every record of ``bag``, whose numbers by type must be ``counts``.

    The files are read a second time here. Nothing is given out before all of them had the digests they
    were verified with: a disk can give other bytes the second time.

    Raises:
        BundleRefused: with a reason that begins with ``record-`` or ``attachment-``.
        BagError: ``payload-altered``.
    """
    files = {path for path in bag.payload if path.startswith(_RECORDS_FOLDER)}
    if not files <= set(RECORD_FILES.values()):
        raise BundleRefused("record-file-unknown")
    if sum(bag.payload[path].size for path in files) > RECORDS_LIMIT:
        raise BundleRefused("record-files-too-large")
    by_type: dict[str, tuple[Record, ...]] = {}
    unknown_fields, left = 0, RECORD_COUNT_LIMIT
    for type_name, path in RECORD_FILES.items():
        if path not in files:
            continue
        records: list[Record] = []
        for record, unknown in _records_in(bag, path):
            if record.type != type_name:
                raise BundleRefused("record-in-wrong-file")
            left -= 1
            if left < 0:
                raise BundleRefused("record-count-too-large")
            records.append(record)
            unknown_fields += unknown
        by_type[type_name] = tuple(records)
    _check_counts(by_type, counts)
    _check_unique(by_type)
    _check_references(by_type)
    _check_attachments(by_type.get("evidence", ()), bag.payload)
    return BundleRecords(by_type=by_type, unknown_fields=unknown_fields)


class _Hashing:
    """Passes a file on to its reader and keeps the digest of what was passed on."""

    def __init__(self, source: canonical.ByteSource) -> None:
        self._source = source
        self._digest = Sha512()

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes."""
        content = self._source.read(size)
        self._digest.update(content)
        return content

    def digest(self) -> bytes:
        """SHA-512 of everything read."""
        return self._digest.digest()


def _records_in(bag: VerifiedBag, path: str) -> Iterator[tuple[Record, int]]:
    """The records of one file. After the last one: whether they were those that were verified."""
    source = _Hashing(bag.open(path))
    try:
        for plain in canonical.read_lines(source):
            record, unknown = decode_tolerant(plain)
            yield record, len(unknown)
    except (FormatError, MalformedRecord) as error:
        raise BundleRefused("record-" + error.reason) from error
    bag.require_unaltered(path, source.digest())


def _check_counts(by_type: Mapping[str, tuple[Record, ...]], counts: Mapping[str, int]) -> None:
    """A record file that was left out, and a count that is not true, look the same and are refused."""
    for type_name in RECORD_TYPES:
        if counts.get(type_name, 0) != len(by_type.get(type_name, ())):
            raise BundleRefused("record-counts")


def _check_unique(by_type: Mapping[str, tuple[Record, ...]]) -> None:
    seen = Counter((record.code, record.rev) for records in by_type.values() for record in records)
    if seen and max(seen.values()) > 1:
        raise BundleRefused("record-twice")


def _check_references(by_type: Mapping[str, tuple[Record, ...]]) -> None:
    """What a report follows from record to record has to be there."""
    codes = {type_name: {record.code for record in records} for type_name, records in by_type.items()}
    incidents, acts, persons = (codes.get(name, set()) for name in ("incident", "act", "person"))
    if not incidents:
        raise BundleRefused("record-no-incident")
    for records in by_type.values():
        for record in records:
            if isinstance(record, Act) and record.incident not in incidents:
                raise BundleRefused("record-reference")
            if isinstance(record, Involvement) and record.act not in acts:
                raise BundleRefused("record-reference")
            if isinstance(record, Consent) and record.person not in persons:
                raise BundleRefused("record-reference")


def _check_attachments(records: tuple[Record, ...], payload: Mapping[str, FileFact]) -> None:
    """Every evidence record has its file with its digests, and every file has its record."""
    vouched: set[str] = set()
    for record in records:
        if not isinstance(record, Evidence):
            raise BundleRefused("record-in-wrong-file")
        path = f"data/{record.path}"
        fact = payload.get(path)
        if fact is None:
            raise BundleRefused("attachment-missing")
        if (fact.size, fact.sha256.hex(), fact.sha512.hex()) != (record.bytes, record.sha256, record.sha512):
            raise BundleRefused("attachment-not-as-recorded")
        vouched.add(path)
    if any(path.startswith(_ATTACHMENTS_FOLDER) and path not in vouched for path in payload):
        raise BundleRefused("attachment-without-record")
