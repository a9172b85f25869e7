"""What a volume's database knows of its key slots (docs/formats/vault.md section 3.4).

``slots`` itself says nothing about which of its slots are used. The table ``key_slot`` does, for the four
slots of its own volume, with the key of each: so the head can be written into all of them at each lock, a
free slot can be told from a used one, and a secret can be shut out. Whoever reads the table has the whole
vault anyway.

A row belongs to one exact writing of a slot, known by its SHA-256. Rows are added before ``slots`` is
written and the others taken away after, so that at every moment some row fits the slot as it is on the
disk. A slot that opens and fits no row is an older one that somebody put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from fieldlog.errors import VaultDamaged
from fieldlog.formats.keyslots import OpenedSlot, Purpose
from fieldlog.formats.slot_changes import digest_of, slots_of
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database

_FREE: Final = 0
_UNKNOWN: Final = 255
"""Stored in place of a purpose: random bytes, and a slot of which only its present bytes are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """One writing of one slot. ``purpose`` and ``slot_key`` are ``None`` for random bytes.

    ``made_at`` is empty where it is not known. ``recipient`` is the backup recipient of recovery words.
    ``known`` is false for a slot of a vault of the first form, of which nobody knows whether it is used.
    """

    slot: int
    sealed: bytes
    purpose: Purpose | None = None
    slot_key: Secret | None = None
    made_at: str = ""
    keyfile: bool = False
    recipient: str = ""
    known: bool = True


def rows(database: Database) -> tuple[SlotRow, ...]:
    """Every row, the oldest writing of a slot first.

    Raises:
        VaultDamaged: ``schema`` for a purpose of no known kind.
    """
    found = database.execute(
        "SELECT slot, sealed, purpose, slot_key, made_at, keyfile, recipient FROM key_slot ORDER BY rowid"
    )
    if not {row[2] for row in found} <= {_FREE, _UNKNOWN, *Purpose}:
        raise VaultDamaged(str(database.path.parent), "schema")
    return tuple(
        SlotRow(
            slot=row[0],
            sealed=row[1],
            purpose=Purpose(row[2]) if row[2] not in (_FREE, _UNKNOWN) else None,
            slot_key=Secret(row[3]) if row[3] else None,
            made_at=row[4],
            keyfile=bool(row[5]),
            recipient=row[6],
            known=row[2] != _UNKNOWN,
        )
        for row in found
    )


def announce(database: Database, coming: Iterable[SlotRow]) -> None:
    """Add the rows of a writing that is about to be made. Part of a transaction."""
    database.execute_many(
        "INSERT OR REPLACE INTO key_slot (slot, sealed, purpose, slot_key, made_at, keyfile, recipient) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                row.slot,
                row.sealed,
                (row.purpose or _FREE) if row.known else _UNKNOWN,
                row.slot_key.reveal() if row.slot_key else b"",
                row.made_at,
                row.keyfile,
                row.recipient,
            )
            for row in coming
        ],
    )


def settle(database: Database, written: Iterable[SlotRow]) -> None:
    """Forget every other row of slots that were written. Part of a transaction."""
    database.execute_many(
        "DELETE FROM key_slot WHERE slot = ? AND sealed != ?", [(row.slot, row.sealed) for row in written]
    )


def begin(database: Database, content: bytes, used: Sequence[OpenedSlot], *, made_at: str = "") -> None:
    """Fill the table of a volume that was just made, in place of what it held. Part of a transaction.

    What the table of a copy already knows of a secret, such as when it was made, stays.

    Args:
        database: of the volume.
        content: of ``slots``, as it is written to the disk.
        used: every slot of this volume that a secret opens, at least one.
        made_at: the present moment, for secrets that the table does not know.
    """
    before = rows(database)
    of_index = {slot.index: _row(slot, before, made_at=made_at) for slot in used}
    database.execute("DELETE FROM key_slot")
    announce(
        database,
        [
            replace(of_index.get(index, SlotRow(slot=index, sealed=b"")), sealed=digest_of(content, index))
            for index in slots_of(used[0].payload.volume)
        ],
    )


def _row(slot: OpenedSlot, before: Sequence[SlotRow], *, made_at: str) -> SlotRow:
    for row in before:
        if row.slot == slot.index and row.slot_key == slot.slot_key:
            return row
    purpose, slot_key = slot.payload.purpose, slot.slot_key
    return SlotRow(slot=slot.index, sealed=b"", purpose=purpose, slot_key=slot_key, made_at=made_at)
