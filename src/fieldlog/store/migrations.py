"""Numbered steps from an empty database to the present schema (docs/formats/vault.md section 4.3).

Each step and the record that it was done are one transaction: a crash leaves the database before or
after a step, never inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog import errors
from fieldlog.store.database import Database

_RECORD: Final = (
    "CREATE TABLE IF NOT EXISTS schema_step ("
    "number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step. A step that was released is never changed; what must change becomes a new step."""

    number: int
    name: str
    statements: tuple[str, ...]


def migrate(database: Database, migrations: tuple[Migration, ...]) -> None:
    """Bring ``database`` to the last of ``migrations``, numbered 1, 2, 3 without a gap.

    Raises:
        VaultTooNew: it has a step that is not among them; nothing was changed.
        VaultDamaged: ``schema`` when its steps are not these ones.
        UsageError: the numbers have a gap, which is a mistake of the caller.
    """
    if [step.number for step in migrations] != list(range(1, len(migrations) + 1)):
        raise errors.UsageError("migration-numbers")
    folder = str(database.path.parent)
    with database.transaction():
        database.execute(_RECORD)
    done: dict[int, str] = dict(database.execute("SELECT number, name FROM schema_step ORDER BY number"))
    if len(done) > len(migrations):
        raise errors.VaultTooNew(folder)
    if done != {step.number: step.name for step in migrations[: len(done)]}:
        raise errors.VaultDamaged(folder, "schema")
    for step in migrations[len(done) :]:
        with database.transaction():
            for statement in step.statements:
                database.execute(statement)
            database.execute("INSERT INTO schema_step VALUES (?, ?)", (step.number, step.name))
