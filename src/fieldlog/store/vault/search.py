"""Finding incidents by what was typed: folded text in a prefix index inside the encrypted database."""

from __future__ import annotations

import re
from typing import Final

from fieldlog.model.fold import fold
from fieldlog.store.database import Database
from fieldlog.store.vault.plain import without_surrogates

QUERY_WORDS: Final = 12
"""Words of a query that are looked at; nobody types more, and each costs an index look-up."""

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
