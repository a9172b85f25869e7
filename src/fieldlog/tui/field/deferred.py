"""What touches the vault, loaded when it is first asked for.

The encryption and storage libraries take as long to load as half of the screens. Nothing on the first
screen needs them, so they are loaded on the vault's thread, behind the first frame.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from fieldlog.system.clock import Clock
from fieldlog.tui.field.work import Work

if TYPE_CHECKING:
    from fieldlog.tui.field.vault_work import VaultWork

VAULT_MARK: Final = "fieldlog.json"
"""The file that makes a folder a vault; a test compares it with the store's own name."""

PARTS: Final = ("media-a", "media-b", "vol-a", "vol-b", "volume.db")
"""With one of these and no mark, a vault was copied in part: unlocking says so, and no new one is made."""


class DeferredWork:
    """Stands for ``VaultWork`` until that is needed."""

    def __init__(self, *, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._loaded: VaultWork | None = None

    def vault_exists(self) -> bool:
        """Whether there is a vault, which decides on the first screen."""
        if self._loaded is not None:
            return self._loaded.vault_exists()
        return any(os.path.lexists(self._folder / name) for name in (VAULT_MARK, *PARTS))

    def lock(self) -> None:
        """Lock, if anything was ever opened."""
        if self._loaded is not None:
            self._loaded.lock()

    def __getattr__(self, name: str) -> Any:
        if self._loaded is None:
            from fieldlog.tui.field.vault_work import VaultWork  # noqa: PLC0415 - the reason of this file

            self._loaded = VaultWork(folder=self._folder, clock=self._clock)
        return getattr(self._loaded, name)


def deferred_work(folder: Path, clock: Clock) -> Work:
    """The work of the screens on the vault in ``folder``."""
    return cast("Work", DeferredWork(folder=folder, clock=clock))
