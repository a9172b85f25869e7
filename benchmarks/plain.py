"""The peer of the vault's database: the same rows in plain SQLite, with the same engine and settings."""

from __future__ import annotations

from pathlib import Path

import apsw

SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "locking_mode=EXCLUSIVE",
    "temp_store=MEMORY",
    "secure_delete=ON",
    "mmap_size=0",
)
_SCHEMA = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


def copy_of(source: apsw.Connection, path: Path) -> apsw.Connection:
    """A plain database with every table, row, index and trigger of ``source``, the search index included."""
    plain = apsw.Connection(str(path))
    for setting in (*SETTINGS, f"cache_size={cache_size(source)}"):
        plain.execute(f"PRAGMA {setting}")
    schema = list(source.execute(_SCHEMA))
    virtual = [name for _kind, name, sql in schema if sql.upper().startswith("CREATE VIRTUAL")]
    # Of a virtual table only its own tables are copied: its pieces stay as they are.
    inner = [name for _kind, name, _sql in schema if name.startswith(tuple(f"{one}_" for one in virtual))]
    for kind, name, sql in schema:
        if kind == "table" and name not in inner:
            plain.execute(sql)
    plain.execute("BEGIN")
    for kind, name, _sql in schema:
        if kind == "table" and name not in virtual:
            plain.execute(f'DELETE FROM "{name}"')
            rows = source.execute(f'SELECT * FROM "{name}"')
            width = len(list(plain.execute(f"SELECT name FROM pragma_table_info('{name}')")))
            plain.executemany(f'INSERT INTO "{name}" VALUES ({",".join("?" * width)})', rows)
    plain.execute("COMMIT")
    for kind, name, sql in schema:
        if kind in {"index", "trigger"} and name not in inner:
            plain.execute(sql)
    plain.execute("PRAGMA foreign_keys=ON")
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return plain


def cache_size(source: apsw.Connection) -> int:
    """The page cache of a connection, in SQLite's own measure."""
    authorizer, source.authorizer = source.authorizer, None
    try:
        return int(source.pragma("cache_size"))
    finally:
        source.authorizer = authorizer
