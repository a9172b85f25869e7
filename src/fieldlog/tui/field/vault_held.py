"""The one vault that the screens have open, or none, and locking it."""

from __future__ import annotations

from pathlib import Path

from fieldlog import errors
from fieldlog.field import vault
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.system.clock import Clock


class VaultHeld:
    """The part of ``VaultWork`` that everything else of it stands on."""

    def __init__(self, *, folder: Path, clock: Clock, profile: Argon2Profile | None) -> None:
        self.folder = folder
        self._clock = clock
        self._profile = profile
        self._vault: vault.OpenVault | None = None

    @property
    def open_vault(self) -> vault.OpenVault:
        """The vault.

        Raises:
            CannotUnlock: it is locked, which no screen lets happen.
        """
        if self._vault is None:
            raise errors.CannotUnlock
        return self._vault

    def is_open(self) -> bool:
        """Whether it is open; some work closes it."""
        return self._vault is not None and self._vault.is_open

    def lock(self) -> None:
        """Close the vault."""
        opened, self._vault = self._vault, None
        if opened is not None:
            opened.lock()


def given(typed_path: str) -> Path | None:
    """The path of a key file, if one was typed."""
    return Path(typed_path) if typed_path else None
