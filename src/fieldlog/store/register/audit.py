"""The register's audit chain: who may later ask "who opened this" gets an answer that was not edited.

Every entry carries the hash of the one before (docs/formats/register.md section 4).
The last hash is also kept in the key slot when the register is locked, so that an older copy of the
whole database is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from fieldlog.errors import HistoryAltered
from fieldlog.primitives.hash import sha256
from fieldlog.store.database import Database

_START: Final = bytes(32)
_DOMAIN: Final = b"fieldlog-audit-v1"


class Action(Enum):
    """What was done."""

    CREATED = "CREATED"
    CARD = "CARD"
    OPENED = "OPENED"
    REFUSED = "REFUSED"
    EXTRACTED = "EXTRACTED"
    IDENTITY = "IDENTITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """How many entries there are and the hash of the last one."""

    count: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry. ``object`` names what it was done to, ``detail`` is a slug or a digest."""

    seq: int
    at_utc: str
    action: Action
    object: str
    detail: str
    prev_hash: bytes
    hash: bytes


class AuditTable:
    """The chain. It only grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, action: Action, *, at_utc: str, subject: str = "", detail: str = "") -> None:
        """Add one entry, durable when this returns.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        with self._database.transaction():
            head = self.head()
            fields = (head.count + 1, at_utc, action.value, subject, detail)
            self._database.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*fields, head.hash, _entry_hash(head.hash, fields)),
            )

    def head(self) -> AuditHead:
        """The end of the chain.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        row = self._database.row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")
        return AuditHead(count=0, hash=_START) if row is None else AuditHead(count=row[0], hash=row[1])

    def entries(self) -> Iterator[AuditEntry]:
        """The whole chain in order, each link checked before it is given.

        Raises:
            HistoryAltered: an entry was changed, removed or put in.
            FieldlogError: as ``Database.execute``.
        """
        previous = _START
        rows = self._database.each(
            "SELECT seq, at_utc, action, object, detail, prev_hash, hash FROM audit ORDER BY seq"
        )
        for expected_seq, row in enumerate(rows, start=1):
            *fields, prev_hash, entry_hash = row
            if (
                fields[0] != expected_seq
                or prev_hash != previous
                or _entry_hash(previous, fields) != entry_hash
            ):
                raise HistoryAltered(str(self._database.path.parent))
            previous = entry_hash
            seq, at_utc, action, subject, detail = fields
            yield AuditEntry(
                seq=seq,
                at_utc=at_utc,
                action=Action(action),
                object=subject,
                detail=detail,
                prev_hash=prev_hash,
                hash=entry_hash,
            )

    def require_contains(self, head: AuditHead) -> None:
        """Check that the chain goes on from ``head``, which was noted at an earlier lock.

        Longer is normal, after a crash. Shorter or different means that an older copy was put back.

        Raises:
            HistoryAltered: the chain does not contain ``head``.
            FieldlogError: as ``Database.execute``.
        """
        if head.count == 0:
            return
        if self._database.value("SELECT hash FROM audit WHERE seq = ?", (head.count,)) != head.hash:
            raise HistoryAltered(str(self._database.path.parent))


def _entry_hash(previous: bytes, fields: tuple[object, ...] | list[object]) -> bytes:
    """SHA-256 over the previous hash and the fields, each with its length, so that none can shift."""
    parts = [str(value).encode() for value in fields]
    return sha256(_DOMAIN + previous + b"".join(len(part).to_bytes(4, "big") + part for part in parts))
