"""Where attachments lie: one file, or one of two that grow together (docs/formats/vault.md section 7.1)."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from fieldlog import errors
from fieldlog.store.volume.twins import Progress, TwinFiles, path_of
from fieldlog.system import files
from fieldlog.system.locking import FileLock

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STEM: Final = "media"
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Area(Protocol):
    """A file of units that is open for writing; ``size`` is its length in bytes."""

    size: int

    def write(self, content: ReadableBuffer, offset: int) -> None:
        """Overwrite inside; raises ``OSError``."""

    def append(self, content: ReadableBuffer) -> None:
        """Write at the end; raises ``MachineError``."""

    def grow(self, size: int, *, progress: Progress | None = None) -> None:
        """Make it longer with random bytes; raises ``MachineError``."""

    def shrink(self, size: int) -> None:
        """Take its end away, as far as that is possible."""

    def sync_both(self) -> None:
        """Make everything written durable; raises ``MachineError``."""

    def close(self) -> None:
        """Close it; again is harmless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlace:
    """The attachments' file in a vault's folder. ``volume`` is ``None`` in a vault of format 1."""

    folder: Path
    volume: int | None
    lock: FileLock | None = None
    """Of the vault that is open: the folder may be another one by now."""

    def require_in_place(self) -> None:
        """Check that the folder is still the one that was opened.

        Raises:
            TargetVanished: it was moved or removed, or another one has taken its place.
        """
        if self.lock is not None:
            self.lock.require_in_place()

    @property
    def path(self) -> Path:
        """The file that is read."""
        return self.folder / STEM if self.volume is None else path_of(self.folder, STEM, self.volume)

    @property
    def size(self) -> int:
        """Bytes of the file that is read.

        Raises:
            VaultDamaged: ``media`` when it is not there.
            StorageFailed: the disk reported an error.
        """
        try:
            with files.translating(self.path, reading=True):
                return self.path.stat().st_size
        except errors.FileUnreadable:
            raise errors.VaultDamaged(str(self.folder), "media") from None

    @property
    def copies(self) -> int:
        """How many files grow when this one does."""
        return 1 if self.volume is None else 2

    def open(self) -> Area:
        """Open it for writing.

        Raises:
            TargetVanished: as ``require_in_place``.
            VaultDamaged: ``media`` when it is not there.
            MachineError: another subclass.
        """
        self.require_in_place()
        if self.volume is None:
            return SingleFile(self.path)
        pair = TwinFiles(self.folder, STEM, own=self.volume)
        try:
            # Units are counted from the common end of both files.
            pair.settle()
        except BaseException:
            pair.close()
            raise
        return pair


def mend(folder: Path) -> None:
    """Fill what power left empty at the ends of both areas of a vault of format 2, as far as possible."""
    with suppress(errors.FieldlogError):
        pair = TwinFiles(folder, STEM, own=0)
        try:
            pair.settle()
            pair.mend()
        finally:
            pair.close()


class SingleFile(Area):
    """The area of a vault of format 1."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            MachineError: one of its subclasses.
        """
        self._path = path
        with files.translating(path):
            self._descriptor = os.open(path, os.O_RDWR | _BINARY)
            self.size = os.fstat(self._descriptor).st_size

    def write(self, content: ReadableBuffer, offset: int) -> None:
        """Overwrite inside; raises ``OSError``."""
        view = memoryview(content).cast("B")
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def append(self, content: ReadableBuffer) -> None:
        """Write at the end; raises ``MachineError``."""
        with files.translating(self._path):
            self.write(content, self.size)
        self.size += memoryview(content).nbytes

    def grow(self, size: int, *, progress: Progress | None = None) -> None:  # noqa: ARG002 - done at once
        """Make it longer; units that nobody wrote are free."""
        with files.translating(self._path):
            os.ftruncate(self._descriptor, size)
        self.size = size

    def shrink(self, size: int) -> None:
        """Take its end away."""
        with suppress(OSError):
            os.ftruncate(self._descriptor, size)
            self.size = size

    def sync_both(self) -> None:
        """Make everything written durable; raises ``MachineError``."""
        with files.translating(self._path):
            files.sync_descriptor(self._descriptor)

    def close(self) -> None:
        """Close it; again is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
