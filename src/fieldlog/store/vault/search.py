"""Finding incidents by what was typed: folded text in a prefix index inside the encrypted database."""

from __future__ import annotations

import re
from typing import Final

from fieldlog.model.fold import fold
from fieldlog.store.database import Database
from fieldlog.store.vault.plain import without_surrogates

QUERY_WORDS: Final = 12
"""Words of a query that are looked at; nobody types more, and each costs an index look-up."""

_NOBODY: Final = -1
"""Row of the index that stands for no incident; their numbers begin with 1."""

_MERGED_PAGES: Final = 32
"""Pages of the index that one transaction writes: it has to fit into the log many times over."""

_WORD: Final = re.compile(r"[^\W_]+")


def folded_text(words: str) -> str:
    """``words`` as they are indexed."""
    return without_surrogates(fold(words))


def match_expression(query: str) -> str:
    """The FTS5 expression for what was typed: every word must begin a word of the text. Empty for none.

    Only letters and digits reach it, each word quoted, so that nothing typed is read as an operator.
    """
    words = _WORD.findall(folded_text(query))[:QUERY_WORDS]
    return " ".join(f'"{word}"*' for word in words)


def index(database: Database, *, number: int, words: str) -> None:
    """Index ``words`` for an incident in place of what was there. Part of a transaction."""
    folded = folded_text(words)
    if database.value("SELECT folded FROM search WHERE rowid = ?", (number,)) != folded:
        database.execute("DELETE FROM search WHERE rowid = ?", (number,))
        database.execute("INSERT INTO search (rowid, folded) VALUES (?, ?)", (number, folded))


def forget(database: Database, *, number: int) -> None:
    """Take an incident out of the index; ``rewrite`` it afterwards. Part of a transaction."""
    database.execute("DELETE FROM search WHERE rowid = ?", (number,))


def rewrite(database: Database) -> None:
    """Write the index anew, in small transactions.

    Deleting an entry leaves its words, or their beginnings, as signposts between the pages of the index.
    Writing all of it into new pages makes new signposts from the words that are left.
    """
    # An index that is in one piece is left as it is, so there has to be a second one.
    with database.transaction():
        database.execute("DELETE FROM search WHERE rowid = ?", (_NOBODY,))
        database.execute("INSERT INTO search (rowid, folded) VALUES (?, '0')", (_NOBODY,))
    merging = True
    while merging:
        with database.transaction():
            before = database.value("SELECT total_changes()")
            database.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (-_MERGED_PAGES,))
            # The statement itself counts as one change; more says that there was something to merge.
            merging = database.value("SELECT total_changes()") - before > 1
    with database.transaction():
        database.execute("DELETE FROM search WHERE rowid = ?", (_NOBODY,))
