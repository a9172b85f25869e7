"""Two files that always have the same size, one of which is ours (docs/formats/vault.md section 1.2).

They are grown together with random bytes, the first one first, whichever is ours, and get equal times:
so what a look at the folder shows is the same, whether the other one is used or not. What this module
promises holds for one copy of the folder; two copies show which file changed (limit L-03).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldlog import errors
from fieldlog.primitives.filler import Filler
from fieldlog.system import files

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

Progress = Callable[[int, int], None]
"""Bytes done and bytes in all; may raise ``Cancelled``."""

LETTERS: Final = ("a", "b")
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_STEP: Final = 1 << 20
"""Bytes written to one file before its twin gets as many."""
_UNSYNCED: Final = 128 << 20
"""Bytes by which both grow before they are synced: where power fails, no more than these can be zeros."""
_MOST_BEHIND: Final = 2 * _UNSYNCED
_SECTOR: Final = 512


class TwinFiles:
    """The pair ``<stem>-a`` and ``<stem>-b`` in a vault's folder, opened for reading and writing.

    ``own`` is 0 or 1. One owner, one thread at a time; ``close`` it.
    """

    def __init__(self, folder: Path, stem: str, *, own: int) -> None:
        """Open both.

        Raises:
            VaultDamaged: one of them is not there, or both are one and the same file.
            ReadOnly: they may not be written.
            MachineError: another subclass.
        """
        self._paths = tuple(path_of(folder, stem, volume) for volume in (0, 1))
        self._own = own
        self._damaged = errors.VaultDamaged(str(folder), _part(stem))
        self._filler: Filler | None = None
        self._unsynced = 0
        self._descriptors: list[int] = []
        try:
            for path in self._paths:
                self._descriptors.append(_open(path, folder, stem))
            if os.path.samestat(*(os.fstat(descriptor) for descriptor in self._descriptors)):
                # Each would be written over by the other's random bytes.
                raise errors.VaultDamaged(str(folder), _part(stem))  # noqa: TRY301 - closed right below
            self.size = self._size_of(own)
            # Some file systems count no names; there nobody can tell.
            self._counts_names = self._names() > 0
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """Our file."""
        return self._paths[self._own]

    def require_there(self) -> None:
        """Check that our file was not removed while it is open.

        Raises:
            TargetVanished: it was.
        """
        if self._counts_names and not self._names():
            raise errors.TargetVanished(str(self.path.parent))

    def read(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes of our file; fewer only at its end.

        Raises:
            OSError: the disk reported an error.
        """
        return _read_at(self._descriptors[self._own], count, offset)

    def write(self, content: ReadableBuffer, offset: int) -> None:
        """Write all of ``content`` into our file, which is not made longer by it.

        Raises:
            UsageError: it would be.
            OSError: the disk reported an error.
        """
        view = memoryview(content).cast("B")
        if offset + len(view) > self.size:
            raise errors.UsageError("write-beyond-volume")
        _write_at(self._descriptors[self._own], view, offset)

    def append(self, content: ReadableBuffer) -> None:
        """Make both files longer: ours by ``content``, the other by as many random bytes.

        Raises:
            NoSpace: the disk is full. The files may differ in size until ``settle`` or ``shrink``.
            StorageFailed: somebody else has changed a size meanwhile; nothing was written.
            MachineError: another subclass.
        """
        view = memoryview(content).cast("B")
        # Random bytes are written at our end: where the other file is longer, they would be over its own.
        if {self._size_of(0), self._size_of(1)} != {self.size}:
            raise errors.StorageFailed(str(self.path.parent))
        with files.translating(self.path):
            while view:
                piece = view[:_STEP]
                filling = memoryview(self._random(len(piece)))
                for volume in (0, 1):
                    ours = volume == self._own
                    _write_at(self._descriptors[volume], piece if ours else filling, self.size)
                self.size += len(piece)
                self._unsynced += len(piece)
                view = view[len(piece) :]
        if self._unsynced >= _UNSYNCED:
            self.sync_both()

    def grow(self, size: int, *, progress: Progress | None = None) -> None:
        """Make both files at least ``size`` bytes long with random bytes, and sync them.

        Raises:
            NoSpace: there is no room for both; they are as they were.
            Cancelled: from ``progress``; they are as they were.
            MachineError: another subclass.
        """
        self.settle()
        before = self.size
        wanted = size - before
        if wanted <= 0:
            return
        files.require_space(self.path.parent, needed=2 * wanted)
        try:
            while self.size < size:
                self.append(self._random(min(_STEP, size - self.size)))
                if progress is not None:
                    progress(self.size - before, wanted)
            self.sync_both()
        except BaseException:
            self.shrink(before)
            raise

    def shrink(self, size: int) -> None:
        """Take the ends of both files away, as far as that is possible; nobody may use them."""
        for descriptor in self._descriptors:
            with suppress(OSError):
                os.ftruncate(descriptor, size)
        self.size = min(self.size, size)

    def settle(self) -> None:
        """Make the shorter file as long as the longer one, after a process was killed while they grew.

        What is in either file stays: the missing end gets random bytes.

        Raises:
            NoSpace: the disk is full; the files are as they were.
            VaultDamaged: no killed process leaves them so different.
            MachineError: another subclass.
        """
        sizes = [self._size_of(0), self._size_of(1)]
        missing = max(sizes) - min(sizes)
        if missing > _MOST_BEHIND:
            raise self._damaged
        files.require_space(self.path.parent, needed=missing)
        for volume in (0, 1):
            end = sizes[volume]
            try:
                with files.translating(self.path):
                    while end < max(sizes):
                        piece = self._random(min(_STEP, max(sizes) - end))
                        _write_at(self._descriptors[volume], memoryview(piece), end)
                        end += len(piece)
            except BaseException:
                with suppress(OSError):
                    os.ftruncate(self._descriptors[volume], sizes[volume])
                raise
        self.size = max(sizes)
        if sizes[0] != sizes[1]:
            self.sync_both()

    def equalise(self) -> None:
        """``settle`` where that is possible; on a full disk the files stay as they are for now."""
        with suppress(errors.FieldlogError):
            self.settle()

    def mend(self) -> None:
        """Fill sectors of zeros near the ends with random bytes, after power failed while the files grew.

        Nothing that is encrypted is ever a sector of zeros, so nothing that counts is written over.
        """
        zeros = bytes(_SECTOR)
        with suppress(OSError, errors.MachineError):
            mended = False
            for volume, descriptor in enumerate(self._descriptors):
                size = self._size_of(volume)
                for begin in range(max(0, size - _UNSYNCED) // _STEP * _STEP, size, _STEP):
                    piece = _read_at(descriptor, min(_STEP, size - begin), begin)
                    if zeros not in piece:
                        continue
                    for at in range(0, len(piece), _SECTOR):
                        if not any(piece[at : at + _SECTOR]):
                            filling = self._random(len(piece[at : at + _SECTOR]))
                            _write_at(descriptor, memoryview(filling), begin + at)
                            mended = True
            if mended:
                self.sync_both()

    def sync(self) -> None:
        """Return when everything written to our file is on the medium.

        Raises:
            OSError: the system refused.
        """
        files.sync_descriptor(self._descriptors[self._own])
        self._equalise_times()

    def sync_both(self) -> None:
        """Likewise for both files.

        Raises:
            MachineError: one of its subclasses.
        """
        with files.translating(self.path):
            for descriptor in self._descriptors:
                files.sync_descriptor(descriptor)
        self._unsynced = 0
        self._equalise_times()

    def _equalise_times(self) -> None:
        # So that a process that is killed between two saves leaves nothing to see either.
        if os.utime in os.supports_fd:
            with suppress(OSError):
                changed = os.fstat(self._descriptors[self._own]).st_mtime_ns
                for descriptor in self._descriptors:
                    os.utime(descriptor, ns=(changed, changed))

    def close(self) -> None:
        """Close both; again is harmless."""
        while self._descriptors:
            os.close(self._descriptors.pop())

    def _names(self) -> int:
        return os.fstat(self._descriptors[self._own]).st_nlink

    def _size_of(self, volume: int) -> int:
        with files.translating(self._paths[volume]):
            return os.fstat(self._descriptors[volume]).st_size

    def _random(self, count: int) -> bytes:
        if self._filler is None:
            self._filler = Filler()
        return self._filler.read(count)


def path_of(folder: Path, stem: str, volume: int) -> Path:
    """The file of volume 0 or 1."""
    return folder / f"{stem}-{LETTERS[volume]}"


def make(folder: Path, stem: str, *, size: int, progress: Progress | None = None) -> None:
    """Write a new pair of ``size`` random bytes each, both in one go.

    Raises:
        TargetExists: one of them is there already.
        NoSpace: the disk is full.
        Cancelled: from ``progress``.
        MachineError: another subclass.
    """
    for volume in (0, 1):
        files.write_whole(path_of(folder, stem, volume), b"", replace=False)
    pair = TwinFiles(folder, stem, own=0)
    try:
        pair.grow(size, progress=progress)
    finally:
        pair.close()


def equalise_times(folder: Path, stems: tuple[str, ...]) -> None:
    """Give the two files of each pair the same times, last of all; a system that refuses is left alone."""
    with suppress(OSError):
        for stem in stems:
            pair = [path_of(folder, stem, volume) for volume in (0, 1)]
            newest = max(path.stat().st_mtime_ns for path in pair)
            for path in pair:
                os.utime(path, ns=(newest, newest))


def _open(path: Path, folder: Path, stem: str) -> int:
    try:
        with files.translating(path):
            return os.open(path, os.O_RDWR | _BINARY)
    except errors.TargetVanished:
        # The folder was there a moment ago: then it is this file that is missing.
        if not folder.exists():
            raise
        raise errors.VaultDamaged(str(folder), _part(stem)) from None


def _part(stem: str) -> str:
    return "media" if stem == "media" else "database"


if sys.platform == "win32":

    def _read_at(descriptor: int, count: int, offset: int) -> bytes:
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, count)

    def _write_at(descriptor: int, view: memoryview, offset: int) -> None:
        os.lseek(descriptor, offset, os.SEEK_SET)
        while view:
            view = view[os.write(descriptor, view) :]

else:

    def _read_at(descriptor: int, count: int, offset: int) -> bytes:
        return os.pread(descriptor, count, offset)

    def _write_at(descriptor: int, view: memoryview, offset: int) -> None:
        while view:
            count = os.pwrite(descriptor, view, offset)
            offset += count
            view = view[count:]
