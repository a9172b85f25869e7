"""Who can open this volume: secrets are added, replaced and removed (docs/formats/vault.md section 3.4).

What it promises:

* A crash at any moment leaves ``slots`` as before or as after, and the table knows both.
* When a call returns, the secret that was replaced or removed opens nothing that is on the disk.
* No slot of the other volume changes but by ``write_other``, which changes these only; and no slot is written
  that this volume's table does not know to be free or to belong to the secret that is replaced.
* A slot that opens but is not the newest writing of itself is noticed: somebody put an older ``slots`` back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, OpenedSlot, Purpose, SlotPayload, SlotSecret, VaultHeader
from fieldlog.formats.slot_changes import digest_of, slots_of
from fieldlog.primitives import rng
from fieldlog.primitives.kdf import require_memory
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database
from fieldlog.store.vault import folder, slot_table
from fieldlog.store.vault.slot_table import SlotRow
from fieldlog.system import process
from fieldlog.system.locking import FileLock

_BOTH: Final = frozenset(Purpose)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSlot:
    """A secret that opens this volume. ``made_at`` is empty where it is not known.

    ``recipient`` is what backups were sealed to when these recovery words were made.
    """

    index: int
    purpose: Purpose
    made_at: str
    keyfile: bool
    recipient: str
    opened: bool


class SlotKeeper:
    """The slots of the volume that is open. Made once for each time it is opened, under its lock.

    Raises:
        HistoryAltered: the slot that opened is an older writing of itself, or one that was given up.
        VaultDamaged: ``slots`` cannot be read, ``schema`` when the table cannot.
    """

    def __init__(
        self,
        place: Path,
        header: VaultHeader,
        database: Database,
        opened: OpenedSlot,
        *,
        vault_lock: FileLock | None = None,
    ) -> None:
        self._place = place
        self.vault_lock = vault_lock
        self._header = header
        self._database = database
        self._opened = opened
        self._volume = opened.payload.volume
        self._head = opened.payload.head
        # A change on a worker thread and the lock of the vault must not write over each other.
        self._lock = threading.RLock()
        self._require_newest(opened.index)

    def known(self) -> tuple[KnownSlot, ...]:
        """Every secret that is known to open this volume, in the order of the slots.

        Raises:
            VaultDamaged: as the class.
        """
        with self._lock:
            current = self._current(self._read())
            return tuple(
                KnownSlot(
                    index=row.slot,
                    purpose=row.purpose,
                    made_at=row.made_at,
                    keyfile=row.keyfile,
                    recipient=row.recipient,
                    opened=row.slot == self._opened.index,
                )
                for row in current.values()
                if row.purpose is not None
            )

    def used(self) -> tuple[OpenedSlot, ...]:
        """Every slot of this volume that is known to be used, the one that was opened first.

        Raises:
            VaultDamaged: as the class.
        """
        with self._lock:
            rows = [row for row in self._current(self._read()).values() if row.slot_key is not None]
            rows.sort(key=lambda row: row.slot != self._opened.index)
            return tuple(self._slots(rows))

    def opened_by(self, secret: Secret, *, keyfile: bytes | None = None) -> KnownSlot:
        """The slot that ``secret`` opens, at the price of an unlock: one Argon2id and eight trials.

        Raises:
            CannotUnlock: it opens no slot of this volume; also when it opens the other one.
            HistoryAltered: it opens an older writing of a slot.
            NotEnoughMemory: before or while the key is derived.
            MachineError: another subclass.
        """
        slot_keys = self._keys_for(secret, keyfile)
        with self._lock:
            content = self._read()
            found = keyslots.open_with(self._header, content, slot_keys)
            found.payload.keys.wipe()
            if found.index not in slots_of(self._volume):
                raise errors.CannotUnlock
            self._require_newest(found.index)
            if found.index not in self._current(content):
                self._learn(found, content)
            return next(slot for slot in self.known() if slot.index == found.index)

    def require_needed(self, wanted: SlotSecret, *, but: int | None = None) -> None:
        """Check that the words of ``wanted`` alone, without its key file, open nothing; slot ``but`` may.

        Else the key file would keep nobody out.

        Raises:
            SecretInUse: they do.
            NotEnoughMemory: their key could not be derived.
            MachineError: another subclass.
        """
        if wanted.keyfile is None:
            return
        with self._lock:
            content = self._read()
        try:
            found = keyslots.open_with(self._header, content, self._keys_for(wanted.secret, None))
        except errors.CannotUnlock:
            return
        found.payload.keys.wipe()
        if found.index != but:
            raise errors.SecretInUse

    def add(self, wanted: SlotSecret, *, made_at: str, recipient: str = "") -> int:
        """Let one more secret open this volume; returns its slot.

        Raises:
            SlotsFull: all four slots are used.
            SlotsUnknown: the vault is of the first form and one of its secrets has not opened it since.
            SecretInUse: the secret opens a slot already.
            NotEnoughMemory: its key could not be derived.
            MachineError: another subclass; then the secret opens nothing, or at worst one more than listed.
        """
        slot_keys = self._keys_for(wanted.secret, wanted.keyfile)
        with self._lock:
            content = self._read()
            current = self._current(content)
            free = [row.slot for row in current.values() if row.purpose is None]
            if not free:
                raise errors.SlotsFull if len(current) == len(slots_of(self._volume)) else errors.SlotsUnknown
            row = _row(wanted, made_at=made_at, recipient=recipient)
            return self._put(content, slot_keys, row, index=rng.choose(free))

    def replace(self, index: int, wanted: SlotSecret, *, made_at: str, recipient: str = "") -> None:
        """Let ``wanted`` open slot ``index`` in place of what opens it now.

        Raises:
            UnknownSlot: no secret of this volume has this slot.
            SecretInUse: ``wanted`` opens a slot already.
            NotEnoughMemory: its key could not be derived.
            MachineError: another subclass; then one of the two opens the slot, and the other does not.
        """
        slot_keys = self._keys_for(wanted.secret, wanted.keyfile)
        with self._lock:
            content = self._read()
            self._require_used(content, index)
            self._put(content, slot_keys, _row(wanted, made_at=made_at, recipient=recipient), index=index)

    def establish(self, wanted: SlotSecret, *, made_at: str, recipient: str = "") -> int:
        """Replace the one secret of its purpose in a vault of the first form, in whichever slot it is.

        Such a vault has one passphrase and one set of recovery words. While only the other of the two has
        opened it, the slots nobody knows hold this one, and all of them are given up.

        Raises:
            SlotsFull: every slot is known, so there is nothing to look for.
            SecretInUse, NotEnoughMemory, MachineError: as ``replace``.
        """
        slot_keys = self._keys_for(wanted.secret, wanted.keyfile)
        with self._lock:
            content = self._read()
            current = self._current(content)
            unknown = [index for index in slots_of(self._volume) if index not in current]
            if not unknown:
                raise errors.SlotsFull
            cleared = slot_changes.clear(content, unknown, volume=self._volume)
            row = _row(wanted, made_at=made_at, recipient=recipient)
            index = unknown.pop(rng.randbelow(len(unknown)))
            return self._put(cleared, slot_keys, row, index=index, cleared=unknown)

    def remove(self, index: int) -> None:
        """Shut out the secret of slot ``index``: random bytes take its place.

        Whether the vault can do without it is decided by the caller.

        Raises:
            UnknownSlot: no secret of this volume has this slot.
            MachineError: one of its subclasses; then it may still open the vault.
        """
        with self._lock:
            content = self._read()
            self._require_used(content, index)
            cleared = slot_changes.clear(content, [index], volume=self._volume)
            self._write(content, cleared, [SlotRow(slot=index, sealed=digest_of(cleared, index))])

    def remember_head(self, head: Head) -> None:
        """Write ``head`` into every slot of this volume that is known, in one writing.

        So whichever secret opens the vault next, an older database is noticed.

        Raises:
            MachineError: one of its subclasses; then every slot keeps the head it had.
        """
        with self._lock:
            if head == self._head:
                return
            content = self._read()
            used = [row for row in self._current(content).values() if row.slot_key is not None]
            resealed = slot_changes.reseal(self._header, content, self._slots(used), head=head)
            written = [replace(row, sealed=digest_of(resealed, row.slot)) for row in used]
            self._write(content, resealed, written)
            self._head = head

    def write_other(self, made: bytes, slot_keys: Sequence[Sequence[Secret]]) -> None:
        """Put the other volume's slots of ``made`` in place of those that are there.

        ``made`` may have been begun minutes ago: what has happened to this volume's slots since then stays.
        ``slot_keys`` are of the secrets in it.

        Raises:
            SecretInUse: one of them opens this volume by now; nothing was written.
            VaultInUse: this vault was locked meanwhile, and somebody else has opened it.
            TargetVanished: as ``require_in_place``.
            MachineError: another subclass; the old slots are still there.
        """
        other = 1 - self._volume
        with self._lock, self._held():
            content = self._read()
            own = slot_changes.clear(content, slots_of(other), volume=other)
            for keys in slot_keys:
                keyslots.require_unused(self._header, own, keys)
            folder.write_slots(self._place, slot_changes.splice(content, made, volume=other))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The lock of the vault: held while it is open, and taken again where it was locked meanwhile."""
        if self._database.is_open:
            yield
            return
        lock = FileLock(self._place / folder.HEADER_NAME)
        try:
            self.require_in_place()
            yield
        finally:
            lock.release()

    def require_in_place(self) -> None:
        """Check that the folder is still that of this vault: by its path, ``slots`` of another one are found.

        Raises:
            TargetVanished: it was moved or removed, or another one has taken its place.
        """
        if self.vault_lock is not None:
            self.vault_lock.require_in_place()

    def _slots(self, rows: Iterable[SlotRow]) -> list[OpenedSlot]:
        return [
            OpenedSlot(index=row.slot, slot_key=row.slot_key, payload=self._payload(row.purpose))
            for row in rows
            if row.slot_key is not None and row.purpose is not None
        ]

    def _payload(self, purpose: Purpose) -> SlotPayload:
        return replace(self._opened.payload, purpose=purpose, head=self._head)

    def _put(
        self,
        content: bytes,
        slot_keys: Sequence[Secret],
        row: SlotRow,
        *,
        index: int,
        cleared: Iterable[int] = (),
    ) -> int:
        payload = self._payload(row.purpose or Purpose.PASSPHRASE)
        changed, slot = slot_changes.put(self._header, content, slot_keys, index=index, payload=payload)
        row = replace(row, slot=index, sealed=digest_of(changed, index), slot_key=slot.slot_key)
        free = [SlotRow(slot=other, sealed=digest_of(changed, other)) for other in cleared]
        self._write(self._read(), changed, [row, *free])
        if index == self._opened.index:
            self._opened = slot
        return index

    def _write(self, before: bytes, after: bytes, written: Sequence[SlotRow]) -> None:
        """Replace ``slots``: first the rows of what is coming, then the file, then away with older rows."""
        present = self._current(before)
        listed = {row.slot for row in slot_table.rows(self._database)}
        # Until the file is replaced the slots are as they are, so each slot without a row gets one for that:
        # what is known of it, or, before it is overwritten, that nothing is.
        unknown = [
            SlotRow(slot=row.slot, sealed=digest_of(before, row.slot), known=False)
            for row in written
            if row.slot not in listed and row.slot not in present
        ]
        first = [*unknown, *(row for row in present.values() if row.slot not in listed)]
        with self._database.transaction():
            slot_table.announce(self._database, [*first, *written])
        self.require_in_place()
        folder.write_slots(self._place, after)
        # The work is done: what opens and what does not is on the disk. A row too many is a key that opens
        # nothing; the next writing takes it away.
        with suppress(errors.MachineError), self._database.transaction():
            slot_table.settle(self._database, written)

    def _learn(self, found: OpenedSlot, content: bytes) -> None:
        with self._database.transaction():
            slot_table.announce(self._database, [_learned(found, content)])
            slot_table.settle(self._database, [_learned(found, content)])

    def _current(self, content: bytes) -> dict[int, SlotRow]:
        """The row of each known slot of this volume, as ``content`` has it.

        A slot that fits none of its rows was altered; its oldest row has the key to mend it.
        """
        known: dict[int, SlotRow] = {}
        for row in slot_table.rows(self._database):
            if row.slot not in known or row.sealed == digest_of(content, row.slot):
                known[row.slot] = row
        known = {slot: row for slot, row in known.items() if row.known}
        if self._opened.index not in known:
            known[self._opened.index] = _learned(self._opened, content)
        if {row.purpose for row in known.values()} >= _BOTH:
            # A slot without a row is one of a vault of the first form. It had exactly these two secrets.
            for index in slots_of(self._volume):
                known.setdefault(index, SlotRow(slot=index, sealed=digest_of(content, index)))
        return dict(sorted(known.items()))

    def _require_newest(self, index: int) -> None:
        written = {row.sealed for row in slot_table.rows(self._database) if row.slot == index}
        # It opened, so it is whole: bytes that went bad on the disk never get here.
        if written and digest_of(self._read(), index) not in written:
            raise errors.HistoryAltered(str(self._place))

    def _require_used(self, content: bytes, index: int) -> None:
        row = self._current(content).get(index)
        if row is None or row.purpose is None:
            raise errors.UnknownSlot

    def _keys_for(self, secret: Secret, keyfile: bytes | None) -> tuple[Secret, ...]:
        require_memory(self._header.profile, process.available_memory())
        return keyslots.keys_for(self._header, self._read(), secret, keyfile=keyfile)

    def _read(self) -> bytes:
        self.require_in_place()
        return folder.read_slots(self._place)


def _row(wanted: SlotSecret, *, made_at: str, recipient: str) -> SlotRow:
    """What is to be known of a secret, before it has a slot."""
    return SlotRow(
        slot=-1,
        sealed=b"",
        purpose=wanted.purpose,
        made_at=made_at,
        keyfile=wanted.keyfile is not None,
        recipient=recipient,
    )


def _learned(opened: OpenedSlot, content: bytes) -> SlotRow:
    return SlotRow(
        slot=opened.index,
        sealed=digest_of(content, opened.index),
        purpose=opened.payload.purpose,
        slot_key=opened.slot_key,
    )
