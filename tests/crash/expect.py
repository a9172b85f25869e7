"""What a run acknowledged: what must be there, and by which words, after a crash that came later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from fieldlog.store.vault.session import VaultStore

_BOOKKEEPING = {"schema_step", "key_slot"}
"""Tables about the form of the vault, which a save does not change for the person."""

_UNTOLD_SETTINGS = {"opened-at"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One moment of a run. ``content`` is ``None`` where no vault opens: not made yet, or destroyed.

    ``opened_by`` names the secrets of ``workloads.SECRETS`` that open it; ``outputs`` are the finished files
    beside the vault with their digests.
    """

    content: str | None
    opened_by: tuple[str, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)

    def to_line(self) -> str:
        return json.dumps({"content": self.content, "opened_by": self.opened_by, "outputs": self.outputs}) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        plain = json.loads(line)
        return cls(plain["content"], tuple(plain["opened_by"]), plain["outputs"])


def read_expectations(path: Path) -> list[Expectation]:
    """Every whole line; a kill may have cut the last one."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    return [Expectation.from_line(line) for line in lines if line.endswith("\n")]


def content_of(store: VaultStore) -> str:
    """A digest of everything a person has in the vault, the same whatever the form on the disk.

    Every row of every table counts, but not the notes of the program about itself.
    """
    database: Any = store._database
    told = hashlib.sha256()
    for table in _tables(database):
        told.update(table.encode())
        for row in sorted(map(repr, _rows(database, table))):
            told.update(row.encode())
    return told.hexdigest()


def _tables(database: Any) -> Iterable[str]:
    rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    for (name,) in rows:
        if not name.startswith(("sqlite_", "search")) and name not in _BOOKKEEPING:
            yield name


def _rows(database: Any, table: str) -> Iterable[tuple[object, ...]]:
    match table:
        case "head":
            return list(database.execute("SELECT count, hash FROM head"))
        case "setting":
            found = database.execute("SELECT name, value FROM setting")
            return [row for row in found if row[0] not in _UNTOLD_SETTINGS]
        case _:
            return list(database.execute(f'SELECT * FROM "{table}"'))


def outputs_in(folder: Path) -> dict[str, str]:
    """The finished files in ``folder``, with their digests."""
    if not folder.is_dir():
        return {}
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }
