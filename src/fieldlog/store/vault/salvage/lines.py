"""The lines of the list of a damaged vault: which incidents there are, and what only their line knows.

What a line shows (title, date, place) is not taken over from it: it is made anew from what was saved, so
that an older line put back cannot show older words.
"""

from __future__ import annotations

import re
from typing import Final

from fieldlog.model.ids import PREFIXES, is_code
from fieldlog.store.database import Row
from fieldlog.store.vault.chain import ERASED
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.tables import Tables

STATES: Final = ("draft", "ready", "handed_over", "received")

_LINES: Final = (
    "SELECT number, code, state, version, changed_at, binned_at FROM incident NOT INDEXED "
    "WHERE number BETWEEN ? AND ? ORDER BY number"
)
_NAMES: Final = "SELECT code, number FROM incident INDEXED BY sqlite_autoindex_incident_1"
_INSERT: Final = (
    "INSERT OR IGNORE INTO incident (number, code, state, version, changed_at, binned_at, title, occurred, "
    "typed_when, place, family, urgency) VALUES (?, ?, ?, ?, ?, ?, '', '', '', '', '', '')"
)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_BEYOND: Final = 1_024
"""Lines looked for beyond the last one that is known, where the end of the table does not read."""


class Lines:
    """Takes lines over; ``rebuilt`` are the incidents of which the line itself was lost."""

    def __init__(self, tables: Tables, batch: Batch, findings: Findings) -> None:
        self._tables = tables
        self._batch = batch
        self._findings = findings
        self.rebuilt: set[str] = set()

    def take_over(self) -> None:
        """Take over every line that can be read, and a bare one for every other code that is known."""
        names = self._index()
        highest = self._tables.rows("incident", "SELECT max(number) FROM incident NOT INDEXED")
        last = max([0, *names.values(), *(row[0] or 0 for row in highest or ())])
        if highest is None:
            last += _BEYOND
        for row in self._tables.numbered("incident", _LINES, last=last):
            if _well_formed(row):
                self._batch.write(_INSERT, row)
        for code, number in names.items():
            self.require(code, number=number)

    def require(self, code: str, *, number: int | None = None) -> None:
        """Make a bare line for a code that has none."""
        if self._batch.database.row("SELECT 1 FROM incident WHERE code = ?", (code,)) is not None:
            return
        if code == ERASED:
            self._batch.write(_INSERT, (0, ERASED, "draft", 0, "", ""))
        elif is_code(code, PREFIXES["incident"]):
            # A number that is taken is no reason to lose a line.
            for chosen in (number, None):
                self._batch.write(_INSERT, (chosen, code, "draft", 0, "", None))
            self.rebuilt.add(code)
            self._findings.add("line-rebuilt", code=code, incident=code)

    def discover(self) -> None:
        """Look for incidents that only their drafts or versions still know."""
        for table in ("draft", "version"):
            seen = ""
            for row in self._tables.keyed(table, f"SELECT incident FROM {table}", order=("incident",)):  # noqa: S608 - own text
                if isinstance(row[0], str) and row[0] != seen:
                    seen = row[0]
                    self.require(seen)

    def _index(self) -> dict[str, int]:
        rows = self._tables.keyed("incident-index", _NAMES, order=("code",))
        return {code: number for code, number in rows if isinstance(code, str) and isinstance(number, int)}


def _well_formed(row: Row) -> bool:
    number, code, state, version, changed_at, binned_at = row
    erased = (number, code) == (0, ERASED)
    return (
        (
            erased
            or (isinstance(number, int) and isinstance(code, str) and is_code(code, PREFIXES["incident"]))
        )
        and state in STATES
        and isinstance(version, int)
        and version >= 0
        and isinstance(changed_at, str)
        and (binned_at in {None, ""} or (isinstance(binned_at, str) and bool(_TIME.fullmatch(binned_at))))
    )
