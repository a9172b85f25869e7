"""P5: one saved revision, durable, against the same commits in plain SQLite (WAL, FULL).

The statements of our saves are recorded once with their values and replayed into a plain database of
the same schema through Python's own ``sqlite3``; the peer does the storing only, ours the whole save.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

import measure
import scene
from fieldlog.desk import keys
from fieldlog.field import recording, vault
from fieldlog.store.register import Action
from fieldlog.system.clock import SystemClock

SAVES = 50
Statement = tuple[str, tuple[Any, ...]]


def recorded(connection: apsw.Connection, work: Callable[[], object]) -> list[Statement]:
    """Every statement that ``work`` runs."""
    seen: list[Statement] = []

    def trace(_cursor: object, sql: str, bindings: Any) -> bool:
        seen.append((sql, tuple(bindings or ())))
        return True

    connection.exec_trace = trace
    try:
        work()
    finally:
        connection.exec_trace = None
    return seen


def plain_copy(connection: apsw.Connection, path: Path) -> sqlite3.Connection:
    """A plain database with the schema and rows of ours, ready to take the same commits."""
    plain = sqlite3.connect(path, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=FULL", "locking_mode=EXCLUSIVE", "temp_store=MEMORY"):
        plain.execute(f"PRAGMA {setting}")
    tables = list(
        connection.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        )
    )
    virtual = [name for _, name, sql in tables if sql.upper().startswith("CREATE VIRTUAL")]
    for kind, name, sql in sorted(tables, key=lambda row: row[0] != "table"):
        if any(name != one and name.startswith(one) for one in virtual):
            continue
        plain.execute(sql)
        if kind == "table" and name not in virtual:
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                marks = ",".join("?" * len(row))
                plain.execute(f'INSERT INTO "{name}" VALUES ({marks})', row)
    return plain


def compare(
    name: str, connection: apsw.Connection, save: Callable[[], object], bar: float, place: Path, runs: int
) -> None:
    """Measure ``SAVES`` saves on both sides."""
    plain = plain_copy(connection, place / f"{name.split()[1]}.db")
    turns = itertools.count()
    batches: dict[int, list[Statement]] = {}

    def some_saves() -> None:
        for _ in range(SAVES):
            save()

    # Recorded before anything is timed, so that tracing costs neither side.
    for number in range(runs + 1):
        batches[number] = recorded(connection, some_saves)

    def peer() -> None:
        for sql, values in batches[next(turns)]:
            plain.execute(sql, values).fetchall()

    measure.in_turn(name, ours=some_saves, peer=peer, bar=bar, runs=runs)
    plain.close()


def main() -> None:
    asked = measure.options(__doc__ or "")
    with scene.folder(asked.folder) as place:
        places, _code, _card = scene.make(place, [])
        clock = SystemClock()
        with vault.unlock(
            folder=places.vault, passphrase=vault.secret_of(scene.WORDS), clock=clock
        ) as opened:
            compare(
                "P5 vault: one saved revision",
                opened.store._database._connection,  # noqa: SLF001
                lambda: recording.save(opened, None, scene.CAPTURE, ready=True),
                3.0, place, asked.runs,
            )  # fmt: skip
        with keys.unlock_register(
            folder=places.register, typed=" ".join(scene.WORDS), clock=clock
        ) as register:
            compare(
                "P5 register: one audit entry",
                register.store._database._connection,  # noqa: SLF001
                lambda: register.store.audit.append(
                    Action.OPENED, at_utc=register.timestamp(), subject="a" * 32, detail="b" * 64
                ),
                1.5, place, asked.runs,
            )  # fmt: skip


if __name__ == "__main__":
    main()
