"""The lock that keeps two Fieldlogs apart (docs/formats/vault.md section 2).

What it promises: whoever has it has that of the file that is in its place at this moment, and nobody waits
for it, whatever somebody put there.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

from fieldlog import errors
from fieldlog.system.files import translating

_POSIX: Final = os.name == "posix"
_FLAGS: Final = (
    os.O_RDONLY
    # Opening a FIFO must not wait for a writer, and a link could lead to a file that has another name too.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_WINDOWS_FLAGS: Final = os.O_RDWR | getattr(os, "O_CLOEXEC", 0)
_ATTEMPTS: Final = 3
"""A folder is replaced once in a long while; whoever meets that more often waits for its end."""


class FileLock:
    """A lock on a whole existing file that the system takes back when the process ends.

    It is advisory and keeps two Fieldlogs apart, nobody else.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock at once.

        Raises:
            VaultInUse: another process, or another place in this one, holds it, or keeps replacing the file.
            FileUnreadable: it is not there, not a plain file, or may not be opened.
            MachineError: another subclass.
        """
        self._path = path
        self._descriptor = -1
        for _ in range(_ATTEMPTS):
            self._descriptor = _locked(path)
            if _is_at(self._descriptor, path):
                self._facts = os.fstat(self._descriptor)
                return
            self.release()
        raise errors.VaultInUse(str(path.parent))

    def require_in_place(self) -> None:
        """Check that what is reached through this path now is what was locked, also after ``release``.

        Raises:
            TargetVanished: it was moved or removed, or something else has taken its place.
        """
        if not _POSIX:
            return
        try:
            now = os.lstat(self._path)
        except OSError:
            raise errors.TargetVanished(str(self._path.parent)) from None
        same = os.path.samestat(now, self._facts)
        # The number of a file that nobody holds open can be given to the next one that is made.
        if not same or (self._descriptor < 0 and now.st_ctime_ns != self._facts.st_ctime_ns):
            raise errors.TargetVanished(str(self._path.parent))

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1


def _locked(path: Path) -> int:
    with translating(path, reading=True):
        descriptor = os.open(path, _FLAGS if _POSIX else _WINDOWS_FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise errors.FileUnreadable(str(path))
    try:
        _lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise errors.VaultInUse(str(path.parent)) from None
    return descriptor


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the file that was opened is still the one of this name."""
    if not _POSIX:
        # There neither the file nor a folder above it can be moved while it is open.
        return True
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except OSError:
        return False


def _lock(descriptor: int) -> None:
    if _POSIX:
        import fcntl  # noqa: PLC0415 - exists on this platform only

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        # A byte far past the end: locked bytes inside could not be read by anybody.
        windows = cast("Any", __import__("msvcrt"))
        os.lseek(descriptor, 1 << 30, os.SEEK_SET)
        windows.locking(descriptor, windows.LK_NBLCK, 1)
