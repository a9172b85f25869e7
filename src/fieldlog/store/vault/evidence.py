"""Evidence: an attachment and its record, added and removed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fieldlog import errors
from fieldlog.model.evidence import Evidence
from fieldlog.store.database import Database
from fieldlog.store.media import MediaReader, MediaStore, Progress, StoredFile
from fieldlog.store.vault.incidents import IncidentRow, Incidents, State
from fieldlog.store.vault.records import Records
from fieldlog.system import files


class EvidenceFiles:
    """The attached files of the incidents of a vault."""

    def __init__(self, database: Database, media: MediaStore, records: Records, incidents: Incidents) -> None:
        self._database = database
        self._media = media
        self._records = records
        self._incidents = incidents

    def attach(
        self,
        incident: str,
        code: str,
        source: files.SourceFile,
        *,
        describe: Callable[[StoredFile], Evidence],
        at: str,
        progress: Progress | None = None,
    ) -> Evidence:
        """Take in a file and the record that ``describe`` makes of its digests.

        Raises:
            UnknownRecord: no such incident.
            FieldlogError: as ``MediaStore.add``; nothing was kept.
        """
        self._incidents.row(incident)
        with self._media.add(code, source, progress=progress) as stored:
            row = self._incidents.row(incident)
            record = describe(stored)
            self._records.put([record], incident=incident, version=row.version)
            self._set_files(row, files_now=row.files + 1, at=at)
        return record

    def detach(self, incident: str, code: str, *, at: str) -> None:
        """Remove a file: its key, its units and the content of its record are gone, also from history.

        Raises:
            UnknownRecord: the incident has no such file.
        """
        with self._database.transaction():
            row = self._incidents.row(incident)
            if code not in {record.code for record in self.of(incident)}:
                raise errors.UnknownRecord
            self._media.remove(code)
            self._records.erase(code)
            self._set_files(row, files_now=row.files - 1, at=at)

    def of(self, incident: str) -> tuple[Evidence, ...]:
        """The records of the attached files, in the order they were attached."""
        members = self._records.members(incident)
        return tuple(record for record in members if isinstance(record, Evidence))

    def open(self, code: str) -> MediaReader:
        """The bytes of a file, verified as they are read; close it.

        Raises:
            UnknownRecord: no such file.
        """
        return self._media.open(code)

    def facts(self, code: str) -> StoredFile:
        """Size, digests and CRC-32 of a file as they were when it was taken in.

        Raises:
            UnknownRecord: no such file.
        """
        return self._media.facts(code)

    def stored(self) -> Iterator[tuple[str, StoredFile]]:
        """Code and facts of every file in the vault, by code."""
        for code, size, sha256, sha512, crc32 in self._database.each(
            "SELECT code, bytes, sha256, sha512, crc32 FROM attachment ORDER BY code"
        ):
            yield code, StoredFile(size=size, sha256=sha256, sha512=sha512, crc32=crc32)

    def _set_files(self, row: IncidentRow, *, files_now: int, at: str) -> None:
        # What was handed over did not have this file: the incident waits to be handed over again.
        state: State = "ready" if row.state in {"handed_over", "received"} else row.state
        self._incidents.set_files(row.code, files=files_now, at=at, state=state)
