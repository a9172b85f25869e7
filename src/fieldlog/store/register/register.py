"""The register's folder and database, opened as one (docs/formats/register.md).

Three files in a folder of mode 0700: ``register.json`` and ``slots`` in the vault's format of key
slots, and ``register.db``, an encrypted database on a plain file: a register makes no claim to be
hidden and has to be fast.
Promises that a register appears whole or not at all, and that an older copy of its database is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, OpenedSlot, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile, require_memory
from fieldlog.primitives.secret import Secret
from fieldlog.store.connection import open_database
from fieldlog.store.database import Database
from fieldlog.store.register.audit import AuditHead, AuditTable
from fieldlog.store.register.bundles import BundleTable
from fieldlog.store.register.identities import IdentityTable
from fieldlog.store.register.schema import MIGRATIONS
from fieldlog.store.register.senders import SenderTable
from fieldlog.store.vault.folder import appearing, remove_leftovers
from fieldlog.system import files, paths

HEADER_NAME: Final = "register.json"
SLOTS_NAME: Final = "slots"
DATABASE_NAME: Final = "register.db"


class RegisterTables:
    """What a register's database holds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.identities = IdentityTable(database)
        self.senders = SenderTable(database)
        self.bundles = BundleTable(database)
        self.audit = AuditTable(database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in the block is kept, durably, or nothing is.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        with self._database.transaction():
            yield


class RegisterStore(RegisterTables):
    """An unlocked register. ``close`` it."""

    def __init__(self, place: Path, header: VaultHeader, slot: OpenedSlot, database: Database) -> None:
        super().__init__(database)
        self._place = place
        self._header = header
        self._slot = slot

    @classmethod
    def create(
        cls,
        place: Path,
        *,
        profile: Argon2Profile,
        secrets: Sequence[SlotSecret],
        fill: Callable[[RegisterTables], None],
    ) -> Self:
        """Make a register and open it. ``fill`` puts the first rows in before it appears.

        Raises:
            VaultExists: there is something at ``place``.
            NotEnoughMemory: the profile's memory could not be had.
            EncryptionUnavailable: the storage engine would not encrypt.
            MachineError: one of its subclasses. Nothing is left behind.
        """
        header = VaultHeader(profile=profile, wal_bytes=0)
        keys = VolumeKeys.generate()
        with appearing(place) as building:
            files.write_whole(building / HEADER_NAME, header.encode())
            with _database(building, keys, create=True) as database:
                tables = RegisterTables(database)
                with tables.transaction():
                    fill(tables)
            slots, used = keyslots.create_all(header, secrets, keys=keys, head=Head())
            files.write_whole(building / SLOTS_NAME, slots)
        return cls._opened(place, header, used[0])

    @classmethod
    def unlock(cls, place: Path, *, secret: Secret, available_memory: int) -> Self:
        """Open a register.

        Raises:
            RegisterMissing: there is none. VaultInUse: somebody has it open.
            VaultTooNew: a later version wrote it.
            UnsafePermissions: others can read or change it.
            CannotUnlock: wrong secret, or damaged slots: which one cannot be told.
            NotEnoughMemory: before or while the key is derived.
            VaultDamaged: ``header``, ``slots``, ``database`` or ``schema``.
            HistoryAltered: the audit chain does not go on from where it was locked.
            MachineError: another subclass.
        """
        require_register(place)
        paths.require_private(place)
        header = _read_header(place)
        slots = _read_slots(place)
        require_memory(header.profile, available_memory)
        try:
            opened = keyslots.open_slots(header, slots, secret)
        except errors.KeySlotError:
            raise errors.VaultDamaged(str(place), "slots") from None
        return cls._opened(place, header, opened)

    @classmethod
    def _opened(cls, place: Path, header: VaultHeader, slot: OpenedSlot) -> Self:
        try:
            database = _open(place, slot.payload.keys)
        except errors.VaultMissing:
            raise errors.VaultDamaged(str(place), "database") from None
        store = cls(place, header, slot, database)
        try:
            # The database's lock keeps others out from here on.
            remove_leftovers(place)
            head = slot.payload.head
            store.audit.require_contains(AuditHead(count=head.count, hash=head.hash))
        except BaseException:
            database.close()
            raise
        return store

    @property
    def is_open(self) -> bool:
        """Whether ``close`` was not called yet."""
        return self._database.is_open

    def close(self) -> None:
        """Note the end of the audit chain in the slot, close the database, forget the keys.

        Again is harmless. A head that could not be written only means that the next unlock compares with
        an older one.

        Raises:
            MachineError: one of its subclasses; nothing is lost.
        """
        if not self.is_open:
            return
        try:
            with suppress(errors.FieldlogError):
                self._remember_head()
            self._database.close()
        finally:
            self._slot.payload.keys.wipe()
            self._slot.slot_key.wipe()

    def _remember_head(self) -> None:
        end = self.audit.head()
        payload = replace(self._slot.payload, head=Head(count=end.count, hash=end.hash))
        slot = replace(self._slot, payload=payload)
        content = keyslots.replace(self._header, _read_slots(self._place), slot)
        files.write_whole(self._place / SLOTS_NAME, content)


def require_register(place: Path) -> None:
    """Check that there is a register at ``place``.

    Raises:
        RegisterMissing: there is none.
    """
    if not files.exists(place / HEADER_NAME):
        raise errors.RegisterMissing(str(place))


def _read_header(place: Path) -> VaultHeader:
    try:
        return VaultHeader.parse(files.read_small(place / HEADER_NAME, limit=keyslots.HEADER_LIMIT))
    except errors.KeySlotError as error:
        if error.reason == "too-new":
            raise errors.VaultTooNew(str(place)) from None
        raise errors.VaultDamaged(str(place), "header") from None
    except errors.FileUnreadable:
        raise errors.VaultDamaged(str(place), "header") from None


def _read_slots(place: Path) -> bytes:
    try:
        content = files.read_small(place / SLOTS_NAME, limit=keyslots.SLOTS_BYTES)
    except errors.FileUnreadable:
        content = b""
    if len(content) != keyslots.SLOTS_BYTES:
        raise errors.VaultDamaged(str(place), "slots")
    return content


def _open(place: Path, keys: VolumeKeys, *, create: bool = False) -> Database:
    return open_database(
        path=place / DATABASE_NAME,
        key=keys.database_key,
        salt=keys.cipher_salt,
        create=create,
        migrations=MIGRATIONS,
    )


@contextmanager
def _database(place: Path, keys: VolumeKeys, *, create: bool) -> Iterator[Database]:
    database = _open(place, keys, create=create)
    try:
        yield database
    finally:
        database.close()
