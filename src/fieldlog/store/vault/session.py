"""``VaultStore``: an open vault, and the only thing others know of its backing.

It has no paths, tables or connections in its interface, so that the two-volume form can take the place of
``volume.db`` and ``media`` without a change anywhere else (docs/formats/vault.md section 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, OpenedSlot, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile, require_memory
from fieldlog.primitives.secret import Secret
from fieldlog.store.connection import open_database
from fieldlog.store.database import Database
from fieldlog.store.media import MediaStore
from fieldlog.store.vault import chain, folder, schema
from fieldlog.store.vault.evidence import EvidenceFiles
from fieldlog.store.vault.incidents import Incidents
from fieldlog.store.vault.outbox import Outbox
from fieldlog.store.vault.records import Records
from fieldlog.store.vault.settings import Settings
from fieldlog.store.vault.trust import Trust
from fieldlog.system import files


class VaultStore:
    """An unlocked vault. ``close`` it; it also closes when the interpreter ends."""

    def __init__(
        self, place: Path, header: VaultHeader, slot: OpenedSlot, database: Database, lock: files.FileLock
    ) -> None:
        self._place = place
        self._header = header
        self._slot = slot
        self._database = database
        self._lock = lock
        keys = slot.payload.keys
        self.records = Records(database)
        self.incidents = Incidents(database, self.records)
        self.media = MediaStore(
            database, place / folder.MEDIA_NAME, root_key=keys.media_key, unit_bytes=header.unit_bytes
        )
        self.evidence = EvidenceFiles(database, self.media, self.records, self.incidents)
        self.trust = Trust(database)
        self.outbox = Outbox(database)
        self.settings = Settings(database)

    @classmethod
    def create(cls, place: Path, *, profile: Argon2Profile, secrets: Sequence[SlotSecret]) -> Self:
        """Make a vault and open it. It appears whole or not at all.

        Raises:
            VaultExists: there is something at ``place``.
            NotEnoughMemory: the profile's memory could not be had.
            EncryptionUnavailable: the storage engine would not encrypt.
            MachineError: one of its subclasses.
        """
        header = VaultHeader(profile=profile)
        keys = VolumeKeys.generate()
        with folder.appearing(place) as building:
            files.write_whole(building / folder.HEADER_NAME, header.encode())
            files.write_whole(building / folder.MEDIA_NAME, b"")
            open_database(
                path=building / folder.DATABASE_NAME,
                key=keys.database_key,
                salt=keys.cipher_salt,
                create=True,
                migrations=schema.STEPS,
            ).close()
            slots, opened = keyslots.create(header, secrets, keys=keys, head=Head())
            files.write_whole(building / folder.SLOTS_NAME, slots)
        try:
            lock = files.FileLock(place / folder.HEADER_NAME)
            try:
                return cls._opened(place, header, opened, lock)
            except BaseException:
                lock.release()
                raise
        except BaseException:
            folder.discard(place)
            raise

    @classmethod
    def unlock(
        cls, place: Path, *, secret: Secret, available_memory: int, keyfile: bytes | None = None
    ) -> Self:
        """Open a vault.

        Raises:
            VaultMissing: there is none. VaultInUse: somebody has it open.
            VaultTooNew: a later version wrote it.
            UnsafePermissions: others can read or change it.
            CannotUnlock: wrong secret, or damaged slots: which one cannot be told.
            NotEnoughMemory: before or while the key is derived.
            VaultDamaged: ``header``, ``slots``, ``database`` or ``schema``.
            HistoryAltered: the database is older than when the vault was last locked with this secret.
            MachineError: another subclass.
        """
        folder.require_present(place)
        lock = files.FileLock(place / folder.HEADER_NAME)
        try:
            folder.remove_leftovers(place)
            header = folder.read_header(place)
            slots = folder.read_slots(place)
            require_memory(header.profile, available_memory)
            try:
                opened = keyslots.open_slots(header, slots, secret, keyfile=keyfile)
            except errors.KeySlotError:
                raise errors.VaultDamaged(str(place), "slots") from None
            return cls._opened(place, header, opened, lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _opened(cls, place: Path, header: VaultHeader, slot: OpenedSlot, lock: files.FileLock) -> Self:
        keys = slot.payload.keys
        try:
            database = open_database(
                path=place / folder.DATABASE_NAME,
                key=keys.database_key,
                salt=keys.cipher_salt,
                migrations=schema.STEPS,
            )
        except errors.VaultMissing:
            raise errors.VaultDamaged(str(place), "database") from None
        try:
            chain.require_not_behind(database, slot.payload.head)
            chain.count_epochs(database)
        except BaseException:
            database.close()
            raise
        return cls(place, header, slot, database, lock)

    @property
    def head(self) -> Head:
        """Length of the chain of revisions and the hash of its last link."""
        return chain.head_of(self._database)

    @property
    def is_open(self) -> bool:
        """Whether ``close`` was not called yet."""
        return self._database.is_open

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block is kept together and durably, or nothing of it.

        Raises:
            FieldlogError: as ``Database.transaction``.
        """
        with self._database.transaction():
            yield

    def free_space(self) -> int:
        """Bytes that can still be stored where the vault is.

        Raises:
            MachineError: one of its subclasses.
        """
        return files.free_space(self._place)

    def verify(self) -> int:
        """Check every page, every link of the chain and every digest; returns the number of revisions.

        Raises:
            VaultDamaged: ``database``. HistoryAltered: the chain does not verify, or tables are of
                different times.
        """
        if self._database.execute("PRAGMA integrity_check") != [("ok",)]:
            raise errors.VaultDamaged(str(self._place), "database")
        return chain.verify(self._database)

    def close(self) -> None:
        """Remember the head in the slot, close the database, forget the keys. Again is harmless.

        Locking never fails for want of space: a head that could not be written only means that the next
        unlock compares with an older one.
        """
        if not self.is_open:
            return
        try:
            with suppress(errors.FieldlogError):
                self._remember_head()
            self._database.close()
        finally:
            self._lock.release()
            self._slot.payload.keys.wipe()
            self._slot.slot_key.wipe()

    def _remember_head(self) -> None:
        head = self.head
        if head == self._slot.payload.head:
            return
        slot = replace(self._slot, payload=replace(self._slot.payload, head=head))
        slots = keyslots.replace(self._header, folder.read_slots(self._place), slot)
        folder.write_slots(self._place, slots)
        self._slot = slot
