"""What a run acknowledged: what must be there, and by which words, after a crash that came later."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from fieldlog.store.vault.session import VaultStore

_FORM = {"schema_step", "key_slot", "media_run"}
"""Tables about the form of the vault and where things lie in it."""

_NOTES = {
    "opened-at",
    "recovery-recipient",
    "last-backup",
    "last-backup-recipient",
    "bin-clock",
    "bin-clock-seen",
}
"""Settings that the program writes by itself; without one it asks again, or reminds once more."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One moment of a run. ``content`` is ``None`` where no vault opens: not made yet, or destroyed.

    ``opened_by`` names the secrets of ``quick.SECRETS`` that open it; ``outputs`` are the finished files
    beside the vault. ``other`` is the content of the second vault, where there is one, which
    the words "other" open.
    """

    content: str | None
    opened_by: tuple[str, ...] = ()
    outputs: dict[str, str] = field(default_factory=dict)
    other: str | None = None

    def to_line(self) -> str:
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def from_line(cls, line: str) -> Self:
        plain = json.loads(line)
        return cls(plain["content"], tuple(plain["opened_by"]), plain["outputs"], plain["other"])


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
        if not name.startswith(("sqlite_", "search")) and name not in _FORM:
            yield name


def _rows(database: Any, table: str) -> Iterable[tuple[object, ...]]:
    match table:
        case "head":
            return list(database.execute("SELECT count, hash FROM head"))
        case "setting":
            found = database.execute("SELECT name, value FROM setting")
            return [row for row in found if row[0] not in _NOTES]
        case "attachment":
            return list(database.execute("SELECT code, bytes, sha256, sha512, crc32 FROM attachment"))
        case _:
            return list(database.execute(f'SELECT * FROM "{table}"'))


def without_outputs(expected: Sequence[Expectation]) -> list[Expectation]:
    """As another run would have it: sealed files have another name and other bytes each time."""
    return [replace(one, outputs={}) for one in expected]


def outputs_in(folder: Path) -> dict[str, str]:
    """The finished files in ``folder``, with their sizes and digests."""
    if not folder.is_dir():
        return {}
    return {
        path.name: f"{path.stat().st_size}:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    }
