"""``VaultStore``: an open vault, and the only thing others know of its backing.

It has no paths, tables or connections in its interface; whether the vault is of format 2 (two volumes) or
format 1 (one database and its log in files of their own) shows in ``format`` only
(docs/formats/vault.md section 1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, OpenedSlot, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile, require_memory
from fieldlog.primitives.secret import Secret
from fieldlog.store.area import MediaPlace
from fieldlog.store.database import Database
from fieldlog.store.media import MediaStore, Progress
from fieldlog.store.vault import backing, chain, folder, making, renewing
from fieldlog.store.vault.binned import Bin
from fieldlog.store.vault.erasing import Erasing
from fieldlog.store.vault.evidence import EvidenceFiles
from fieldlog.store.vault.incidents import Incidents
from fieldlog.store.vault.outbox import Outbox
from fieldlog.store.vault.records import Records
from fieldlog.store.vault.settings import Settings
from fieldlog.store.vault.slot_keeper import SlotKeeper
from fieldlog.store.vault.trust import Trust
from fieldlog.store.volume import sizes as volume_sizes
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files
from fieldlog.system.locking import FileLock


class VaultStore:
    """An unlocked vault. ``close`` it; it also closes when the interpreter ends."""

    def __init__(
        self, place: Path, header: VaultHeader, slot: OpenedSlot, database: Database, lock: FileLock
    ) -> None:
        self._place = place
        self._header = header
        self._slot = slot
        self._database = database
        self._lock = lock
        self.slots = SlotKeeper(place, header, database, slot, vault_lock=lock)
        self.records = Records(database)
        self.incidents = Incidents(database, self.records)
        self.media = MediaStore(
            database,
            MediaPlace(folder=place, volume=backing.volume_of(header, slot), lock=lock),
            root_key=slot.payload.keys.media_key,
            unit_bytes=header.unit_bytes,
        )
        self.evidence = EvidenceFiles(database, self.media, self.records, self.incidents)
        self.trust = Trust(database)
        self.outbox = Outbox(database)
        self.settings = Settings(database)
        self.erasing = Erasing(database, self.records, self.media)
        self.bin = Bin(database, self.incidents, self.settings, self.erasing)

    @classmethod
    def create(
        cls,
        place: Path,
        *,
        profile: Argon2Profile,
        secrets: Sequence[SlotSecret],
        made_at: str = "",
        sizes: Sizes | None = None,
        fill: Callable[[making.NewVolume], None] | None = None,
    ) -> Self:
        """Make a vault with both its volumes and open it. It appears whole or not at all.

        Args:
            place: where nothing is yet.
            profile: of Argon2id.
            secrets: what opens it, each through a slot of its own.
            made_at: the present moment, for the list of secrets.
            sizes: of its files.
            fill: puts content into it before it appears, such as that of a backup.

        Raises:
            VaultExists: there is something at ``place``.
            NotEnoughMemory: the profile's memory could not be had.
            EncryptionUnavailable: the storage engine would not encrypt.
            VaultInUse: it was made, and somebody else was faster to open it.
            FieldlogError: whatever ``fill`` raises.
            MachineError: one of its subclasses. Nothing is left behind.
        """
        chosen = sizes or volume_sizes.USUAL
        header = VaultHeader(profile=profile, wal_bytes=chosen.log, unit_bytes=chosen.unit)
        with folder.appearing(place) as building:
            opened = making.make_vault(building, header, secrets, sizes=chosen, made_at=made_at, fill=fill)
        try:
            lock = FileLock(place / folder.HEADER_NAME)
            try:
                return cls._opened(place, header, opened, lock)
            except BaseException:
                lock.release()
                raise
        except errors.VaultInUse:
            # Somebody has opened it since it appeared: it is theirs.
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
            VaultDamaged: ``header``, ``slots``, ``database``, ``media`` or ``schema``.
            HistoryAltered: the database is older than when the vault was last locked.
            MachineError: another subclass.
        """
        lock = cls._taken(place)
        try:
            header = folder.read_header(place)
            slots = folder.read_slots(place)
            require_memory(header.profile, available_memory)
            try:
                opened = keyslots.open_slots(header, slots, secret, keyfile=keyfile)
            except errors.KeySlotError:
                raise errors.VaultDamaged(str(place), "slots") from None
            store = cls._opened(place, header, opened, lock)
        except BaseException:
            lock.release()
            raise
        folder.remove_leftovers(place)
        return store

    @staticmethod
    def _taken(place: Path) -> FileLock:
        """The lock of the vault at ``place``, also when another process replaces the folder at this moment.

        Raises:
            VaultMissing, VaultInUse, UnsafePermissions, MachineError: as ``unlock``.
        """
        for again in (True, False):
            folder.finish_replacement(place)
            try:
                folder.require_present(place)
                return FileLock(place / folder.HEADER_NAME)
            except errors.VaultMissing:
                if not again:
                    raise
            except errors.FileUnreadable:
                if not again and files.exists(place / folder.HEADER_NAME):
                    raise
        # It was there a moment ago, twice.
        raise errors.VaultInUse(str(place))

    @classmethod
    def _opened(cls, place: Path, header: VaultHeader, slot: OpenedSlot, lock: FileLock) -> Self:
        database = backing.open_database_of(place, header, slot)
        try:
            chain.require_not_behind(database, slot.payload.head)
            backing.require_listed_epoch(database, chain.head_of(database).epoch)
            chain.count_epochs(database)
            return cls(place, header, slot, database, lock)
        except BaseException:
            database.close()
            raise

    @property
    def format(self) -> int:
        """2, or 1 for a vault with one volume, which ``renew`` makes into one with two."""
        return self._header.format

    @property
    def was_left_open(self) -> bool:
        """Whether the one before did not lock it: killed, or power failed, or somebody made it look so."""
        return backing.was_left(self._database)

    @property
    def media_is_whole(self) -> bool:
        """Whether the attachments are where the records say, as far as that is quickly seen."""
        try:
            self.media.require_whole()
        except errors.VaultDamaged:
            return False
        return True

    @property
    def head(self) -> Head:
        """Length of the chain of revisions and the hash of its last link."""
        return chain.head_of(self._database)

    @property
    def keys(self) -> VolumeKeys:
        """What opens the database and the attachments, for a backup."""
        return self._slot.payload.keys

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

    @contextmanager
    def database_pages(self) -> Iterator[tuple[int, Callable[[], Iterator[bytes]]]]:
        """Size in bytes of the database, and a function that gives its pages, encrypted as they are.

        Nothing can be saved while the block lasts.

        Raises:
            NoSpace: the log could not be written back first.
            StorageFailed: the disk reported an error.
        """
        with self._database.at_rest():
            yield backing.pages_of(self._database)

    def free_space(self) -> int:
        """Bytes of attachments that can still be stored where the vault is.

        Raises:
            MachineError: one of its subclasses.
        """
        return files.free_space(self._place) // self.media.copies

    def verify(self) -> int:
        """Check every page, every link of the chain and every digest; returns the number of revisions.

        Raises:
            VaultDamaged: ``database``. HistoryAltered: the chain does not verify, or tables are of
                different times.
        """
        if self._database.execute("PRAGMA integrity_check") != [("ok",)]:
            raise errors.VaultDamaged(str(self._place), "database")
        return chain.verify(self._database)

    def reserve(self, media_bytes: int, *, progress: Progress | None = None) -> None:
        """Make both attachment areas at least this large now; interrupted, they are as they were.

        Raises:
            NoSpace: there is no room for both.
            Cancelled: from ``progress``.
            VaultOfFirstForm: for a vault of format 1, where there is nothing to reserve.
            MachineError: another subclass.
        """
        if self.format == keyslots.FIRST_FORM:
            raise errors.VaultOfFirstForm(str(self._place))
        self.media.reserve(media_bytes, progress=progress)

    def create_second(
        self,
        secrets: Sequence[SlotSecret],
        *,
        made_at: str = "",
        fill: Callable[[making.NewVolume], None] | None = None,
    ) -> None:
        """Make a vault in the other volume, over whatever is there: nobody can know whether it is used.

        Raises:
            SecretInUse: a secret opens this vault already.
            VaultOfFirstForm: for a vault of format 1, which has one volume.
            NotEnoughMemory: a key could not be derived.
            VaultInUse: this vault was locked meanwhile, and somebody else has opened it.
            MachineError: another subclass; then what was in the other volume may be gone.
        """
        if self.format == keyslots.FIRST_FORM:
            raise errors.VaultOfFirstForm(str(self._place))
        making.make_second(
            self._place,
            self._header,
            secrets,
            volume=1 - self._slot.payload.volume,
            slots=self.slots,
            made_at=made_at,
            fill=fill,
        )

    def renew(
        self,
        *,
        secrets: Sequence[SlotSecret] | None = None,
        made_at: str = "",
        progress: Progress | None = None,
        sizes: Sizes | None = None,
    ) -> None:
        """Copy everything into fresh volumes under new keys, in place of the old ones; then it is closed.

        The other volume's bytes and slots are carried over as they are. A vault of format 1 becomes one of
        format 2; it needs ``secrets``, because its slots cannot be written again.

        Raises:
            SlotsUnknown: the vault is of the first form and ``secrets`` are missing.
            NoSpace: there is no room for a second copy.
            EditConflict: something was saved while it was copied.
            Cancelled: from ``progress``. VaultDamaged: an attachment does not verify.
            MachineError: another subclass. The vault is as it was.
        """
        source = renewing.Source(
            place=self._place,
            header=self._header,
            slot=self._slot,
            database=self._database,
            media=self.media,
            used=self.slots.used(),
            head=self.head,
        )
        try:
            with folder.replacing(self._place, still_there=self._lock.require_in_place) as building:
                renewing.copy_vault(
                    source,
                    building,
                    secrets=secrets,
                    made_at=made_at,
                    sizes=sizes or volume_sizes.USUAL,
                    progress=progress,
                )
                if self.head != source.head:
                    # Something was saved meanwhile, and the copy may not have it.
                    raise errors.EditConflict
                # From here on nothing may be written into the volumes that are about to go.
                self._close_quietly()
        finally:
            if not self.is_open:
                self._release()

    def close(self) -> None:
        """Remember the head in the slots, close the database, forget the keys. Again is harmless.

        Locking never fails for want of space: a head that could not be written only means that the next
        unlock compares with an older one.
        """
        if not self.is_open:
            return
        try:
            with suppress(errors.FieldlogError):
                self.slots.remember_head(self.head)
            with suppress(errors.FieldlogError):
                backing.rest(self._database, self.head.epoch)
            self._database.close()
        finally:
            self._release()

    def _close_quietly(self) -> None:
        with suppress(errors.FieldlogError):
            self._database.close()

    def _release(self) -> None:
        with suppress(errors.TargetVanished):
            self._lock.require_in_place()
            backing.equalise_times(self._place, self._header)
        self._lock.release()
        self._slot.payload.keys.wipe()
        self._slot.slot_key.wipe()
