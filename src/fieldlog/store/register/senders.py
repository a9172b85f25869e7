"""Reporters as the register knows them: a key for this organisation, a code, and since when.

The code is drawn here at random. A code computed from the key could be had by trying keys, and then
an unknown sender would look like a known one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog.errors import SignatureInvalid
from fieldlog.primitives import rng
from fieldlog.store.database import Database

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS: Final = 6
_COLUMNS: Final = (
    "SELECT number, code, public_key, signing_key, first_seen, "
    "(SELECT count(*) FROM bundle WHERE bundle.sender = sender.number) FROM sender "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One sender.

    ``bundles`` counts the different ones opened so far; ``signing_key`` comes with the first signed one.
    """

    number: int
    code: str
    public_key: bytes
    signing_key: bytes | None
    first_seen: str
    bundles: int


class SenderTable:
    """Every sender whose bundle was opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, public_key: bytes) -> Sender | None:
        """The sender with this key, if it is known.

        Raises:
            FieldlogError: as ``Database.execute``.
        """
        row = self._database.row(_COLUMNS + "WHERE public_key = ?", (public_key,))
        if row is None:
            return None
        number, code, key, signing_key, first_seen, bundles = row
        return Sender(
            number=number,
            code=code,
            public_key=key,
            signing_key=signing_key,
            first_seen=first_seen,
            bundles=bundles,
        )

    def enrol(self, public_key: bytes, *, signing_key: bytes | None, at_utc: str) -> int:
        """The number of the sender with this key, who is made known if new.

        Raises:
            SignatureInvalid: ``signer-changed``: this sender has signed with another key before.
            FieldlogError: as ``Database.execute``.
        """
        with self._database.transaction():
            known = self.find(public_key)
            if known is None:
                self._database.execute(
                    "INSERT INTO sender (code, public_key, signing_key, first_seen) VALUES (?, ?, ?, ?)",
                    (self._free_code(), public_key, signing_key, at_utc),
                )
                number: int = self._database.value(
                    "SELECT number FROM sender WHERE public_key = ?", (public_key,)
                )
                return number
            if signing_key is not None and known.signing_key is None:
                self._database.execute(
                    "UPDATE sender SET signing_key = ? WHERE number = ?", (signing_key, known.number)
                )
            elif signing_key not in {None, known.signing_key}:
                raise SignatureInvalid("signer-changed")
            return known.number

    def _free_code(self) -> str:
        while True:
            code = "R-" + "".join(rng.choose(_ALPHABET) for _ in range(_LETTERS))
            if self._database.value("SELECT 1 FROM sender WHERE code = ?", (code,)) is None:
                return code
