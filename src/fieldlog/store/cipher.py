"""What makes a connection an encrypted one, and the checks that it is (docs/formats/vault.md section 4).

SQLite with a wrong build, a misspelt pragma, an empty key or pragmas in the wrong order raises nothing
and writes plaintext (security.md section 1.1). So each setting is read back, the raw bytes of the file are
looked at, and a wrong key is tried and must be refused, before anything is written that matters.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, Final

import apsw

from fieldlog import errors
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database

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
HEAD_BYTES: Final = 24

_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    ("locking_mode", "EXCLUSIVE", "exclusive"),
    ("journal_mode", "WAL", "wal"),
    # NORMAL lost acknowledged saves in 4,628 of 9,809 crash states, FULL in none (security.md section 2.3).
    ("synchronous", "FULL", 2),
    ("temp_store", "MEMORY", 2),
    ("secure_delete", "ON", 1),
    ("mmap_size", "0", (0, None)),
    # 16 MB: with SQLite's two, a search in a vault of 100,000 incidents read fifty pages a key.
    ("cache_size", "-16000", -16000),
    ("foreign_keys", "ON", 1),
    ("trusted_schema", "OFF", 0),
)
_DARWIN_SETTINGS: Final[tuple[tuple[str, str, object], ...]] = (
    # There fsync does not reach the medium.
    ("fullfsync", "ON", 1),
    ("checkpoint_fullfsync", "ON", 1),
)

_PRAGMAS_ALLOWED: Final = frozenset(
    {"data_version", "foreign_key_check", "integrity_check", "page_count", "quick_check", "wal_checkpoint"}
)
"""After start-up; key, rekey, journal_mode, temp_store and all others are refused."""

# Looked up with `getattr`, because a package of the same name without these must be refused by name.
_HARMLESS: Final = frozenset(
    getattr(apsw, name, -1)
    for name in ("SQLITE_READ", "SQLITE_SELECT", "SQLITE_INSERT", "SQLITE_UPDATE", "SQLITE_DELETE")
)
_NEVER_ALLOWED: Final = frozenset(getattr(apsw, name, -2) for name in ("SQLITE_ATTACH", "SQLITE_DETACH"))


def require_cipher_build() -> None:
    """Check that the library encrypts, and that it and SQLite are new enough.

    Raises:
        EncryptionUnavailable: ``cipher-build-missing``, ``cipher-build-old`` or ``sqlite-build-old``.
    """
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


def require_key_lengths(key: Secret, salt: bytes) -> None:
    """Check what the library would take for a passphrase otherwise.

    Raises:
        EncryptionUnavailable: a key that is not 32 bytes long, or a salt that is not 16.
    """
    if len(key) != KEY_BYTES:
        raise errors.EncryptionUnavailable("key-length")
    if len(salt) != SALT_BYTES:
        raise errors.EncryptionUnavailable("salt-length")


def write_back(connection: apsw.Connection) -> bool:
    """Write a WAL back that a killed process left: it may hold the only whole copy of page 1.

    On a full disk it stays, and everything in it can be read all the same.
    """
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except apsw.FullError:
        return False
    return True


def connect(
    name: str, key: Secret, salt: bytes, *, flags: int = apsw.SQLITE_OPEN_READWRITE, vfs: str | None = None
) -> apsw.Connection:
    """A connection that was told its cipher and key. Nothing is known yet about whether it took them.

    Raises:
        EncryptionUnavailable: a statement was refused.
        apsw.Error: everything else; the caller translates.
    """
    connection = apsw.Connection(name, flags, vfs)
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


def configure(connection: apsw.Connection, salt: bytes) -> None:
    """Read the cipher, its version and its salt back; then set every pragma of section 4.2 likewise.

    Raises:
        EncryptionUnavailable: one did not take effect.
    """
    require_keyed(connection, salt)
    # Another process holds the file for as long as it runs: waiting would not help.
    connection.set_busy_timeout(0)
    for name, value, wanted in _SETTINGS + (_DARWIN_SETTINGS if sys.platform == "darwin" else ()):
        connection.execute(f"PRAGMA {name} = {value}")
        _require(name, connection.pragma(name), wanted)


def require_keyed(connection: apsw.Connection, salt: bytes) -> None:
    """Read the cipher, its version and its salt back.

    Raises:
        EncryptionUnavailable: one did not take effect.
    """
    _require("cipher", connection.pragma("cipher"), CIPHER)
    _require("legacy", str(connection.pragma("legacy")), str(LEGACY))
    _require("salt", _codec_salt(connection), salt)


def require_setting(connection: apsw.Connection, name: str, wanted: object) -> None:
    """Check a property that a database has from its beginning.

    Raises:
        EncryptionUnavailable: it is another one.
    """
    _require(name, connection.pragma(name), wanted)


def _require(name: str, found: object, wanted: object) -> None:
    # Of a file that cannot be mapped at all there is no answer, which is as good as zero.
    if found not in (wanted if isinstance(wanted, tuple) else (wanted,)):
        reason = f"{name}-not-as-set".replace("_", "-")
        raise errors.EncryptionUnavailable(reason)


def require_not_plain(path: Path, head: bytes) -> None:
    """Check the first bytes of a file that is to be opened.

    Raises:
        VaultDamaged: ``database``: it is empty or cut.
        EncryptionUnavailable: it is an unencrypted database.
    """
    # SQLite takes an empty file for a new database and would begin one in it.
    if len(head) < HEAD_BYTES:
        raise errors.VaultDamaged(str(path.parent), "database")
    if head.startswith(_PLAIN_MAGIC):
        raise errors.EncryptionUnavailable("file-not-encrypted")


def require_encrypted_head(content: bytes, salt: bytes) -> None:
    """Check the first bytes of a database that was just made.

    Raises:
        EncryptionUnavailable: they are not those of an encrypted one.
    """
    if content[:SALT_BYTES] != salt or _PLAIN_FIELDS.fullmatch(content[SALT_BYTES:HEAD_BYTES]):
        raise errors.EncryptionUnavailable("file-not-encrypted")


def require_wrong_key_refused(name: str, salt: bytes, *, vfs: str | None = None, flags: int) -> None:
    """Try a random key, on a connection that sees the database only, without its log, and changes nothing.

    Raises:
        EncryptionUnavailable: it opened, so the file is not encrypted.
    """
    connection = connect(name, rng.random_secret(KEY_BYTES), salt, flags=flags, vfs=vfs)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema")
    except (apsw.NotADBError, apsw.CorruptError):
        return
    except apsw.CantOpenError:
        # In a volume: page 1 was understood, and then the log asked for that this connection does not see.
        if vfs is None:
            raise
    finally:
        connection.close(force=True)
    raise errors.EncryptionUnavailable("wrong-key-accepted")


def restrict(database: Database) -> None:
    """Let an authorizer refuse what is never wanted after start-up."""
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
