"""Key files: an optional second factor, 64 random bytes in a file of the person's choice.

A passphrase that was set with a key file opens nothing without it (docs/formats/vault.md section 3.2).
Only files that Fieldlog made are taken: a photo or a document chosen as a key changes unseen when another
program saves it, and then the vault is lost.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fieldlog.errors import CannotUnlock, KeyFileInVault, NotAKeyFile, UsageError
from fieldlog.field import recovery_keys
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret
from fieldlog.system import files

KEYFILE_BYTES: Final = 64
"""Of every key file; no other length is one."""


def make(path: Path, *, vault_folder: Path) -> None:
    """Write a new key file at ``path``, readable for its owner only.

    Raises:
        KeyFileInVault: the place is inside the vault's folder.
        TargetExists: there is something of this name; it was not touched.
        UsageError: ``no-such-folder``.
        MachineError: another subclass. Nothing is left behind.
    """
    require_outside(path, vault_folder)
    if not path.parent.is_dir():
        raise UsageError("no-such-folder")
    files.write_whole(path, rng.random_bytes(KEYFILE_BYTES), replace=False)


def read_chosen(path: Path, *, vault_folder: Path) -> bytes:
    """The content of a key file that a passphrase is to need from now on.

    Raises:
        KeyFileInVault: it is inside the vault's folder.
        NotAKeyFile: it has another length than the ones Fieldlog makes.
        FileUnreadable: it is not there, or not a plain file.
        StorageFailed: the disk reported an error.
    """
    require_outside(path, vault_folder)
    content = _beginning(path)
    if len(content) != KEYFILE_BYTES:
        raise NotAKeyFile
    return content


def read_for_unlocking(path: Path | None, secret: Secret) -> bytes | None:
    """The content of the key file that was named to unlock with, if ``secret`` can need one.

    Recovery words never do. A key file that is named with them, by habit or an alias, is not even looked
    at: who has lost it and takes the sheet must not be told that the sheet is wrong.

    Args:
        path: of the key file; ``None`` when none was named.
        secret: what was typed, in its canonical form.

    Raises:
        CannotUnlock: it is no key file, which is a wrong one like any other.
        FileUnreadable: it is not there, or not a plain file.
        StorageFailed: the disk reported an error.
    """
    if path is None or recovery_keys.are_recovery_words(secret):
        return None
    content = _beginning(path)
    if len(content) != KEYFILE_BYTES:
        raise CannotUnlock
    return content


def require_outside(path: Path, vault_folder: Path) -> None:
    """Check that whoever takes the vault's folder does not get the key file with it.

    Raises:
        KeyFileInVault: ``path`` is in the folder, by whatever name or link it was given.
        MachineError: one of its subclasses: the place cannot be looked at.
    """
    with files.translating(path):
        for above in path.absolute().resolve().parents:
            if above.exists() and above.samefile(vault_folder):
                raise KeyFileInVault


def _beginning(path: Path) -> bytes:
    """As much of a file as tells whether it can be a key file: a longer one is never read whole."""
    content = bytearray()
    with files.open_source(path) as source:
        while piece := source.read(KEYFILE_BYTES + 1 - len(content)):
            content += piece
    return bytes(content)
