"""What is left of a vault, opened for reading: its database as far as pages verify, and its attachments.

The encryption conditions of the strict opener hold (docs/formats/vault.md section 4.1): build, lengths,
cipher and salt as set, and no page is believed that was not sealed with the volume's own key. What is not
asked for is that the database is whole. Nothing in the folder is opened for writing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from fieldlog import errors
from fieldlog.formats.keyslots import VaultHeader, VolumeKeys
from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.primitives.xts import Xts
from fieldlog.store import cipher
from fieldlog.store.area import MediaPlace
from fieldlog.store.database import Database, translating
from fieldlog.store.media import MediaStore
from fieldlog.store.vault import folder
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage import exchanged, table_list
from fieldlog.store.vault.salvage.image import CIPHER_VFS, Image, Images
from fieldlog.store.vault.salvage.keys import Unlocked
from fieldlog.store.vault.salvage.leftover_log import breaks_off
from fieldlog.store.vault.salvage.tables import Tables
from fieldlog.store.volume.opening import STEM
from fieldlog.store.volume.stamps import Freshness, StampKey, StampList
from fieldlog.store.volume.twins import path_of
from fieldlog.system import files

_FIRST_LOG: Final = f"{folder.DATABASE_NAME}-wal"
"""Of format 1, where log and database are files of their own."""

_LOOKED_AT: Final = 16
"""Pages at the beginning of a volume: a new vault has more."""


class ReadOnlyFile:
    """A file that is read at places; one that is not there has no bytes.

    Raises:
        VaultDamaged: ``database``: what is there is no plain file.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = -1
        self.size = 0
        try:
            with suppress(OSError):
                self._descriptor = files.open_unnoted(path)
                self.size = os.fstat(self._descriptor).st_size
        except errors.FileUnreadable:
            raise errors.VaultDamaged(str(path.parent), "database") from None

    def read(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes; fewer only at the end.

        Raises:
            OSError: the disk reported an error.
        """
        if self._descriptor < 0:
            return b""
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        return os.read(self._descriptor, count)

    def close(self) -> None:
        """Close it; again is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class _Backing:
    """The files and images behind a database of remains."""

    older_page = False
    """What is salvaged is judged by its own digests, not by its age."""

    def __init__(
        self,
        opened: list[ReadOnlyFile],
        images: Images,
        log: Image,
        media_bytes: int,
        listed: StampList | None,
    ) -> None:
        self._files = opened
        self.listed = listed
        self.images = images
        self.log = log
        self.media_bytes = media_bytes

    def require_there(self) -> None:
        """Nothing is written, so nothing can be written in vain."""

    def read_raw(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes of the pages as they are on the disk."""
        return self.images.read_raw(count, offset)

    def close(self) -> None:
        """Close everything, after the connection."""
        self.images.close()
        for file in self._files:
            file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The pages of a database: how many there are, which do not verify, and which are older than listed."""

    count: int
    damaged: tuple[int, ...]
    older: tuple[int, ...]


class Remains:
    """An opened vault that may be damaged; ``close`` it."""

    def __init__(
        self,
        database: Database,
        backing: _Backing,
        keys: PageCipher,
        attached: exchanged.Attached,
        *,
        page_count: int,
    ) -> None:
        self.database = database
        self.tables = Tables(database)
        self.attached = attached
        self.media_bytes = backing.media_bytes
        self._pages = backing.images.pages
        self._keys = keys
        self.page_count = page_count
        self._freshness = Freshness(backing.listed)

    def line_count(self) -> int:
        """How many lines the list has, 0 where that cannot be read; for an estimate."""
        rows = self.tables.rows("estimate", "SELECT count(*) FROM incident")
        self.tables.incomplete.discard("estimate")
        return int(rows[0][0]) if rows else 0

    def pages(self, pace: Pace | None = None, *, cost: int = 0) -> Pages:
        """Look at every page, those that no table uses too; each costs so much of ``pace``."""
        damaged, older = [], []
        for number in (pace or Pace(None)).each(range(1, self.page_count + 1), cost=cost):
            page = self._pages.page(number)
            if not self._keys.fits(page, number=number):
                damaged.append(number)
            # What was put back here, or read from a log, is newer than the list.
            elif not self._pages.is_changed(number) and not self._freshness.is_newest(
                page, number=number, cipher=self._keys
            ):
                older.append(number)
        return Pages(count=self.page_count, damaged=tuple(damaged), older=tuple(older))

    def close(self) -> None:
        """Close it; again is harmless."""
        self.database.close()


def open_remains(place: Path, unlocked: Unlocked, *, findings: Findings) -> Remains:
    """Open what is left of the volume whose slot was opened.

    Raises:
        EncryptionUnavailable: the storage engine is not what it has to be.
        VaultDamaged: ``database``: no page of it verifies, or nothing that says where its tables begin.
    """
    cipher.require_cipher_build()
    keys, own = unlocked.slot.payload.keys, unlocked.slot.payload.volume
    cipher.require_key_lengths(keys.database_key, keys.cipher_salt)
    page_keys = PageCipher(key=keys.database_key, salt=keys.cipher_salt)
    lies_in = own
    if unlocked.header.wal_bytes and _has_changed_places(place, unlocked.header, own, page_keys):
        findings.add("volumes-exchanged")
        lies_in = 1 - own
    media = MediaPlace(folder=place, volume=own if unlocked.header.wal_bytes else None)
    backing = _shown(place, unlocked.header, keys, lies_in, media)
    images = backing.images
    connection: apsw.Connection | None = None
    try:
        with translating(place / STEM):
            connection = _connect(images, keys)
            rebuilt = not _reads(connection, keys.cipher_salt)
            if rebuilt:
                connection.close(force=True)
                pages = images.pages
                empty_handed = not (
                    page_keys.fits(pages.page(1), number=1) or table_list.last_authentic(pages, page_keys)
                )
                findings.add("table-list-rebuilt")
                table_list.put_back(
                    images.pages,
                    key=keys.database_key,
                    salt=keys.cipher_salt,
                    size=(images.pages.size + images.log.size) // PAGE_BYTES + 1,
                )
                connection = _connect(images, keys)
                if not _reads(connection, keys.cipher_salt):
                    raise errors.VaultDamaged(str(place), "database")  # noqa: TRY301 - closed right below
            # Into memory: from here on the pages alone are the database.
            frames = _read_log(connection)
            if rebuilt and empty_handed and not frames:
                # A new vault with nothing in it would look as if there had been nothing to lose.
                raise errors.VaultDamaged(str(place), "database")  # noqa: TRY301 - closed right below
            if breaks_off(backing.log, read_frames=frames):
                findings.add("log-damaged")
            count = (
                table_list.last_authentic(images.pages, page_keys)
                if rebuilt
                else int(connection.pragma("page_count"))
            )
        database = Database(connection, place / STEM, backing)
    except BaseException:
        if connection is not None:
            connection.close(force=True)
        backing.close()
        raise
    cipher.restrict(database)
    store = MediaStore(database, media, root_key=keys.media_key, unit_bytes=unlocked.header.unit_bytes)
    attached = exchanged.Attached(store, findings)
    return Remains(database, backing, page_keys, attached, page_count=count)


def _has_changed_places(place: Path, header: VaultHeader, own: int, page_keys: PageCipher) -> bool:
    """Whether the first pages of our volume are in the file of the other one, and none in ours."""

    def pages_in(volume: int) -> bool:
        file = ReadOnlyFile(path_of(place, STEM, volume))
        try:
            return any(
                page_keys.fits(file.read(PAGE_BYTES, header.wal_bytes + at * PAGE_BYTES), number=at + 1)
                for at in range(_LOOKED_AT)
            )
        finally:
            file.close()

    return exchanged.other_holds_ours(pages_in, own)


def _shown(place: Path, header: VaultHeader, keys: VolumeKeys, own: int, media: MediaPlace) -> _Backing:
    """The two images of a volume's database, in either form of the vault."""
    if header.wal_bytes:
        volume = ReadOnlyFile(path_of(place, STEM, own))
        xts = Xts(keys.wal_key)

        def log_unit(count: int, offset: int) -> bytes:
            unit = volume.read(PAGE_BYTES, offset)
            return xts.decrypt(unit, number=offset // PAGE_BYTES)[:count] if len(unit) == PAGE_BYTES else b""

        def page(count: int, offset: int) -> bytes:
            return volume.read(count, header.wal_bytes + offset)

        log = Image(log_unit, min(volume.size, header.wal_bytes), authentic=False)
        pages = Image(page, max(0, volume.size - header.wal_bytes), authentic=True)
        opened = [volume]
        listed = StampKey(keys.wal_key).find(log.read, capacity=header.wal_bytes)
    else:
        wal = ReadOnlyFile(place / _FIRST_LOG)
        try:
            database = ReadOnlyFile(place / folder.DATABASE_NAME)
        except errors.VaultDamaged:
            wal.close()
            raise
        log = Image(wal.read, wal.size, authentic=False)
        pages = Image(database.read, database.size, authentic=True)
        opened = [database, wal]
        listed = None
    try:
        media_bytes = media.path.stat().st_size
    except OSError:
        media_bytes = 0
    # One that nobody writes to, for looking at what the engine did not believe.
    untouched = Image(log.read_at, log.size, authentic=False)
    return _Backing(opened, Images(pages, log), untouched, media_bytes, listed)


def _connect(images: Images, keys: VolumeKeys) -> apsw.Connection:
    connection = cipher.connect(images.name, keys.database_key, keys.cipher_salt, vfs=CIPHER_VFS)
    try:
        # A database that was cut is shorter than its first page says.
        connection.config(apsw.SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        # Nothing is to be written back at the end, not even into memory.
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cell_size_check = ON")
    except BaseException:
        connection.close(force=True)
        raise
    return connection


def _read_log(connection: apsw.Connection) -> int:
    """Write the log back, into memory; returns how many frames of it were believed."""
    try:
        # Not emptied by the first one, which says how many there are.
        _busy, frames, _done = next(iter(connection.execute("PRAGMA wal_checkpoint(PASSIVE)")))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except apsw.Error:
        return 0
    return max(0, int(frames))


def _reads(connection: apsw.Connection, salt: bytes) -> bool:
    """Whether the list of tables can be read, and then that it was read as it has to be encrypted.

    Raises:
        EncryptionUnavailable: the engine took neither cipher nor salt.
    """
    try:
        found: Any = connection.execute("SELECT count(*) FROM sqlite_schema").get
        cipher.require_keyed(connection, salt)
    except (apsw.NotADBError, apsw.CorruptError, apsw.IOError, apsw.CantOpenError):
        return False
    return bool(found)
