"""P5: one saved revision, durable, against the same commits in plain SQLite (WAL, FULL).

The statements of our saves are recorded once with their values and replayed into a plain database with
the same schema and rows, in the same engine; the peer does the storing only, ours the whole save.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

import measure
import plain
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


def compare(
    key: str,
    name: str,
    connection: apsw.Connection,
    save: Callable[[], object],
    bar: float,
    place: Path,
    runs: int,
) -> None:
    """Measure ``SAVES`` saves on both sides."""
    peer_database = plain.copy_of(connection, place / f"{key}.db")
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
            list(peer_database.execute(sql, values))

    measure.in_turn(f"P5 {name}", ours=some_saves, peer=peer, bar=bar, runs=runs, key=f"P5.{key}")
    peer_database.close()


def main() -> None:
    asked = measure.options(__doc__ or "")
    with scene.folder(asked.folder) as place:
        places, _code, _card = scene.make(place, [])
        clock = SystemClock()
        with vault.unlock(
            folder=places.vault, passphrase=vault.secret_of(scene.WORDS), clock=clock
        ) as opened:
            compare(
                "vault", "vault: one saved incident",
                opened.store._database._connection,  # noqa: SLF001
                lambda: recording.save(opened, None, scene.CAPTURE, ready=True),
                3.0, place, asked.runs,
            )  # fmt: skip
        with keys.unlock_register(
            folder=places.register, typed=" ".join(scene.WORDS), clock=clock
        ) as register:
            compare(
                "register", "register: one audit entry",
                register.store._database._connection,  # noqa: SLF001
                lambda: register.store.audit.append(
                    Action.OPENED, at_utc=register.timestamp(), subject="a" * 32, detail="b" * 64
                ),
                1.5, place, asked.runs,
            )  # fmt: skip


if __name__ == "__main__":
    main()
