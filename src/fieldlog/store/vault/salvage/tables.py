"""Rows around damage: what can be read of each table, whichever way leads to it.

A table with numbers is read by ranges, and a range that does not read is halved until what is lost is
known to the number. A table with text for a key is read from both ends; what lies between is looked up by
the codes that other tables know. Every way says whether it was complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fieldlog import errors
from fieldlog.store.database import Bindings, Database, Row

_RANGE: Final = 512
"""Numbers read at once: as much as is read twice when one of them is damaged."""

Unreadable = (errors.VaultDamaged, errors.StorageFailed, UnicodeDecodeError)
"""What a read around damage ends with; everything else is a failure of the machine and goes on.

Text that is none stands on a page that a damaged list of tables takes for one of another table.
"""


class Tables:
    """The rows of a database that may be damaged. ``incomplete`` names the tables not read in full."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.incomplete: set[str] = set()

    def rows(self, table: str, statement: str, bindings: Bindings = ()) -> list[Row] | None:
        """All rows of a look-up, or ``None`` when it cannot be read."""
        try:
            return self.database.execute(statement, bindings)
        except Unreadable:
            self.incomplete.add(table)
            return None

    def numbered(self, table: str, statement: str, *, last: int) -> Iterator[Row]:
        """The rows with numbers from 1 to ``last`` that can be read, in order, each number once.

        ``statement`` selects a range, the number first: ``... BETWEEN ? AND ? ORDER BY ...``.
        """
        seen = 0
        waiting = [(first, min(first + _RANGE - 1, last)) for first in range(1, last + 1, _RANGE)]
        waiting.reverse()
        while waiting:
            first, end = waiting.pop()
            rows = self.rows(table, statement, (first, end))
            if rows is None and first < end:
                middle = (first + end) // 2
                waiting += [(middle + 1, end), (first, middle)]
            for row in rows or ():
                # Pages of different times can hold one number twice.
                if isinstance(row[0], int) and first <= row[0] <= end and row[0] > seen:
                    seen = row[0]
                    yield row

    def keyed(self, table: str, statement: str, *, order: tuple[str, ...]) -> Iterator[Row]:
        """The rows that can be reached from either end of a table, the key's columns first."""
        width = len(order)
        last: Row | None = None
        try:
            for row in self.database.each(f"{statement} ORDER BY {', '.join(order)}"):
                last = row[:width]
                yield row
        except Unreadable:
            self.incomplete.add(table)
        else:
            return
        try:
            backwards = ", ".join(f"{column} DESC" for column in order)
            for row in self.database.each(f"{statement} ORDER BY {backwards}"):
                if last is not None and not _after(row[:width], last):
                    return
                yield row
        except Unreadable:
            return


def _after(key: Row, other: Row) -> bool:
    try:
        return bool(key > other)
    except TypeError:
        return True
