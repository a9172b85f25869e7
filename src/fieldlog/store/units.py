"""The file of units: which are free, writing a run of them, reading it again.

Implements docs/formats/vault.md section 7.1. Units are numbered from 0; a unit without a row is free.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from fieldlog import errors
from fieldlog.primitives import rng
from fieldlog.system import files

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """``count`` units in a row, beginning with number ``first``."""

    first: int
    count: int

    @property
    def end(self) -> int:
        """The number after the last one."""
        return self.first + self.count


class UnitSpace:
    """Which units are free, from the runs that are taken."""

    def __init__(self, taken: Sequence[Run]) -> None:
        self._holes: list[Run] = []
        self._end = 0
        for run in sorted(taken, key=lambda run: run.first):
            if run.first > self._end:
                self._holes.append(Run(first=self._end, count=run.first - self._end))
            self._end = max(self._end, run.end)

    @property
    def end(self) -> int:
        """The number after the last taken unit."""
        return self._end

    def take(self, count: int) -> Run:
        """The smallest hole that holds ``count`` units, or new ones at the end: always one run."""
        fitting = [hole for hole in self._holes if hole.count >= count]
        if not fitting:
            run = Run(first=self._end, count=count)
            self._end = run.end
            return run
        hole = min(fitting, key=lambda hole: hole.count)
        self._holes.remove(hole)
        if hole.count > count:
            self._holes.append(Run(first=hole.first + count, count=hole.count - count))
        return Run(first=hole.first, count=count)


class UnitSink:
    """Writes bytes into units.

    Leaving the block only closes the file: units without a row are free, and the next attachment takes
    them. ``give_back`` is for whoever knows that no row points at them.
    """

    def __init__(self, path: Path, space: UnitSpace, *, unit_bytes: int) -> None:
        self._path = path
        self._space = space
        self._unit_bytes = unit_bytes
        self._used_end = space.end * unit_bytes
        self._left = 0
        self.runs: list[Run] = []
        with files.translating(path):
            self._descriptor = os.open(path, os.O_RDWR | _BINARY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

    def reserve(self, length: int) -> None:
        """Take units for ``length`` bytes.

        Raises:
            NoSpace: the disk does not have them.
            MachineError: another subclass.
        """
        before = self._space.end
        run = self._space.take(max(1, -(-length // self._unit_bytes)))
        files.require_space(self._path.parent, needed=(self._space.end - before) * self._unit_bytes)
        self.runs.append(run)
        self._left = run.count * self._unit_bytes
        with files.translating(self._path):
            os.lseek(self._descriptor, run.first * self._unit_bytes, os.SEEK_SET)

    def write(self, piece: ReadableBuffer) -> int:
        """Write all of ``piece``, into more units than were reserved if it needs them.

        Raises:
            NoSpace: the disk is full.
            MachineError: another subclass.
        """
        view = memoryview(piece).cast("B")
        total = len(view)
        while view:
            if self._left == 0:
                self.reserve(len(view))
            with files.translating(self._path):
                written = os.write(self._descriptor, view[: self._left])
            self._left -= written
            view = view[written:]
        return total

    def finish(self) -> None:
        """Fill the last unit with random bytes, give unused units back and sync.

        Raises:
            MachineError: one of its subclasses.
        """
        spare = self._left // self._unit_bytes
        self.write(rng.random_bytes(self._left - spare * self._unit_bytes))
        last = self.runs.pop()
        self.runs.append(Run(first=last.first, count=last.count - spare))
        with files.translating(self._path):
            files.sync_descriptor(self._descriptor)

    def give_back(self) -> None:
        """Take the new units away; no row may point at them, not even one in the log of the database."""
        # Units below hold other attachments; what is above belongs to nobody.
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._used_end)


class UnitSource:
    """Reads the ``length`` bytes that were written into ``runs``, forward only."""

    def __init__(self, path: Path, runs: Sequence[Run], *, unit_bytes: int, length: int) -> None:
        self._path = path
        self._pieces = [(run.first * unit_bytes, run.count * unit_bytes) for run in runs]
        self._left = length
        try:
            with files.translating(path, reading=True):
                self._descriptor = os.open(path, os.O_RDONLY | _BINARY)
        except errors.FileUnreadable:
            raise errors.VaultDamaged(str(path.parent), "media") from None

    @property
    def folder(self) -> Path:
        """Where the file of units is."""
        return self._path.parent

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end or where the file ends too early.

        Raises:
            StorageFailed: the disk reported an error.
        """
        if not self._pieces or size <= 0:
            return b""
        start, count = self._pieces[0]
        wanted = min(size, count, self._left)
        with files.translating(self._path, reading=True):
            os.lseek(self._descriptor, start, os.SEEK_SET)
            content = os.read(self._descriptor, wanted)
        self._left -= len(content)
        if len(content) == count:
            self._pieces.pop(0)
        else:
            self._pieces[0] = (start + len(content), count - len(content))
        return content

    def close(self) -> None:
        """Close it; again is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
