"""Whether a vault can be made at a place, asked before somebody writes nineteen words on paper for it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fieldlog.errors import VaultExists
from fieldlog.primitives import kdf
from fieldlog.store.vault.folder import building_beside, finish_replacement
from fieldlog.store.volume import sizes
from fieldlog.system import files, process


def require_possible(folder: Path) -> None:
    """Check what can be known beforehand; making the vault asks everything again.

    Raises:
        VaultExists: there is something at ``folder``, or was before a replacement that was cut off.
        ReadOnly: nothing can be made there.
        NoSpace: there is less room than even an empty vault takes.
        NotEnoughMemory: not even the smallest preset of Argon2id fits.
        ImpossibleName: no folder can have such a name there.
        MachineError: another subclass: the place cannot be looked at.
    """
    _require_possible_name(folder)
    finish_replacement(folder)
    if files.exists(folder):
        raise VaultExists(str(folder))
    files.require_writable(folder.parent)
    files.require_space(folder, needed=2 * (sizes.USUAL.volume + sizes.USUAL.media))
    kdf.require_memory(kdf.PRESETS[-1], process.available_memory())


def _require_possible_name(folder: Path) -> None:
    for path in (folder, building_beside(folder)):
        with files.translating(folder), suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
