"""Which incidents a page of the list shows: those of a shelf, and of these the ones that were looked for.

A page costs the same however many incidents there are: rows and index are read from the newest on, and
only until the page is full. Their numbers are kept by triggers (``schema.py``).
"""

from __future__ import annotations

from typing import Final

from fieldlog.store.database import Bindings
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

_FOUND: Final = (
    "number IN ("
    "SELECT * FROM (SELECT search.rowid FROM search CROSS JOIN incident ON number = search.rowid "
    "WHERE search MATCH ? AND {on_shelf} ORDER BY search.rowid DESC LIMIT ?) "
    "UNION SELECT number FROM draft CROSS JOIN incident ON incident.code = draft.incident "
    "WHERE instr(folded, ?) AND {on_shelf} "
    "UNION SELECT number FROM incident WHERE code = ? AND {on_shelf})"
)
"""What is found: saved texts by beginnings of words, drafts by any part of them, all by their code."""


def chosen(shelf: str | None, query: str, *, limit: int) -> tuple[str, Bindings]:
    """The condition for rows of ``incident`` and what to bind for it, good for the first ``limit`` rows."""
    on_shelf, of_shelf = _ON[shelf]
    expression = search.match_expression(query)
    if not expression:
        return on_shelf, of_shelf
    typed = search.folded_text(query.strip())
    saved: Bindings = (expression, *of_shelf, limit)
    drafts: Bindings = (typed, *of_shelf)
    by_code: Bindings = (typed.upper(), *of_shelf)
    return _FOUND.format(on_shelf=on_shelf), (*saved, *drafts, *by_code)
