"""What lies below a vault's database, by the format of the vault: a volume, or a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import OpenedSlot, VaultHeader
from fieldlog.store.area import STEM as MEDIA_STEM
from fieldlog.store.area import mend
from fieldlog.store.connection import open_database
from fieldlog.store.database import Database, PlainFile, translating
from fieldlog.store.vault import folder, schema
from fieldlog.store.volume import twins
from fieldlog.store.volume.opening import STEM as VOLUME_STEM
from fieldlog.store.volume.opening import Volume, open_volume
from fieldlog.system import files

_PAGE_BYTES: Final = 4_096
_STEP: Final = 1 << 20


def volume_of(header: VaultHeader, slot: OpenedSlot) -> int | None:
    """The volume that ``slot`` opens; ``None`` in a vault of format 1, where both mean the one there is."""
    return slot.payload.volume if header.wal_bytes else None


def open_database_of(place: Path, header: VaultHeader, slot: OpenedSlot) -> Database:
    """The database that ``slot`` opens, brought to the present schema.

    Raises:
        VaultDamaged: ``database``, ``schema`` or ``media``.
        HistoryAltered: a page is an older one than the last lock listed.
        VaultTooNew: a later version has changed its schema.
        EncryptionUnavailable: it would not be encrypted as promised.
        MachineError: one of its subclasses.
    """
    keys = slot.payload.keys
    if header.wal_bytes:
        require_twins(place)
        database = open_volume(
            folder=place,
            own=slot.payload.volume,
            log_bytes=header.wal_bytes,
            key=keys.database_key,
            salt=keys.cipher_salt,
            log_key=keys.wal_key,
            migrations=schema.STEPS,
        )
        if isinstance(database.backing, Volume) and database.backing.had_frames:
            mend(place)
        return database
    try:
        return open_database(
            path=place / folder.DATABASE_NAME,
            key=keys.database_key,
            salt=keys.cipher_salt,
            migrations=schema.STEPS,
        )
    except errors.VaultMissing:
        raise errors.VaultDamaged(str(place), "database") from None


def require_twins(place: Path) -> None:
    """Check that no file of the two volumes is missing, whichever is in use.

    Raises:
        VaultDamaged: ``media`` or ``database``.
    """
    for stem, part in ((MEDIA_STEM, "media"), (VOLUME_STEM, "database")):
        for volume in (0, 1):
            if not files.exists(twins.path_of(place, stem, volume)):
                raise errors.VaultDamaged(str(place), part)


def pages_of(database: Database) -> tuple[int, Callable[[], Iterator[bytes]]]:
    """Size of the database, and its pages as they are on the disk; its log must have been written back."""
    raw = database.backing
    if not isinstance(raw, (PlainFile, Volume)):
        raise errors.UsageError("no-raw-pages")
    size = int(database.value("PRAGMA page_count")) * _PAGE_BYTES

    def pages() -> Iterator[bytes]:
        done = 0
        while done < size:
            with files.translating(database.path, reading=True), translating(database.path, raw):
                piece = raw.read_raw(min(_STEP, size - done), done)
            if not piece:
                raise errors.VaultDamaged(str(database.path.parent), "database")
            done += len(piece)
            yield piece

    return size, pages


def require_listed_epoch(database: Database, epoch: int) -> None:
    """Check that the list of the newest pages, where the last lock left one, is of ``epoch``.

    Raises:
        HistoryAltered: the list is of another moment than the database.
    """
    if isinstance(database.backing, Volume) and database.backing.listed_epoch not in (None, epoch):
        raise errors.HistoryAltered(str(database.path.parent))


def rest(database: Database, epoch: int) -> None:
    """Let the closing of ``database``, which is at ``epoch``, list its newest pages."""
    if isinstance(database.backing, Volume):
        database.backing.rest_at(epoch=epoch, pages=int(database.value("PRAGMA page_count")))


def was_left(database: Database) -> bool:
    """Whether a process was killed, or power failed, while it had the vault open."""
    return isinstance(database.backing, Volume) and database.backing.was_left


def equalise_times(place: Path, header: VaultHeader) -> None:
    """Give the files of the two volumes the same times."""
    if header.wal_bytes:
        twins.equalise_times(place, (VOLUME_STEM, MEDIA_STEM))
