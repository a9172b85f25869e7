"""What was handed over: which bundle, to which cards, with which version of which incidents."""

from __future__ import annotations

from dataclasses import dataclass

from fieldlog.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One bundle that was written. ``incidents`` are pairs of code and version."""

    bundle_id: str
    at: str
    card_ids: tuple[str, ...]
    incidents: tuple[tuple[str, int], ...]
    tag_sha512: bytes
    size: int
    attributable: bool


class Outbox:
    """The bundles that were written, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, hand_over: HandOver) -> None:
        """Keep a hand-over and mark its incidents as handed over, together.

        Raises:
            EditConflict: a bundle of this id is kept already, or an incident is not in the vault.
        """
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO bundle VALUES (?, ?, ?, ?, ?)",
                (
                    hand_over.bundle_id,
                    hand_over.at,
                    hand_over.tag_sha512,
                    hand_over.size,
                    int(hand_over.attributable),
                ),
            )
            self._database.execute_many(
                "INSERT INTO bundle_card VALUES (?, ?, NULL)",
                [(hand_over.bundle_id, card_id) for card_id in hand_over.card_ids],
            )
            self._database.execute_many(
                "INSERT INTO bundle_incident VALUES (?, ?, ?)",
                [(hand_over.bundle_id, code, version) for code, version in hand_over.incidents],
            )
            # An incident that was changed meanwhile is not what the organisation got.
            self._database.execute_many(
                "UPDATE incident SET state = 'handed_over' "
                "WHERE code = ? AND version = ? AND state = 'ready'",
                list(hand_over.incidents),
            )

    def has(self, bundle_id: str) -> bool:
        """Whether a bundle of this id is kept."""
        return self._database.value("SELECT 1 FROM bundle WHERE id = ?", (bundle_id,)) is not None

    def of_incident(self, code: str) -> tuple[HandOver, ...]:
        """The bundles an incident was handed over in."""
        return self._read(
            "SELECT bundle FROM bundle_incident WHERE incident = ?",
            (code,),
        )

    def all(self) -> tuple[HandOver, ...]:
        """Every bundle."""
        return self._read("SELECT id FROM bundle", ())

    def _read(self, chosen: str, bindings: tuple[str, ...]) -> tuple[HandOver, ...]:
        bundles = self._database.execute(
            "SELECT id, handed_over_at, tag_sha512, bytes, attributable FROM bundle "  # noqa: S608 - own text
            f"WHERE id IN ({chosen}) ORDER BY handed_over_at DESC, id",
            bindings,
        )
        return tuple(
            HandOver(
                bundle_id=bundle_id,
                at=at,
                card_ids=tuple(
                    row[0]
                    for row in self._database.execute(
                        "SELECT card FROM bundle_card WHERE bundle = ? ORDER BY card", (bundle_id,)
                    )
                ),
                incidents=tuple(
                    (row[0], row[1])
                    for row in self._database.execute(
                        "SELECT incident, version FROM bundle_incident WHERE bundle = ? ORDER BY incident",
                        (bundle_id,),
                    )
                ),
                tag_sha512=tag_sha512,
                size=size,
                attributable=bool(attributable),
            )
            for bundle_id, at, tag_sha512, size, attributable in bundles
        )
