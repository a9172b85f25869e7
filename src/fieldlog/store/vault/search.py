"""Finding incidents by what was typed: folded words in a prefix index inside the encrypted database.

The index holds each word of an incident once, and ``indexed`` remembers which ones it holds, so that a
changed text costs what changed and not what stayed. No transaction writes much of it, however long a text
is: taking a word out writes a page or two wherever it stands (``secure-delete``), so the words of a large
change leave a few hundred at a time, and the pieces of the index are joined a few pages with each save.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from fieldlog.model.fold import fold
from fieldlog.store.database import Database
from fieldlog.store.vault.plain import without_surrogates

QUERY_WORDS: Final = 12
"""Words of a query that are looked at; nobody types more, and each costs an index look-up."""

LEAVING_TOGETHER: Final = 100
"""Words taken out in one transaction: some four pages each, so 2 MiB of log in an index of any size."""

_JOINED_PAGES: Final = 16
"""Pages of the index that one save joins. A save adds one or two, and each is joined some eight times."""

_NOBODY: Final = -1
"""Row of the index that stands for no incident; their numbers begin with 1."""

_MERGED_PAGES: Final = 32
"""Pages of the index that one transaction writes: it has to fit into the log many times over."""

_WORD: Final = re.compile(r"[^\W_]+")


def folded_text(words: str) -> str:
    """``words`` as they are compared."""
    return without_surrogates(fold(words))


def match_expression(query: str) -> str:
    """The FTS5 expression for what was typed: every word must begin a word of the text. Empty for none.

    Only letters and digits reach it, each word quoted, so that nothing typed is read as an operator.
    """
    words = _WORD.findall(folded_text(query))[:QUERY_WORDS]
    return " ".join(f'"{word}"*' for word in words)


def index(database: Database, *, number: int, words: str) -> None:
    """Let an incident be found by ``words`` and nothing else. Part of a transaction.

    It may still be found by some words of a much longer text it had before: ``settle`` afterwards.
    """
    _replace(database, number, frozenset(_WORD.findall(folded_text(words))))


def forget(database: Database, *, number: int) -> None:
    """Take an incident out of the index; ``rewrite`` it afterwards. Part of a transaction."""
    _replace(database, number, frozenset())


def settle(database: Database) -> None:
    """Take out what large changes left, in small transactions; costs one look-up when there is nothing."""
    while (row := database.row("SELECT number, words FROM indexed WHERE leaving != '' LIMIT 1")) is not None:
        with database.transaction():
            _replace(database, row[0], frozenset(row[1].split()))


def rewrite(database: Database) -> None:
    """Write the index anew, in small transactions.

    Deleting an entry leaves its words, or their beginnings, as signposts between the pages of the index.
    Writing all of it into new pages makes new signposts from the words that are left.
    """
    settle(database)
    # An index that is in one piece is left as it is, so there has to be a second one.
    with database.transaction():
        forget(database, number=_NOBODY)
        index(database, number=_NOBODY, words="0")
    merging = True
    while merging:
        with database.transaction():
            before = database.value("SELECT total_changes()")
            database.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (-_MERGED_PAGES,))
            # The statement itself counts as one change; more says that there was something to merge.
            merging = database.value("SELECT total_changes()") - before > 1
    with database.transaction():
        forget(database, number=_NOBODY)


def _replace(database: Database, number: int, words: AbstractSet[str]) -> None:
    row = database.row("SELECT words, leaving FROM indexed WHERE number = ?", (number,))
    held: AbstractSet[str] = frozenset()
    together = LEAVING_TOGETHER
    if row is not None:
        before = frozenset(row[0].split())
        if before == words and not row[1]:
            return
        held = before | frozenset(row[1].split())
        if before != frozenset(_WORD.findall(row[0])):
            # Indexed by an earlier version, as running text: all of it goes at once.
            _write(database, number, leaving=sorted(held), coming=())
            held, together = frozenset(), 0
    leaving = sorted(held - words)
    _write(database, number, leaving=leaving[:together], coming=sorted(words - held))
    database.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (_JOINED_PAGES,))
    later = leaving[together:]
    if words or later:
        database.execute(
            "INSERT INTO indexed VALUES (?, ?, ?) ON CONFLICT (number) DO UPDATE SET "
            "words = excluded.words, leaving = excluded.leaving",
            (number, " ".join(sorted(words)), " ".join(later)),
        )
    else:
        database.execute("DELETE FROM indexed WHERE number = ?", (number,))


def _write(database: Database, number: int, *, leaving: Sequence[str], coming: Sequence[str]) -> None:
    """Take words out of the row of an incident and put words in."""
    if leaving:
        database.execute(
            "INSERT INTO search (search, rowid, folded) VALUES ('delete', ?, ?)", (number, " ".join(leaving))
        )
    if leaving or coming:
        # Also without a word: the index counts its rows, and a deletion alone would count one less.
        database.execute("INSERT INTO search (rowid, folded) VALUES (?, ?)", (number, " ".join(coming)))
