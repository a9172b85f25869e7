"""Organisation cards that were taken in, as the bytes they came in, and whether each was checked.

They live inside the vault because a card on a seized computer is evidence of contact.
What a card says, and whether it is valid, is ``formats.card``'s to decide each time it is used.
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldlog import errors
from fieldlog.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedCard:
    """One card. ``checked_at`` is ``None`` until its check code was typed."""

    card_id: str
    content: bytes
    pinned_at: str
    checked_at: str | None


class Trust:
    """The pinned cards, by card id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pin(self, *, card_id: str, content: bytes, at: str, checked_at: str | None = None) -> None:
        """Keep a card, in place of an earlier one of the same id.

        ``checked_at`` is carried over by the caller only when the check code is of the same root key.
        """
        with self._database.transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO card VALUES (?, ?, ?, ?)", (card_id, content, at, checked_at)
            )

    def mark_checked(self, card_id: str, *, at: str) -> None:
        """Keep that the check code was typed.

        Raises:
            UnknownCard: no such card.
        """
        with self._database.transaction():
            self.get(card_id)
            self._database.execute("UPDATE card SET checked_at = ? WHERE id = ?", (at, card_id))

    def get(self, card_id: str) -> PinnedCard:
        """One card.

        Raises:
            UnknownCard: no such card.
        """
        row = self._database.row(
            "SELECT id, content, pinned_at, checked_at FROM card WHERE id = ?", (card_id,)
        )
        if row is None:
            raise errors.UnknownCard
        return PinnedCard(card_id=row[0], content=row[1], pinned_at=row[2], checked_at=row[3])

    def all(self) -> tuple[PinnedCard, ...]:
        """Every card, in the order they were taken in."""
        rows = self._database.execute(
            "SELECT id, content, pinned_at, checked_at FROM card ORDER BY pinned_at, id"
        )
        return tuple(
            PinnedCard(card_id=row[0], content=row[1], pinned_at=row[2], checked_at=row[3]) for row in rows
        )

    def remove(self, card_id: str) -> None:
        """Forget a card.

        Raises:
            UnknownCard: no such card.
        """
        with self._database.transaction():
            self.get(card_id)
            self._database.execute("DELETE FROM card WHERE id = ?", (card_id,))
