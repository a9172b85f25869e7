"""Records as append-only revisions, and which of them are current (docs/formats/vault.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from fieldlog import errors
from fieldlog.model import codec
from fieldlog.model.base import Record
from fieldlog.primitives.hash import sha256
from fieldlog.store.database import Database, Row
from fieldlog.store.vault import chain, plain

R = TypeVar("R", bound=Record)

_CHECKED: Final = (
    "current.seq, "
    "(SELECT seq FROM revision AS every WHERE every.code = current.code ORDER BY rev DESC LIMIT 1), "
    "revision.content_sha256, revision.content"
)
"""Columns of a record with what ``Records`` needs to see that its current revision is its last one."""


class Records:
    """Every revision of every record. Writing is part of a transaction of the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, records: Sequence[Record], *, incident: str, version: int) -> None:
        """Add the revisions that are new and make each of ``records`` a member of ``incident``.

        A record whose revision is stored already is left as it is.

        Raises:
            EditConflict: a revision is not the one after the stored one.
            MalformedRecord: a record breaks its own form.
        """
        for record in records:
            stored = self._database.value("SELECT max(rev) FROM revision WHERE code = ?", (record.code,))
            if stored is None or record.rev == stored + 1:
                self._append(record, incident=incident, version=version, first=stored is None)
            elif record.rev != stored:
                raise errors.EditConflict
        self._database.execute_many(
            "INSERT OR IGNORE INTO membership VALUES (?, ?)", [(incident, record.code) for record in records]
        )

    def _append(self, record: Record, *, incident: str, version: int, first: bool) -> None:
        if first and record.rev != 1:
            raise errors.EditConflict
        seq = chain.append(
            self._database,
            incident=incident,
            version=version,
            code=record.code,
            rev=record.rev,
            content=plain.to_bytes(codec.encode(record)),
        )
        self._database.execute(
            "INSERT INTO current VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET seq = excluded.seq",
            (record.code, record.type, seq),
        )

    def drop_members(self, incident: str, *, record_type: str, keep: Iterable[str]) -> None:
        """Let records of one type that are not in ``keep`` no longer belong to ``incident``.

        Their revisions stay.
        """
        kept = set(keep)
        members = self._database.execute(
            "SELECT code FROM membership JOIN current USING (code) WHERE incident = ? AND type = ?",
            (incident, record_type),
        )
        self._database.execute_many(
            "DELETE FROM membership WHERE incident = ? AND code = ?",
            [(incident, code) for (code,) in members if code not in kept],
        )

    def erase(self, code: str) -> None:
        """Remove what every revision of a record says; the chain keeps the digests. Part of a transaction."""
        self._database.execute("DELETE FROM membership WHERE code = ?", (code,))
        self._database.execute("UPDATE revision SET content = NULL WHERE code = ?", (code,))

    def members(self, incident: str) -> tuple[Record, ...]:
        """The current revisions of the records of ``incident``, in the order they were first saved.

        Raises:
            VaultDamaged: ``record`` when a stored record cannot be read.
            HistoryAltered: a record's current revision is not its last one.
        """
        rows = self._database.execute(
            f"SELECT {_CHECKED} FROM membership "  # noqa: S608 - own text
            "LEFT JOIN current ON current.code = membership.code "
            "LEFT JOIN revision ON revision.seq = current.seq "
            "LEFT JOIN revision AS first ON first.code = membership.code AND first.rev = 1 "
            "WHERE membership.incident = ? ORDER BY first.seq",
            (incident,),
        )
        return tuple(self._decode(content) for content in map(self._checked, rows) if content is not None)

    def get(self, record_type: type[R], code: str) -> R:
        """The current revision of one record.

        Raises:
            UnknownRecord: there is none of this type and code.
            VaultDamaged: ``record`` when it cannot be read.
            HistoryAltered: the current revision is not the last one.
        """
        row = self._database.row(
            f"SELECT {_CHECKED} FROM current LEFT JOIN revision USING (seq) "  # noqa: S608 - own text
            "WHERE current.code = ? AND type = ?",
            (code, record_type.type),
        )
        content = None if row is None else self._checked(row)
        if content is None:
            raise errors.UnknownRecord
        record = self._decode(content)
        if not isinstance(record, record_type):
            raise errors.VaultDamaged(str(self._database.path.parent), "record")
        return record

    def newest(self, code: str) -> Record:
        """The current revision of a record of any type.

        Raises:
            UnknownRecord: there is none of this code, or it was erased.
            VaultDamaged: ``record`` when it cannot be read.
            HistoryAltered: the current revision is not the last one.
        """
        row = self._database.row(
            f"SELECT {_CHECKED} FROM current LEFT JOIN revision USING (seq) "  # noqa: S608 - own text
            "WHERE current.code = ?",
            (code,),
        )
        content = None if row is None else self._checked(row)
        if content is None:
            raise errors.UnknownRecord
        return self._decode(content)

    def is_first_saved_in(self, code: str, incident: str) -> bool:
        """Whether the record was made in ``incident`` and not picked there."""
        found = self._database.value("SELECT incident FROM revision WHERE code = ? AND rev = 1", (code,))
        return bool(found == incident)

    def of_type_anywhere(self, record_type: type[R], *, linked_to: Sequence[str]) -> tuple[R, ...]:
        """Current records of a type that belong to any incident which has one of ``linked_to``."""
        if not linked_to:
            return ()
        marks = ", ".join("?" * len(linked_to))
        rows = self._database.execute(
            f"SELECT DISTINCT {_CHECKED} FROM membership AS of_person "  # noqa: S608 - own text, marks
            "JOIN membership USING (incident) JOIN current ON current.code = membership.code "
            "LEFT JOIN revision ON revision.seq = current.seq "
            f"WHERE of_person.code IN ({marks}) AND current.type = ? ORDER BY current.seq",
            (*linked_to, record_type.type),
        )
        decoded = (self._decode(content) for content in map(self._checked, rows) if content is not None)
        return tuple(record for record in decoded if isinstance(record, record_type))

    def incidents_since(self, revision: int) -> int:
        """How many incidents outside the bin were saved, for the first time or again, after ``revision``."""
        if revision == 0:
            # The same number as below, without a look at the whole history.
            counted = "SELECT count(*) FROM incident WHERE binned_at IS NULL AND version > 0"
            return int(self._database.value(counted))
        return int(
            self._database.value(
                "SELECT count(DISTINCT incident.code) FROM revision "
                "JOIN incident ON incident.code = revision.incident WHERE seq > ? AND binned_at IS NULL",
                (revision,),
            )
        )

    def is_used(self, code: str) -> bool:
        """Whether a record of this code exists."""
        return self._database.value("SELECT 1 FROM current WHERE code = ?", (code,)) is not None

    def _checked(self, row: Row) -> bytes | None:
        """The content of a row of ``_CHECKED``; ``None`` for a record that was erased."""
        seq, newest, digest, content = row
        # `current`, the index of the revisions and the revision itself lie on different pages: one page
        # of an older time that was put back does not agree with the other two.
        if digest is None or seq != newest or (content is not None and sha256(content) != digest):
            raise errors.HistoryAltered(str(self._database.path.parent))
        return None if content is None else bytes(content)

    def _decode(self, content: bytes) -> Record:
        try:
            return codec.decode(plain.from_bytes(content))
        except (errors.RecordError, ValueError):
            raise errors.VaultDamaged(str(self._database.path.parent), "record") from None
