"""Whether a vault can be made at a place, asked before somebody writes nineteen words on paper for it."""

from __future__ import annotations

from pathlib import Path

from fieldlog.errors import VaultExists
from fieldlog.primitives import kdf
from fieldlog.store.vault.folder import finish_replacement
from fieldlog.store.volume import sizes
from fieldlog.system import files, process


def require_possible(folder: Path) -> None:
    """Check what can be known beforehand; making the vault asks everything again.

    Raises:
        VaultExists: there is something at ``folder``, or was before a replacement that was cut off.
        ReadOnly: nothing can be made there.
        NoSpace: there is less room than even an empty vault takes.
        NotEnoughMemory: not even the smallest preset of Argon2id fits.
        MachineError: another subclass: the place cannot be looked at, or no folder can have such a name.
    """
    finish_replacement(folder)
    if files.exists(folder):
        raise VaultExists(str(folder))
    files.require_writable(folder.parent)
    files.require_space(folder, needed=2 * (sizes.USUAL.volume + sizes.USUAL.media))
    kdf.require_memory(kdf.PRESETS[-1], process.available_memory())
