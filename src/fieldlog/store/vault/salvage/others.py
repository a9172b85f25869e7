"""What belongs to no incident alone: cards, hand-overs and settings of a damaged vault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from fieldlog.model.ids import PREFIXES, is_code
from fieldlog.store.database import Row
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.lines import Lines
from fieldlog.store.vault.salvage.tables import Tables

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_OWN: Final = frozenset(
    {"opened-at", "recovery-recipient", "last-backup", "last-backup-recipient", "backup-reminder-after"}
)
"""Settings that are about the vault they stand in: when it was opened, and what its backups open with."""

_TABLES: Final = {
    "card": ("SELECT id, content, pinned_at, checked_at FROM card", ("id",), (str, bytes, "time", "time?")),
    "bundle": (
        "SELECT id, handed_over_at, tag_sha512, bytes, attributable FROM bundle",
        ("id",),
        (str, "time", bytes, int, int),
    ),
    "bundle_card": (
        "SELECT bundle, card, received_at FROM bundle_card",
        ("bundle", "card"),
        (str, str, "time?"),
    ),
    "bundle_incident": (
        "SELECT bundle, incident, version FROM bundle_incident",
        ("bundle", "incident"),
        (str, "code", int),
    ),
    "setting": ("SELECT name, value FROM setting", ("name",), (str, bytes)),
}
"""How each table is read, its key, and what kind of value each column holds."""

_HANDED_OVER: Final = (
    "SELECT count(*), max(bundle_card.received_at) FROM incident "
    "JOIN bundle_incident ON bundle_incident.incident = incident.code "
    "AND bundle_incident.version = incident.version "
    "JOIN bundle_card USING (bundle) WHERE incident.code = ?"
)

_LOST: Final = {
    "card": "cards-lost",
    "bundle": "handovers-lost",
    "bundle_card": "handovers-lost",
    "bundle_incident": "handovers-lost",
    "setting": "settings-lost",
}


class Others:
    """Takes over what belongs to no incident alone."""

    def __init__(self, tables: Tables, batch: Batch, lines: Lines, findings: Findings) -> None:
        self._tables = tables
        self._batch = batch
        self._lines = lines
        self._findings = findings
        self.cards = 0

    def take_over(self) -> None:
        """Take over cards and settings, and the hand-overs whose bundle and incident are both there."""
        for row in self._rows("card"):
            self._batch.write("INSERT OR REPLACE INTO card VALUES (?, ?, ?, ?)", row)
            self.cards += 1
        for row in self._rows("setting"):
            if row[0] not in _OWN:
                self._batch.write("INSERT OR REPLACE INTO setting VALUES (?, ?)", row)
        for row in self._rows("bundle"):
            self._batch.write("INSERT OR IGNORE INTO bundle VALUES (?, ?, ?, ?, ?)", row)
        for row in self._rows("bundle_card"):
            if self._is_there("SELECT 1 FROM bundle WHERE id = ?", row[0]):
                self._batch.write("INSERT OR IGNORE INTO bundle_card VALUES (?, ?, ?)", row)
            else:
                self._findings.add("handovers-lost")
        for row in self._rows("bundle_incident"):
            if self._is_there("SELECT 1 FROM bundle WHERE id = ?", row[0]) and self._is_there(
                "SELECT 1 FROM incident WHERE code = ?", row[1]
            ):
                self._batch.write("INSERT OR IGNORE INTO bundle_incident VALUES (?, ?, ?)", row)
            else:
                self._findings.add("handovers-lost")
        self._set_states()
        self._batch.flush()

    def _set_states(self) -> None:
        """An incident whose line was lost counts as a draft, unless its newest version was handed over."""
        for code in sorted(self._lines.rebuilt):
            row = self._batch.database.row(_HANDED_OVER, (code,))
            if row is not None and row[0]:
                state = "handed_over" if row[1] is None else "received"
                self._batch.write("UPDATE incident SET state = ? WHERE code = ?", (state, code))

    def _rows(self, table: str) -> Iterator[Row]:
        statement, order, kinds = _TABLES[table]
        malformed = 0
        for row in self._tables.keyed(table, statement, order=order):
            if all(_is(kind, value) for kind, value in zip(kinds, row, strict=True)):
                yield row
            else:
                malformed += 1
        if malformed or table in self._tables.incomplete:
            self._findings.add(_LOST[table])

    def _is_there(self, statement: str, value: str) -> bool:
        return self._batch.database.row(statement, (value,)) is not None


def _is(kind: object, value: object) -> bool:
    if kind == "code":
        return isinstance(value, str) and is_code(value, PREFIXES["incident"])
    if kind in {"time", "time?"}:
        is_time = isinstance(value, str) and bool(_TIME.fullmatch(value))
        return is_time or (kind == "time?" and value is None)
    return type(value) is kind
