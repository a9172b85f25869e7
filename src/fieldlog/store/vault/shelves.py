"""Which incidents a page of the list shows: those of a shelf, and of these the ones that were looked for.

A page costs the same however many incidents there are: rows and index are read from the newest on, and
only until the page is full. Their numbers are kept by triggers (``schema.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog.store.database import Bindings, Database
from fieldlog.store.vault import search

_OUTSIDE: Final = "(incident.binned_at IS NULL) = 1 AND state = ?"
_ON: Final[dict[str | None, tuple[str, tuple[str, ...]]]] = {
    # Written so that no index fits: the table itself is in the order of the list.
    None: ("incident.binned_at IS NULL", ()),
    "draft": (_OUTSIDE, ("draft",)),
    "ready": (_OUTSIDE, ("ready",)),
    "handed_over": (_OUTSIDE, ("handed_over",)),
    "received": (_OUTSIDE, ("received",)),
    # Empty where an incident is being erased for good.
    "bin": ("(incident.binned_at IS NULL) = 0 AND incident.binned_at != ''", ()),
}
"""The condition of each shelf, and what to bind for it; ``None`` is all outside the bin."""

_SAVED: Final = "search.rowid = number AND search MATCH ? AND {on_shelf}"
"""What was saved is found by beginnings of words. The index is read from its newest entry on."""

_SAVED_ON_SMALL: Final = (
    "search.rowid = number AND search MATCH ? "
    # The plus: otherwise the index would be asked once for each of them.
    "AND +search.rowid IN (SELECT number FROM incident WHERE {on_shelf})"
)
"""The same where few of those found are on the shelf: the rows of all the others are not looked at."""

_OTHERS: Final = (
    "SELECT number FROM draft CROSS JOIN incident ON incident.code = draft.incident "
    "WHERE instr(folded, ?) AND {on_shelf} "
    "UNION SELECT number FROM incident WHERE code = ? AND {on_shelf}"
)
"""A draft is found by any part of its text, and anything by its code."""

_ALL: Final = (
    "number IN (SELECT * FROM (SELECT search.rowid FROM search CROSS JOIN incident WHERE "
    "{saved} ORDER BY search.rowid DESC LIMIT ?) UNION {others})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The end of a statement: tables to read, the column to go by, the condition, and what to bind."""

    tables: str
    number: str
    where: str
    bindings: Bindings


def chosen(database: Database, shelf: str | None, query: str, *, limit: int) -> Page:
    """What chooses the rows on a shelf that ``query`` finds, right for the first ``limit`` of them."""
    on_shelf, of_shelf = _ON[shelf]
    expression = search.match_expression(query)
    if not expression:
        return Page(tables="incident", number="number", where=on_shelf, bindings=of_shelf)
    held: dict[str, int] = dict(database.execute("SELECT name, incidents FROM shelf"))
    if shelf is not None and not held[shelf]:
        return Page(tables="incident", number="number", where="0", bindings=())
    typed = search.folded_text(query.strip())
    small = shelf is not None and 2 * held[shelf] < sum(held.values())
    saved = (_SAVED_ON_SMALL if small else _SAVED).format(on_shelf=on_shelf)
    others = _OTHERS.format(on_shelf=on_shelf)
    of_saved: Bindings = (expression, *of_shelf)
    of_others: Bindings = (typed, *of_shelf, typed.upper(), *of_shelf)
    if database.row(others, of_others) is None:
        tables = "search CROSS JOIN incident"
        return Page(tables=tables, number="search.rowid", where=saved, bindings=of_saved)
    where = _ALL.format(saved=saved, others=others)
    return Page(tables="incident", number="number", where=where, bindings=(*of_saved, limit, *of_others))
