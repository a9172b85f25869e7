"""The opener of every database: it encrypts, or it refuses (docs/formats/vault.md section 4).

SQLite with a wrong build, a misspelt pragma, an empty key or pragmas in the wrong order raises nothing
and writes plaintext (security.md section 1.1). So each setting is read back, the raw bytes of the file are
looked at, and a wrong key is tried and must be refused, before anything is written that matters.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import apsw

from fieldlog import errors
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database, is_open_here, translating
from fieldlog.store.migrations import Migration, migrate
from fieldlog.system import files

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
CIPHER: Final = "sqlcipher"
LEGACY: Final = 4

_CIPHER_BUILD: Final = (2, 6, 0)
"""Older builds wrote nameless temporary files in plain text (SQLite3MultipleCiphers #148, #273)."""

_SQLITE_BUILD: Final = (3, 53, 4)
"""3.53.0 to 3.53.3 could corrupt a database (sqlcipher #603)."""

_PLAIN_MAGIC: Final = b"SQLite format 3\x00"
_PLAIN_FIELDS: Final = re.compile(rb"\x10\x00..[\x00-\xff]\x40\x20\x20", re.DOTALL)
"""Bytes 16-23 of page 1 in the clear: page size 4,096 and the payload fractions."""
_HEAD_BYTES: Final = 24

_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    ("locking_mode", "EXCLUSIVE", "exclusive"),
    ("journal_mode", "WAL", "wal"),
    # NORMAL lost acknowledged saves in 4,628 of 9,809 crash states, FULL in none (security.md section 2.3).
    ("synchronous", "FULL", 2),
    ("temp_store", "MEMORY", 2),
    ("secure_delete", "ON", 1),
    ("mmap_size", "0", 0),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
)
_DARWIN_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    # There fsync does not reach the medium.
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
)

_PRAGMAS_ALLOWED: Final = frozenset(
    {"data_version", "foreign_key_check", "integrity_check", "quick_check", "wal_checkpoint"}
)
"""After start-up; key, rekey, journal_mode, temp_store and all others are refused."""

# Looked up with `getattr`, because a package of the same name without these must be refused by name.
_HARMLESS: Final = frozenset(
    getattr(apsw, name, -1)
    for name in ("SQLITE_READ", "SQLITE_SELECT", "SQLITE_INSERT", "SQLITE_UPDATE", "SQLITE_DELETE")
)
_NEVER_ALLOWED: Final = frozenset(getattr(apsw, name, -2) for name in ("SQLITE_ATTACH", "SQLITE_DETACH"))


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
    _require_cipher_build()
    if len(key) != KEY_BYTES:
        raise errors.EncryptionUnavailable("key-length")
    if len(salt) != SALT_BYTES:
        raise errors.EncryptionUnavailable("salt-length")
    if create:
        if os.path.lexists(path):
            raise errors.VaultExists(str(path))
        _build(path, key, salt)
    elif not files.exists(path):
        raise errors.VaultMissing(str(path.parent))
    database = _open_existing(path, key, salt)
    try:
        migrate(database, migrations)
        _restrict(database)
    except BaseException:
        database.close()
        raise
    return database


def _require_cipher_build() -> None:
    build = getattr(apsw, "mc_version", None)
    if not isinstance(build, str):
        # The package "apsw" has the same import name as "apsw-sqlite3mc" and knows no encryption.
        raise errors.EncryptionUnavailable("cipher-build-missing")
    if _numbers(build.rpartition(" ")[2]) < _CIPHER_BUILD:
        raise errors.EncryptionUnavailable("cipher-build-old")
    if _numbers(apsw.sqlite_lib_version()) < _SQLITE_BUILD:
        raise errors.EncryptionUnavailable("sqlite-build-old")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


def _build(path: Path, key: Secret, salt: bytes) -> None:
    """Make an empty encrypted database, prove that it is one, and put it in its place."""
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    wal = temporary.with_name(temporary.name + "-wal")
    try:
        # SQLite would make it readable for others; the WAL takes over the mode of this file.
        files.write_whole(temporary, b"", replace=False)
        with translating(path):
            connection = _connect(str(temporary), key, salt)
            try:
                _configure(connection, salt)
                connection.execute("CREATE TABLE schema_step (number, name)")
                connection.execute("DROP TABLE schema_step")
            finally:
                connection.close(force=True)
        _require_encrypted_head(files.read_small(temporary, limit=1 << 20), salt)
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
            head = os.read(raw, _HEAD_BYTES)
        _require_not_plain(path, head)
        with translating(path):
            _require_wrong_key_refused(path, salt)
            connection = _connect(str(path), key, salt)
            # SQLite opens a protected file for reading only and says nothing; its lock would then fail
            # as if the disk were broken.
            if connection.readonly("main"):
                raise errors.ReadOnly(str(path.parent))  # noqa: TRY301 - closed right below
            _configure(connection, salt)
            # Takes the exclusive lock now and not at the first save.
            connection.execute("BEGIN IMMEDIATE; COMMIT")
            written_back = _write_back(connection)
        with files.translating(path, reading=True):
            os.lseek(raw, 0, os.SEEK_SET)
            first = os.read(raw, SALT_BYTES)
        if written_back and first != salt:
            raise errors.VaultDamaged(str(path.parent), "database")  # noqa: TRY301 - closed right below
    except BaseException:
        if connection is not None:
            connection.close(force=True)
        os.close(raw)
        raise
    return Database(connection, path, raw)


def _write_back(connection: apsw.Connection) -> bool:
    """Write a WAL back that a killed process left: it may hold the only whole copy of page 1.

    On a full disk it stays, and everything in it can be read all the same.
    """
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except apsw.FullError:
        return False
    return True


def _connect(
    name: str, key: Secret, salt: bytes, *, flags: int = apsw.SQLITE_OPEN_READWRITE
) -> apsw.Connection:
    connection = apsw.Connection(name, flags)
    try:
        for statement in _keying(key, salt):
            connection.execute(statement, can_cache=False)
    except apsw.SQLError:
        # Not chained: the statement holds the key.
        connection.close(force=True)
        raise errors.EncryptionUnavailable("keying-refused") from None
    # Before anything is read: with it there is no -shm file, which would list page numbers.
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    return connection


def _keying(key: Secret, salt: bytes) -> tuple[str, ...]:
    """The four statements in the only order that works: a key before its cipher takes the default one."""
    return (
        f"PRAGMA cipher = '{CIPHER}'",
        f"PRAGMA legacy = {LEGACY}",
        f"PRAGMA cipher_salt = '{salt.hex()}'",
        f"PRAGMA key = 'raw:{key.reveal().hex()}'",
    )


def _codec_salt(connection: apsw.Connection) -> bytes:
    answer: Any = connection.execute("SELECT sqlite3mc_codec_data('cipher_salt')").get
    return bytes.fromhex(answer) if isinstance(answer, str) else b""


def _configure(connection: apsw.Connection, salt: bytes) -> None:
    """Read the cipher, its version and its salt back; then set every pragma of section 4.2 likewise.

    Raises:
        EncryptionUnavailable: one did not take effect.
    """
    _require("cipher", connection.pragma("cipher"), CIPHER)
    _require("legacy", str(connection.pragma("legacy")), str(LEGACY))
    _require("salt", _codec_salt(connection), salt)
    # Another process holds the file for as long as it runs: waiting would not help.
    connection.set_busy_timeout(0)
    for name, value, wanted in _SETTINGS + (_DARWIN_SETTINGS if sys.platform == "darwin" else ()):
        connection.execute(f"PRAGMA {name} = {value}")
        _require(name, connection.pragma(name), wanted)


def _require(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        reason = f"{name}-not-as-set".replace("_", "-")
        raise errors.EncryptionUnavailable(reason)


def _require_not_plain(path: Path, head: bytes) -> None:
    # SQLite takes an empty file for a new database and would begin one in it.
    if len(head) < _HEAD_BYTES:
        raise errors.VaultDamaged(str(path.parent), "database")
    if head.startswith(_PLAIN_MAGIC):
        raise errors.EncryptionUnavailable("file-not-encrypted")


def _require_encrypted_head(content: bytes, salt: bytes) -> None:
    if content[:SALT_BYTES] != salt or _PLAIN_FIELDS.fullmatch(content[SALT_BYTES:_HEAD_BYTES]):
        raise errors.EncryptionUnavailable("file-not-encrypted")


def _require_wrong_key_refused(path: Path, salt: bytes) -> None:
    """Try a random key, on a connection that sees the main file only and changes nothing.

    Raises:
        EncryptionUnavailable: it opened, so the file is not encrypted.
    """
    # "immutable": without it SQLite would recover a WAL under the wrong key.
    name = f"{path.absolute().as_uri()}?immutable=1"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    connection = _connect(name, rng.random_secret(KEY_BYTES), salt, flags=flags)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except (apsw.NotADBError, apsw.CorruptError):
        return
    finally:
        connection.close(force=True)
    raise errors.EncryptionUnavailable("wrong-key-accepted")


def _restrict(database: Database) -> None:
    database.restrict(_allowed)


def _allowed(
    action: int, first: str | None, second: str | None, _schema: str | None, _trigger: str | None
) -> int:
    """SQLite's authorizer after start-up: nothing that could write elsewhere or change the encryption."""
    # The search index asks some hundred times for each save, always for these.
    if action in _HARMLESS:
        return apsw.SQLITE_OK
    if action in _NEVER_ALLOWED:
        return apsw.SQLITE_DENY
    if action == apsw.SQLITE_PRAGMA and first not in _PRAGMAS_ALLOWED:
        return apsw.SQLITE_DENY
    if action == apsw.SQLITE_FUNCTION and second == "load_extension":
        return apsw.SQLITE_DENY
    return apsw.SQLITE_OK
