"""The organisation's secret keys, and the cards it has issued."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog.errors import VaultDamaged
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database

_FIRST: Final = 1
_KINDS: Final = ("authentication", "classic", "hybrid", "root", "signing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """The 32-byte secrets of the organisation, one of each kind.

    ``root`` signs cards, ``hybrid`` opens bundles, ``authentication`` (X25519) checks who made them,
    ``signing`` signs receipts. ``classic`` (X25519) opens bundles sealed to a card that offers nothing
    else.
    """

    root: Secret
    hybrid: Secret
    classic: Secret
    authentication: Secret
    signing: Secret


class IdentityTable:
    """Where the keys and cards are kept. Keys are written once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, identities: Identities, *, made_at: str) -> None:
        """Keep the keys of a new organisation.

        Raises:
            FieldlogError: as ``Database.execute``; ``EditConflict`` when there are keys already.
        """
        rows = [(kind, _FIRST, getattr(identities, kind).reveal(), made_at) for kind in _KINDS]
        with self._database.transaction():
            self._database.execute_many("INSERT INTO identity VALUES (?, ?, ?, ?)", rows)

    def read(self) -> Identities:
        """The keys in use.

        Raises:
            VaultDamaged: they are not all there.
            FieldlogError: as ``Database.execute``.
        """
        rows = self._database.execute("SELECT kind, secret FROM identity ORDER BY serial")
        secrets = {kind: Secret(secret) for kind, secret in rows}
        if sorted(secrets) != list(_KINDS):
            raise VaultDamaged(str(self._database.path.parent), "identities")
        return Identities(**secrets)

    def add_card(self, *, serial: int, text: str, made_at: str) -> None:
        """Keep a card that was signed.

        Raises:
            FieldlogError: as ``Database.execute``; ``EditConflict`` when the serial is taken.
        """
        self._database.execute("INSERT INTO card VALUES (?, ?, ?)", (serial, text, made_at))

    def last_card(self) -> str | None:
        """The text of the card with the highest serial.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        text: str | None = self._database.value("SELECT text FROM card ORDER BY serial DESC LIMIT 1")
        return text
