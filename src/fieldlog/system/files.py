"""Files that are written whole or not at all, and the system's refusals as Fieldlog's errors.

Implements the write protocol of docs/formats/vault.md section 2: temporary file beside the target,
fsync, rename, fsync of the folder.
Each weaker order that was tried lost data or kept an old passphrase valid (security.md section 3.4).
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from fieldlog import errors
from fieldlog.system.renaming import rename_to_free_name

_POSIX: Final = os.name == "posix"
_NEW_FILE_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_READ_FLAGS: Final = (
    os.O_RDONLY
    # Opening a FIFO must not wait for a writer; the kind is checked right after.
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)

_UNNOTED: Final = getattr(os, "O_NOATIME", 0)
"""The system does not note that the file was read. Only its owner may ask for that."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_REFUSED: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE: Final = frozenset(
    {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTDIR, errno.ENOTCONN}
)
_NO_SUCH_NAME: Final = frozenset({errno.ENAMETOOLONG, errno.ELOOP})
_NO_SOURCE: Final = frozenset({errno.EISDIR, errno.EINVAL})
"""A folder, and special files that cannot be read or moved in like a plain one."""
_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF})


def translate_os_error(error: OSError, *, path: Path | str, reading: bool = False) -> errors.MachineError:
    """The Fieldlog error for what the system reported about ``path``.

    ``reading`` tells a source, which is then "unreadable", from a target, which is "read-only" or
    "vanished".
    """
    place = str(path)
    number = error.errno
    if number in _FULL:
        return errors.DiskFull(place)
    kinds: dict[int | None, type[errors.MachineError]] = {}
    if reading:
        kinds |= dict.fromkeys(_REFUSED | _GONE | _NO_SUCH_NAME | _NO_SOURCE, errors.FileUnreadable)
    else:
        kinds |= dict.fromkeys(_REFUSED, errors.ReadOnly)
        kinds |= dict.fromkeys(_GONE, errors.TargetVanished)
        kinds |= dict.fromkeys(_NO_SUCH_NAME, errors.ImpossibleName)
        kinds[errno.EEXIST] = errors.TargetExists
    # An input/output error and whatever has no better name: the storage did not do its work.
    return kinds.get(number, errors.StorageFailed)(place)


@contextmanager
def translating(path: Path | str, *, reading: bool = False) -> Iterator[None]:
    """Turn every ``OSError`` of the block into a ``MachineError`` about ``path``.

    Raises:
        MachineError: the subclass that fits.
    """
    try:
        yield
    except OSError as error:
        # `from None`: the system's message repeats the path, which may be a person's name.
        raise translate_os_error(error, path=path, reading=reading) from None


def exists(path: Path) -> bool:
    """Whether there is something at ``path`` that a link may lead to.

    Raises:
        MachineError: one of its subclasses, it cannot be asked: a folder above may not be entered, or the
            name is one that no file can have.
    """
    with translating(path, reading=True):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except ValueError:
            # A zero character, or one that the system's encoding does not have.
            raise errors.FileUnreadable(str(path)) from None
    return True


def free_space(folder: Path) -> int:
    """Bytes this user may still write below ``folder``, or below its nearest existing parent.

    Raises:
        MachineError: one of its subclasses, the place cannot be asked.
    """
    import shutil  # noqa: PLC0415 - pulls in compression modules that a plain start does not need

    with translating(folder):
        return shutil.disk_usage(_nearest(folder)).free


def require_writable(folder: Path) -> None:
    """Check that something can be made in ``folder``, or in its nearest existing parent; nothing is tried.

    Raises:
        ReadOnly: the disk or the folder refuses, or that parent is no folder.
        MachineError: another subclass, the place cannot be asked.
    """
    with translating(folder):
        place = _nearest(folder)
        if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
            raise errors.ReadOnly(str(folder))


def _nearest(folder: Path) -> Path:
    """``folder``, or the nearest folder above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def require_space(folder: Path, *, needed: int) -> None:
    """Check that ``needed`` bytes fit below ``folder``.

    Raises:
        NoSpace: they do not.
        MachineError: another subclass, the place cannot be asked.
    """
    free = free_space(folder)
    if free < needed:
        raise errors.NoSpace(str(folder), needed=needed, free=free)


class TargetFile(io.RawIOBase):
    """A file being written; ``write`` writes all it is given or raises a ``MachineError``."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path
        self._written = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor below."""
        return self._descriptor

    def tell(self) -> int:
        """Bytes written so far."""
        return self._written

    def write(self, content: Any) -> int:
        """Write every byte of ``content``.

        Raises:
            MachineError: one of its subclasses.
        """
        view = memoryview(content).cast("B")
        total = len(view)
        with translating(self._path):
            while view:
                view = view[os.write(self._descriptor, view) :]
        self._written += total
        return total


class SourceFile(io.RawIOBase):
    """A plain file being read; reading problems are ``FileUnreadable`` or ``StorageFailed``."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path
        self._begun = self._state()

    def _state(self) -> tuple[int, int]:
        with translating(self._path, reading=True):
            facts = os.fstat(self._descriptor)
        return facts.st_size, facts.st_mtime_ns

    def require_unchanged(self) -> None:
        """Check that nobody has written to it since it was opened.

        Raises:
            FileChanged: somebody has; what was read may be half of one and half of the other.
            StorageFailed: it cannot be asked.
        """
        if self._state() != self._begun:
            raise errors.FileChanged(str(self._path))

    @property
    def size(self) -> int:
        """Its size in bytes at this moment."""
        with translating(self._path, reading=True):
            return os.fstat(self._descriptor).st_size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always: only plain files are opened."""
        return True

    def fileno(self) -> int:
        """The descriptor below."""
        return self._descriptor

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move, as every seekable file does."""
        with translating(self._path, reading=True):
            return os.lseek(self._descriptor, offset, whence)

    def tell(self) -> int:
        """Where the next read begins."""
        return self.seek(0, os.SEEK_CUR)

    def readinto(self, buffer: Any) -> int:
        """Read at most ``len(buffer)`` bytes; 0 at the end.

        Raises:
            FileUnreadable: the file or its device went away.
            StorageFailed: the disk reported an error.
        """
        view = memoryview(buffer).cast("B")
        with translating(self._path, reading=True):
            content = os.read(self._descriptor, len(view))
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close it; closing again is harmless."""
        if not self.closed:
            super().close()
            with suppress(OSError):
                os.close(self._descriptor)


def open_source(path: Path) -> SourceFile:
    """Open an existing plain file for reading.

    Raises:
        FileUnreadable: it is not there, not a plain file, or may not be read.
        StorageFailed: the disk reported an error.
    """
    with translating(path, reading=True):
        descriptor = _require_plain(os.open(path, _READ_FLAGS), path)
    return SourceFile(descriptor, path)


def open_unnoted(path: Path) -> int:
    """A descriptor for reading a plain file, so that its time of last access stays, where the system can.

    Raises:
        FileUnreadable: it is not a plain file.
        OSError: the system refused.
    """
    try:
        descriptor = os.open(path, _READ_FLAGS | _UNNOTED)
    except PermissionError:
        descriptor = os.open(path, _READ_FLAGS)
    return _require_plain(descriptor, path)


def _require_plain(descriptor: int, path: Path) -> int:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise errors.FileUnreadable(str(path))
    return descriptor


def read_small(path: Path, *, limit: int) -> bytes:
    """The content of a plain file of at most ``limit`` bytes.

    Raises:
        FileUnreadable: it cannot be read or is longer.
        StorageFailed: the disk reported an error.
    """
    with open_source(path) as source:
        content = bytearray()
        while chunk := source.read(limit + 1 - len(content)):
            content += chunk
            if len(content) > limit:
                raise errors.FileUnreadable(str(path))
    return bytes(content)


def sync_descriptor(descriptor: int) -> None:
    """Return only when the bytes are on the medium (macOS: past the drive's own cache).

    Raises:
        OSError: the system refused.
    """
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - exists on this platform only

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError:
            # Network and FAT volumes do not know the call; plain fsync is the best they offer.
            os.fsync(descriptor)
    else:
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make a rename, creation or removal in ``folder`` durable.

    Windows has no such call, and a few file systems refuse it: there the rename is all there is.

    Raises:
        MachineError: one of its subclasses.
    """
    if not _POSIX:
        return
    with translating(folder):
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        try:
            sync_descriptor(descriptor)
        except OSError as error:
            if error.errno not in _NO_FOLDER_SYNC:
                raise
        finally:
            os.close(descriptor)


@contextmanager
def atomic_write(path: Path, *, replace: bool = True) -> Iterator[TargetFile]:
    """Write ``path`` whole or not at all; the file appears, 0600, when the block ends well.

    With ``replace=False`` an existing target is left alone.
    Whatever ends the block early, also a ``Cancelled`` raised inside, removes the temporary file.

    Raises:
        TargetExists: ``replace`` is off and there is something of this name.
        MachineError: another subclass, the system refused. Nothing is left behind.
    """
    if not replace and os.path.lexists(path):
        raise errors.TargetExists(str(path))
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    with translating(path):
        descriptor = os.open(temporary, _NEW_FILE_FLAGS, 0o600)
    try:
        try:
            yield TargetFile(descriptor, path)
            with translating(path):
                sync_descriptor(descriptor)
        finally:
            os.close(descriptor)
        with translating(path):
            if replace:
                temporary.replace(path)
            else:
                rename_to_free_name(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    try:
        sync_folder(path.parent)
    except BaseException:
        if not replace:
            with suppress(OSError):
                path.unlink()
        raise


def write_whole(path: Path, content: bytes, *, replace: bool = True) -> None:
    """``atomic_write`` of bytes that are in memory.

    Raises:
        MachineError: one of its subclasses. Nothing is left behind.
    """
    with atomic_write(path, replace=replace) as target:
        target.write(content)
