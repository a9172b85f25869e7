"""Where vault and register live, and that nobody else can look into their folders.

Folders are made 0700; one that is looser is refused and not repaired, because what is in it may
already have been read or replaced.
On Windows the profile's access list does this job and there are no mode bits to check.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

import platformdirs

from fieldlog import errors
from fieldlog.system import files

_POSIX: Final = os.name == "posix"
PRIVATE_FOLDER_MODE: Final = 0o700
PRIVATE_FILE_MODE: Final = 0o600
_OTHERS: Final = 0o077


def _application_folder() -> Path:
    return Path(platformdirs.user_data_path("fieldlog", appauthor=False, roaming=False))


def default_vault_folder() -> Path:
    """The folder of the reporter's vault when none is named."""
    return _application_folder() / "vault"


def default_register_folder() -> Path:
    """The folder of the organisation's register when none is named."""
    return _application_folder() / "register"


def home_relative(path: Path) -> str:
    """``path`` for a screen, with ``~`` in place of the home folder and so without the user's name."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):
        return str(path)


def make_private_folder(folder: Path) -> None:
    """Make ``folder``, 0700; parents that are missing are made 0700 as well.

    Raises:
        TargetExists: there is something of this name.
        MachineError: one of its subclasses, the system refused.
    """
    with files.translating(folder):
        missing = [parent for parent in folder.parents if not parent.exists()]
        for parent in reversed(missing):
            parent.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
        try:
            folder.mkdir(mode=PRIVATE_FOLDER_MODE)
        except FileExistsError:
            raise errors.TargetExists(str(folder)) from None


def require_private(folder: Path) -> None:
    """Check that only this user can reach ``folder`` and the files in it.

    Raises:
        UnsafePermissions: the folder is looser than 0700 or a file in it looser than 0600, or one of
            them belongs to somebody else.
        NotOrdinary: an entry is neither file nor folder.
        MachineError: one of its subclasses, it cannot be looked at.
    """
    if not _POSIX:
        return
    with files.translating(folder, reading=True):
        _require_private_entry(folder, folder.lstat(), is_folder=True)
        with os.scandir(folder) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                _require_private_entry(Path(entry.path), facts, is_folder=entry.is_dir())


def _require_private_entry(path: Path, facts: os.stat_result, *, is_folder: bool) -> None:
    expected_kind = stat.S_ISDIR if is_folder else stat.S_ISREG
    # A symlink is refused too: it would let somebody with access to its target swap the vault.
    if not expected_kind(facts.st_mode):
        raise errors.NotOrdinary(str(path))
    if facts.st_mode & _OTHERS or facts.st_uid != os.geteuid():
        raise errors.UnsafePermissions(str(path))
