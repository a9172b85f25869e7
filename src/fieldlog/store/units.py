"""The file of units: which are free, writing a run of them, reading it again.

Implements docs/formats/vault.md section 7.1. Units are numbered from 0; a unit without a row is free.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fieldlog import errors
from fieldlog.primitives import rng
from fieldlog.store.area import MediaPlace
from fieldlog.system import files

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


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
    """Writes bytes into units of ``place``.

    Leaving the block only closes the file: units without a row are free, and the next attachment takes
    them. ``give_back`` is for whoever knows that no row points at them.
    """

    def __init__(self, place: MediaPlace, space: UnitSpace, *, unit_bytes: int) -> None:
        self._place = place
        self._space = space
        self._unit_bytes = unit_bytes
        self._left = 0
        self._position = 0
        self.runs: list[Run] = []
        self._area = place.open()
        # What is below may belong to others, in the other volume too.
        self._size_before = self._area.size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._area.close()

    def reserve(self, length: int) -> None:
        """Take units for ``length`` bytes.

        Raises:
            NoSpace: the disk does not have them, as often as they are needed.
            MachineError: another subclass.
        """
        run = self._space.take(max(1, -(-length // self._unit_bytes)))
        missing = max(0, run.end * self._unit_bytes - self._area.size)
        files.require_space(self._place.folder, needed=missing * self._place.copies)
        self.runs.append(run)
        self._left = run.count * self._unit_bytes
        self._position = run.first * self._unit_bytes
        if self._position > self._area.size:
            self._area.grow(self._position)

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
            part = view[: self._left]
            inside = self._area.size - self._position
            if inside > 0:
                part = part[:inside]
                with files.translating(self._place.path):
                    self._area.write(part, self._position)
            else:
                self._area.append(part)
            self._left -= len(part)
            self._position += len(part)
            view = view[len(part) :]
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
        self._area.sync_both()

    def give_back(self) -> None:
        """Take the new units away; no row may point at them, not even one in the log of the database."""
        self._area.shrink(self._size_before)


class UnitSource:
    """Reads the ``length`` bytes that were written into ``runs``, forward only."""

    def __init__(self, path: Path, runs: Sequence[Run], *, unit_bytes: int, length: int) -> None:
        self._path = path
        self._pieces = [(run.first * unit_bytes, run.count * unit_bytes) for run in runs]
        self._left = length
        try:
            with files.translating(path, reading=True):
                self._descriptor = files.open_unnoted(path)
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
