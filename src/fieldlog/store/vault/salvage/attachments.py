"""Attached files of a damaged vault, copied into a fresh one: whole and as they were taken in, or not at all.

Every chunk is authenticated, and at the end size, SHA-256 and SHA-512 have to be those of the record.
A part of a file is not kept: nobody could tell later what was missing from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fieldlog import errors
from fieldlog.model.evidence import Evidence
from fieldlog.store.media import MediaReader, MediaStore, StoredFile
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.exchanged import Attached
from fieldlog.store.vault.salvage.tables import Tables, Unreadable
from fieldlog.system import files

_ROWS: Final = (
    "SELECT 1 FROM attachment WHERE code = ? AND typeof(key) = 'blob' AND length(key) = 32 "
    "AND typeof(bytes) = 'integer' AND bytes = ?"
)
_RUNS: Final = (
    "SELECT typeof(first_unit), typeof(unit_count), first_unit >= 0 AND unit_count > 0 "
    "FROM media_run WHERE attachment = ?"
)


class Differs(Exception):
    """What came out is not what the record says."""


class _Stream(files.SourceFile):
    """A stored attachment as a file to take in."""

    def __init__(self, reader: MediaReader, size: int) -> None:
        self._reader = reader
        self._size = size

    @property
    def size(self) -> int:
        """As the record says."""
        return self._size

    def readinto(self, buffer: Any) -> int:
        """The next bytes that verify."""
        return self._reader.readinto(buffer)

    def require_unchanged(self) -> None:
        """Every byte was authenticated."""

    def close(self) -> None:
        """Close the reader."""
        self._reader.close()


class Attachments:
    """Copies files; a second one does not begin before the first is done."""

    def __init__(
        self,
        tables: Tables,
        source: Attached,
        target: MediaStore,
        batch: Batch,
        findings: Findings,
        pace: Pace,
    ) -> None:
        self._tables = tables
        self._source = source
        self._target = target
        self._batch = batch
        self._findings = findings
        self._pace = pace
        self.taken = 0
        self.taken_bytes = 0

    def take_over(self, incident: str, records: Sequence[Evidence]) -> int:
        """Copy the files of one incident; returns how many it has now."""
        kept = 0
        for record in records:
            if self._copy(record):
                kept += 1
                self.taken += 1
                self.taken_bytes += record.bytes
            else:
                self._findings.add("attachment-lost", code=record.code, incident=incident)
                # A line without a file behind it could not be handed over; its record stays in the history.
                self._batch.write(
                    "DELETE FROM membership WHERE incident = ? AND code = ?", (incident, record.code)
                )
                self._batch.flush()
        return kept

    def _copy(self, record: Evidence) -> bool:
        try:
            require_rows(self._tables, record)
            with (
                _Stream(self._source.holding(record.code).open(record.code), record.bytes) as stream,
                self._target.add(record.code, stream, progress=self._pace.within()) as stored,
            ):
                require_same(stored, record)
        except (*Unreadable, errors.UnknownRecord, Differs):
            return False
        return True


def attached_bytes(tables: Tables) -> int:
    """Bytes of every attachment whose row can be read."""
    rows = tables.keyed("attachment", "SELECT code, bytes FROM attachment", order=("code",))
    return sum(size for _code, size in rows if isinstance(size, int) and size >= 0)


def require_rows(tables: Tables, record: Evidence) -> None:
    """Check that the rows of a file have their types and their size; a page of another table has not.

    Raises:
        Differs: they have not, or cannot be read.
    """
    found = tables.rows("attachment", _ROWS, (record.code, record.bytes))
    runs = tables.rows("media_run", _RUNS, (record.code,))
    if not found or runs is None or any(run != ("integer", "integer", 1) for run in runs):
        raise Differs


def require_same(stored: StoredFile, record: Evidence) -> None:
    """Compare what was read with what its record says.

    Raises:
        Differs: it is another file.
    """
    found = (stored.size, stored.sha256.hex(), stored.sha512.hex())
    if found != (record.bytes, record.sha256, record.sha512):
        raise Differs
