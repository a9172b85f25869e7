"""Small values kept inside the vault: language, theme, when it was last opened, the reporter's root key."""

from __future__ import annotations

from typing import Final

from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret
from fieldlog.store.database import Database

ROOT_BYTES: Final = 32
_ROOT: Final = "reporter-root"


class Settings:
    """Texts by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str, default: str = "") -> str:
        """The text kept under ``name``, or ``default``."""
        found = self._database.value("SELECT value FROM setting WHERE name = ?", (name,))
        return default if found is None else bytes(found).decode("utf-8")

    def set(self, name: str, value: str) -> None:
        """Keep ``value`` under ``name``, durably."""
        self._put(name, value.encode("utf-8"))

    def reporter_root(self) -> Secret:
        """32 random bytes, made once: the reporter's keys for every organisation are derived from them."""
        with self._database.transaction():
            found = self._database.value("SELECT value FROM setting WHERE name = ?", (_ROOT,))
            if found is None:
                found = rng.random_bytes(ROOT_BYTES)
                self._put(_ROOT, found)
        return Secret(found)

    def _put(self, name: str, value: bytes) -> None:
        with self._database.transaction():
            self._database.execute(
                "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )
