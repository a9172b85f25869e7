"""Overwriting small files in place, durably, and taking files away, whatever stands in the way.

The opposite of ``files.atomic_write``: a file that is written beside and renamed would leave the old bytes
where they were. It works on what somebody wants gone in a hurry, so nothing here stops at the first
refusal: each function does what can be done and returns what could not.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from fieldlog.system import files

LARGEST: Final = 1 << 16
"""Bytes overwritten of one file: key slots are 4,096, and time is short."""

_FLAGS: Final = (
    os.O_WRONLY
    # A link would lead the random bytes into somebody else's file.
    | getattr(os, "O_NOFOLLOW", 0)
    # Opening a FIFO must not wait for a reader.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def overwrite(
    paths: Sequence[Path], *, smallest: int, random_bytes: Callable[[int], bytes]
) -> dict[Path, OSError]:
    """Overwrite the whole of each file with random bytes and sync it; returns what went wrong with which.

    Each file gets at least ``smallest`` bytes, at most ``LARGEST``. All are written before the first is
    synced: a process that is killed in between leaves nothing unwritten, since the system has the bytes.
    A file that is not there is no failure.
    """
    refused: dict[Path, OSError] = {}
    opened: list[tuple[Path, int]] = []
    for path in paths:
        try:
            descriptor = _open(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            refused[path] = error
            continue
        try:
            size = min(max(smallest, os.fstat(descriptor).st_size), LARGEST)
            _write(descriptor, random_bytes(size))
        except OSError as error:
            refused[path] = error
            os.close(descriptor)
        else:
            opened.append((path, descriptor))
    for path, descriptor in opened:
        try:
            files.sync_descriptor(descriptor)
        except OSError as error:
            refused[path] = error
        finally:
            with suppress(OSError):
                os.close(descriptor)
    return refused


def overwrite_behind(
    links: Sequence[Path], *, size: int, random_bytes: Callable[[int], bytes]
) -> dict[Path, OSError | None]:
    """Overwrite what links lead to, if that is a plain file of ``size`` bytes of this user, and sync it.

    Returns each link that leads to such a file, or may: with ``None`` when that was overwritten, else with
    what went wrong. A link to something else is not in it, and what it leads to was not touched.
    """
    found: dict[Path, OSError | None] = {}
    for link in links:
        try:
            facts = link.stat()
            if not stat.S_ISREG(facts.st_mode) or facts.st_size != size:
                continue
            if hasattr(os, "getuid") and facts.st_uid != os.getuid():
                raise PermissionError(errno.EPERM, "somebody else's")
            _overwrite_one(Path(os.path.realpath(link)), random_bytes(size))
        except OSError as error:
            # One that leads to itself leads nowhere; where another one led, something may be again.
            if error.errno != errno.ELOOP:
                found[link] = error
        else:
            found[link] = None
    return found


def _overwrite_one(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, _FLAGS)
    except PermissionError:
        # The file's own mode only: its folder is not ours to change.
        path.chmod(0o600)
        descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("not a plain file")
        _write(descriptor, content)
        files.sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def let_in(folder: Path) -> None:
    """Give back the permission to look into a folder, if its owner took it from himself."""
    with suppress(OSError):
        if stat.S_ISDIR(folder.lstat().st_mode) and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            folder.chmod(0o700)


def remove(paths: Sequence[Path]) -> dict[Path, OSError]:
    """Take files away, links themselves and not what they lead to; returns what went wrong with which."""
    refused: dict[Path, OSError] = {}
    for path in paths:
        try:
            try:
                path.unlink()
            except PermissionError:
                # On Windows the file's own mode forbids it, elsewhere that of its folder.
                _allow(path)
                path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            refused[path] = error
    return refused


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, _FLAGS)
    except PermissionError:
        _allow(path)
        descriptor = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("not a plain file")
    return descriptor


def _allow(path: Path) -> None:
    """Give back a permission that the owner took from himself."""
    with suppress(OSError):
        path.parent.chmod(0o700)
    with suppress(OSError):
        # Not through a link: the mode of what it leads to is not ours to change.
        if not path.is_symlink():
            path.chmod(0o600)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
