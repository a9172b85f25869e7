"""How large an archive will be, and how much padding brings it to a Padmé size class.

Implements ``docs/formats/bundle.md`` section 4.
Sealing knows every size before it writes, so it can check the free space, show true progress and
pad; the reader does the same sum and accepts no other padding.
"""

from __future__ import annotations

from collections.abc import Iterable

from fieldlog.formats.archive.layout import (
    PADDING_NAME,
    Entry,
    central_header,
    end_records,
)
from fieldlog.formats.padme import padded_size


class RunningSize:
    """The size of an archive as it grows, entry by entry."""

    def __init__(self) -> None:
        self._next_offset = 0
        self._directory = 0
        self._count = 0

    def add(self, *, name: str, size: int) -> None:
        """Count one more entry."""
        entry = Entry(name=name, size=size, crc32=0, offset=self._next_offset)
        self._next_offset = entry.end_offset
        self._directory += len(central_header(entry))
        self._count += 1

    def total(self, *, padding: int | None = None) -> int:
        """Size of the finished archive, with a last padding entry of this many zeros if given."""
        offset, directory, count = self._next_offset, self._directory, self._count
        if padding is not None:
            last = Entry(name=PADDING_NAME, size=padding, crc32=0, offset=offset)
            offset, directory, count = last.end_offset, directory + len(central_header(last)), count + 1
        ends = end_records(count=count, directory_size=directory, directory_offset=offset)
        return offset + directory + len(ends)

    def padding(self) -> int:
        """The least number of zeros with which the archive falls exactly on a size class."""
        zeros = 0
        while True:
            size = self.total(padding=zeros)
            # Larger padding may itself need zip64 records and overshoot: then the next class is
            # aimed at. The sum never shrinks as zeros grow, so this ends after a few rounds.
            missing = padded_size(size) - size
            if not missing:
                return zeros
            zeros += missing


def padding_size(entries: Iterable[tuple[str, int]]) -> int:
    """Zeros that the padding entry needs after these (name, size) entries."""
    running = RunningSize()
    for name, size in entries:
        running.add(name=name, size=size)
    return running.padding()


def total_size(entries: Iterable[tuple[str, int]], *, padded: bool = True) -> int:
    """Size of a whole archive of these (name, size) entries, with its padding entry by default."""
    running = RunningSize()
    for name, size in entries:
        running.add(name=name, size=size)
    return running.total(padding=running.padding() if padded else None)
