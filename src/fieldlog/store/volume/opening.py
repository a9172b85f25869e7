"""The opener of the database in a volume: it encrypts, or it refuses (docs/formats/vault.md section 4).

The same checks as for a plain file, and the log inside the volume. ``build`` makes a new database in a
volume's region, ``open_volume`` opens it; both give the two files the same size again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import apsw

from fieldlog import errors
from fieldlog.primitives.pages import PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher
from fieldlog.store.database import Database, translating
from fieldlog.store.migrations import Migration, migrate
from fieldlog.store.volume.twins import TwinFiles
from fieldlog.store.volume.vfs import SECTOR_BYTES, VolumeVfs
from fieldlog.system import files

STEM: Final = "vol"

_KEPT_FREE: Final = 4
"""The log is written back when a quarter of it is used: the rest is for one large transaction."""


class Volume:
    """The files behind an open database; ``close`` only after its connection is closed."""

    def __init__(self, twins: TwinFiles, vfs: VolumeVfs) -> None:
        self._twins = twins
        self._vfs = vfs
        self._rest: tuple[int, int] | None = None
        self.was_left = vfs.log is not None and vfs.log.was_left
        """Whether the last one that had this volume open did not close it: it was killed, or power failed."""
        self.had_frames = vfs.log is not None and vfs.log.length > 0
        """Whether there was something to be written back."""

    @property
    def twins(self) -> TwinFiles:
        """Both volumes' files."""
        return self._twins

    @property
    def older_page(self) -> bool:
        """Whether an older page was met that somebody put back."""
        return self._vfs.freshness.older_seen

    @property
    def listed_epoch(self) -> int | None:
        """The epoch at which the last lock listed the newest pages; ``None`` where there is no list."""
        return self._vfs.freshness.listed_epoch

    def read_raw(self, count: int, offset: int) -> bytes:
        """Bytes of the database as they are on the disk; raises ``OSError``, and ``CorruptError`` of apsw."""
        content = self._twins.read(count, self._vfs.log_bytes + offset)
        self._vfs.require_newest(content, offset)
        return content

    def require_there(self) -> None:
        """Check that our file was not removed while it is open.

        Raises:
            TargetVanished: it was; whatever is written would be gone when it is closed.
        """
        self._twins.require_there()

    def rest_at(self, *, epoch: int, pages: int) -> None:
        """Nothing will be written any more: ``close`` lists the newest stamp of each of the ``pages``."""
        self._rest = (epoch, pages)

    def close(self) -> None:
        """Let the files go; a connection that lives must not be there any more."""
        # Without a list the next unlock compares less; it is no reason not to close.
        try:
            with suppress(OSError, errors.MachineError):
                self._list_pages()
            self._vfs.withdraw()
        finally:
            self._twins.close()

    def _list_pages(self) -> None:
        log = self._vfs.log
        if self._rest is None or log is None or log.length:
            return
        epoch, pages = self._rest
        log.leave_stamps(self._vfs.freshness.whole_list(epoch, pages, self._read_region))

    def _read_region(self, count: int, offset: int) -> bytes:
        return self._twins.read(count, self._vfs.log_bytes + offset)


def open_volume(
    *,
    folder: Path,
    own: int,
    log_bytes: int,
    key: Secret,
    salt: bytes,
    log_key: Secret,
    migrations: tuple[Migration, ...] = (),
) -> Database:
    """Open the database of volume ``own`` (0 or 1) in the vault at ``folder``.

    Frames that a killed process left are written back first.

    Raises:
        EncryptionUnavailable: it would not be encrypted as promised; nothing was written.
        VaultDamaged: ``database``: a file is missing, too short or does not verify.
        HistoryAltered: a page is an older one than the last lock listed.
        VaultTooNew: a later version has changed its schema.
        MachineError: one of its subclasses.
    """
    cipher.require_cipher_build()
    cipher.require_key_lengths(key, salt)
    twins = TwinFiles(folder, STEM, own=own)
    try:
        _require_region(twins, log_bytes, folder)
        with files.translating(twins.path):
            _require_wrong_key_refused(twins, log_bytes, salt)
            pages = PageCipher(key=key, salt=salt)
            vfs = VolumeVfs(twins, log_bytes=log_bytes, log_key=log_key, building=False, pages=pages)
        volume = Volume(twins, vfs)
    except BaseException:
        twins.close()
        raise
    connection: apsw.Connection | None = None
    try:
        with translating(twins.path, volume):
            connection = cipher.connect(vfs.database_name, key, salt, vfs=vfs.name)
            cipher.configure(connection, salt)
            # Pages that map others would be taken for pages of rows, and cleaned.
            cipher.require_setting(connection, "auto_vacuum", 0)
            connection.execute("BEGIN IMMEDIATE; COMMIT")
            written_back = cipher.write_back(connection)
        with files.translating(twins.path):
            head = twins.read(cipher.HEAD_BYTES, log_bytes)
        if written_back:
            _require_salt(head, salt, folder)
        twins.equalise()
        if volume.had_frames:
            twins.mend()
    except BaseException:
        if connection is not None:
            # On a broken disk closing reports it once more, and that would hide what happened first.
            with suppress(apsw.Error):
                connection.close(force=True)
        volume.close()
        raise
    database = Database(connection, twins.path, volume)
    try:
        database.write_back_from(max(1, log_bytes // SECTOR_BYTES // _KEPT_FREE))
        migrate(database, migrations)
        cipher.restrict(database)
    except BaseException:
        database.close()
        raise
    return database


def build(
    *,
    folder: Path,
    own: int,
    log_bytes: int,
    key: Secret,
    salt: bytes,
    log_key: Secret,
    fill: Callable[[apsw.Connection], None] | None = None,
) -> None:
    """Make a database in volume ``own``, over whatever lies there; not durable before ``folder`` is synced.

    ``fill`` puts content into it, such as a copy of another database.

    Raises:
        EncryptionUnavailable: it would not be encrypted as promised.
        NoSpace: both volumes together do not fit on the disk.
        VaultDamaged: ``database``: a volume is missing.
        MachineError: another subclass.
    """
    cipher.require_cipher_build()
    cipher.require_key_lengths(key, salt)
    twins = TwinFiles(folder, STEM, own=own)
    try:
        with files.translating(twins.path), translating(twins.path):
            _fill(twins, log_bytes, key, salt, log_key, fill)
        twins.sync_both()
        with files.translating(twins.path), translating(twins.path):
            cipher.require_encrypted_head(twins.read(cipher.HEAD_BYTES, log_bytes), salt)
            _require_wrong_key_refused(twins, log_bytes, salt)
    finally:
        twins.close()


def place_pages(*, folder: Path, own: int, log_bytes: int, pages: Iterable[bytes]) -> None:
    """Put the pages of a database, encrypted as they are, into volume ``own``, over whatever lies there.

    Raises:
        NoSpace: both volumes together do not fit on the disk.
        MachineError: another subclass.
    """
    twins = TwinFiles(folder, STEM, own=own)
    try:
        offset = log_bytes
        for piece in pages:
            twins.grow(offset + len(piece))
            with files.translating(twins.path):
                twins.write(piece, offset)
            offset += len(piece)
        twins.sync_both()
    finally:
        twins.close()


def _fill(
    twins: TwinFiles,
    log_bytes: int,
    key: Secret,
    salt: bytes,
    log_key: Secret,
    fill: Callable[[apsw.Connection], None] | None,
) -> None:
    pages = PageCipher(key=key, salt=salt)
    vfs = VolumeVfs(twins, log_bytes=log_bytes, log_key=log_key, building=True, pages=pages)
    connection: apsw.Connection | None = None
    try:
        # What lay there before may have been a log under this very key.
        if vfs.log is not None:
            vfs.log.wipe()
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        connection = cipher.connect(vfs.database_name, key, salt, flags=flags, vfs=vfs.name)
        if fill is None:
            cipher.configure(connection, salt)
            connection.execute("CREATE TABLE schema_step (number, name)")
            connection.execute("DROP TABLE schema_step")
        else:
            cipher.require_keyed(connection, salt)
            # Nothing here is kept before all of it is: a log of this size would not fit.
            connection.execute("PRAGMA journal_mode = OFF")
            fill(connection)
    finally:
        if connection is not None:
            connection.close(force=True)
        vfs.withdraw()


def _require_wrong_key_refused(twins: TwinFiles, log_bytes: int, salt: bytes) -> None:
    probe = VolumeVfs(twins, log_bytes=log_bytes, log_key=None, building=False)
    try:
        cipher.require_wrong_key_refused(
            probe.database_name, salt, flags=apsw.SQLITE_OPEN_READONLY, vfs=probe.name
        )
    finally:
        probe.withdraw()


def _require_region(twins: TwinFiles, log_bytes: int, folder: Path) -> None:
    if twins.size < log_bytes + SECTOR_BYTES:
        raise errors.VaultDamaged(str(folder), "database")


def _require_salt(head: bytes, salt: bytes, folder: Path) -> None:
    if head[: cipher.SALT_BYTES] != salt:
        raise errors.VaultDamaged(str(folder), "database")
