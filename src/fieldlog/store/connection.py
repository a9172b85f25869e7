"""The opener of a database that is a plain file: the register, and vaults of format 1.

It encrypts, or it refuses (docs/formats/vault.md section 4). A vault's volume has its own opener, with the
same checks, in ``store/volume/opening.py``.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

import apsw

from fieldlog import errors
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher
from fieldlog.store.database import Database, PlainFile, is_open_here, translating
from fieldlog.store.migrations import Migration, migrate
from fieldlog.system import files


def open_database(
    *,
    path: Path,
    key: Secret,
    salt: bytes,
    create: bool = False,
    migrations: tuple[Migration, ...] = (),
) -> Database:
    """Open the database at ``path`` under ``key``, or make it.

    A new database appears whole: it is built beside ``path`` and renamed.

    Args:
        path: the file; its folder exists.
        key: 32 bytes.
        salt: the 16 bytes that are the first of the file; kept outside it, so that a torn first sector
            can be repaired from the WAL.
        create: whether it must not exist yet.
        migrations: every step of its schema.

    Raises:
        EncryptionUnavailable: it would not be encrypted as promised; nothing was written.
        VaultMissing: there is no such file. VaultExists: there is one and ``create`` is set.
        VaultInUse: another process has it open.
        VaultDamaged: wrong key, or a damaged file: the two look the same.
        VaultTooNew: a later version has changed its schema.
        MachineError: one of its subclasses.
    """
    cipher.require_cipher_build()
    cipher.require_key_lengths(key, salt)
    if create:
        if os.path.lexists(path):
            raise errors.VaultExists(str(path))
        _build(path, key, salt)
    elif not files.exists(path):
        raise errors.VaultMissing(str(path.parent))
    database = _open_existing(path, key, salt)
    try:
        migrate(database, migrations)
        cipher.restrict(database)
    except BaseException:
        database.close()
        raise
    return database


def _build(path: Path, key: Secret, salt: bytes) -> None:
    """Make an empty encrypted database, prove that it is one, and put it in its place."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    wal = temporary.with_name(temporary.name + "-wal")
    try:
        # SQLite would make it readable for others; the WAL takes over the mode of this file.
        files.write_whole(temporary, b"", replace=False)
        with translating(path):
            connection = cipher.connect(str(temporary), key, salt)
            try:
                cipher.configure(connection, salt)
                connection.execute("CREATE TABLE schema_step (number, name)")
                connection.execute("DROP TABLE schema_step")
            finally:
                connection.close(force=True)
        cipher.require_encrypted_head(files.read_small(temporary, limit=1 << 20), salt)
        _require_wrong_key_refused(temporary, salt)
        with files.translating(path):
            temporary.rename(path)
        files.sync_folder(path.parent)
    except BaseException:
        for leftover in (temporary, wal):
            with suppress(OSError):
                leftover.unlink()
        raise


def _open_existing(path: Path, key: Secret, salt: bytes) -> Database:
    # Looking at the raw bytes of a file that this process has open would drop SQLite's lock on it.
    if is_open_here(path):
        raise errors.VaultInUse(str(path.parent))
    with files.translating(path, reading=True):
        raw = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    connection: apsw.Connection | None = None
    try:
        with files.translating(path, reading=True):
            head = os.read(raw, cipher.HEAD_BYTES)
        cipher.require_not_plain(path, head)
        with translating(path):
            _require_wrong_key_refused(path, salt)
            connection = cipher.connect(str(path), key, salt)
            # SQLite opens a protected file for reading only and says nothing; its lock would then fail
            # as if the disk were broken.
            if connection.readonly("main"):
                raise errors.ReadOnly(str(path.parent))  # noqa: TRY301 - closed right below
            cipher.configure(connection, salt)
            # Takes the exclusive lock now and not at the first save.
            connection.execute("BEGIN IMMEDIATE; COMMIT")
            written_back = cipher.write_back(connection)
        with files.translating(path, reading=True):
            os.lseek(raw, 0, os.SEEK_SET)
            first = os.read(raw, cipher.SALT_BYTES)
        if written_back and first != salt:
            raise errors.VaultDamaged(str(path.parent), "database")  # noqa: TRY301 - closed right below
    except BaseException:
        if connection is not None:
            connection.close(force=True)
        os.close(raw)
        raise
    return Database(connection, path, PlainFile(raw, path))


def _require_wrong_key_refused(path: Path, salt: bytes) -> None:
    # "immutable": without it SQLite would recover a WAL under the wrong key.
    name = f"{path.absolute().as_uri()}?immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    cipher.require_wrong_key_refused(name, salt, flags=flags)
