"""Writes an archive front to back in one pass: no seeking, no memory beyond the directory.

Implements ``docs/formats/bundle.md`` sections 2 and 4.
Size and CRC of every file are given before its bytes and checked against them, so a file that
changed after it was measured stops the sealing instead of making a bundle that nobody can open.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from fieldlog.errors import ArchiveError
from fieldlog.formats.archive import layout
from fieldlog.formats.archive.layout import Entry
from fieldlog.formats.archive.names import NameSet, check_name
from fieldlog.formats.archive.sizes import RunningSize
from fieldlog.primitives.hash import crc32

_ZEROS = bytes(1 << 16)


def _nothing() -> None:
    """Nobody wants to know."""


class Sink(Protocol):
    """Where the archive goes: a file, or the encryptor before it."""

    def write(self, chunk: bytes | memoryview, /) -> object:
        """Take all of these bytes."""


class StoredZipWriter:
    """A ZIP of stored files onto a sink that is only written to.

    Nothing is written on ``close`` unless every entry was completed: an archive that broke off
    has no directory, and no reader takes it for a whole one.
    """

    def __init__(self, sink: Sink, *, max_entries: int = layout.MAX_ENTRIES) -> None:
        self._max_entries = max_entries
        self._sink = sink
        self._entries: list[Entry] = []
        self._names = NameSet()
        self._sizes = RunningSize()
        self._next_offset = 0
        self._open: EntryWriter | None = None
        self._padded = False

    def add(self, name: str, *, size: int, crc32: int, authentic: bool = False) -> EntryWriter:
        """Begin the next file; write exactly ``size`` bytes to what is returned and close it.

        ``authentic`` says that the bytes come out of authenticated encryption, and that ``crc32`` was
        taken from the same bytes: then it is not computed a second time, which would cost a quarter of
        the whole work of sealing.

        Raises:
            ArchiveError: ``name-...``, ``too-many-entries``, ``too-large``, ``entry-not-complete``
                (the one before), ``after-padding``.
        """
        if name == layout.PADDING_NAME:
            raise ArchiveError("name-reserved")
        return self._add(name, size=size, crc32=crc32, authentic=authentic)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a small file that is in memory. Raises as ``add``."""
        with self.add(name, size=len(content), crc32=crc32(content)) as entry:
            entry.write(content)

    def add_padding(self, *, after_each: Callable[[], None] = _nothing) -> int:
        """Add the last entry, so that the archive falls on a Padmé size class.

        Args:
            after_each: called after each piece of zeros: of a large archive they are many megabytes.

        Returns:
            How many zeros it holds.

        Raises:
            ArchiveError: as ``add``.
        """
        zeros = self._sizes.padding()
        checksum, left = 0, zeros
        while left:
            checksum = crc32(_ZEROS[:left], checksum)
            left -= min(left, len(_ZEROS))
        with self._add(layout.PADDING_NAME, size=zeros, crc32=checksum) as entry:
            left = zeros
            while left:
                left -= entry.write(_ZEROS[:left])
                after_each()
        self._padded = True
        return zeros

    def _add(self, name: str, *, size: int, crc32: int, authentic: bool = False) -> EntryWriter:
        if self._open is not None:
            raise ArchiveError("entry-not-complete")
        if self._padded:
            raise ArchiveError("after-padding")
        if len(self._entries) >= self._max_entries:
            raise ArchiveError("too-many-entries")
        if not 0 <= size <= layout.MAX_ARCHIVE_BYTES - self._next_offset:
            raise ArchiveError("too-large")
        check_name(name)
        self._names.add(name)
        entry = Entry(name=name, size=size, crc32=crc32, offset=self._next_offset)
        self._sink.write(layout.local_header(entry))
        self._open = EntryWriter(self, self._sink, entry, authentic=authentic)
        return self._open

    def _completed(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._sizes.add(name=entry.name, size=entry.size)
        self._next_offset = entry.end_offset
        self._open = None

    def close(self) -> None:
        """Write the central directory. The sink itself stays open.

        Raises:
            ArchiveError: ``entry-not-complete``.
        """
        if self._open is not None:
            raise ArchiveError("entry-not-complete")
        directory = 0
        for entry in self._entries:
            header = layout.central_header(entry)
            directory += len(header)
            self._sink.write(header)
        self._sink.write(
            layout.end_records(
                count=len(self._entries), directory_size=directory, directory_offset=self._next_offset
            )
        )


class EntryWriter:
    """Takes the bytes of one file and holds them to the size and CRC they were announced with."""

    def __init__(self, archive: StoredZipWriter, sink: Sink, entry: Entry, *, authentic: bool) -> None:
        self._archive = archive
        self._authentic = authentic
        self._sink = sink
        self._entry = entry
        self._written = 0
        self._checksum = 0

    def write(self, chunk: bytes | memoryview) -> int:
        """Write some of the file; all of ``chunk`` is taken.

        Raises:
            ArchiveError: ``entry-size`` when the file is longer than announced.
        """
        if len(chunk) > self._entry.size - self._written:
            raise ArchiveError("entry-size")
        self._sink.write(chunk)
        self._written += len(chunk)
        if not self._authentic:
            self._checksum = crc32(chunk, self._checksum)
        return len(chunk)

    def close(self) -> None:
        """Complete the file.

        Raises:
            ArchiveError: ``entry-size`` when bytes are missing, ``entry-checksum`` when they are
                not the bytes that were announced.
        """
        if self._written != self._entry.size:
            raise ArchiveError("entry-size")
        if not self._authentic and self._checksum != self._entry.crc32:
            raise ArchiveError("entry-checksum")
        self._archive._completed(self._entry)  # noqa: SLF001 - one idea in two classes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After an error in the body the entry stays open, and with it the archive unfinished.
        if kind is None:
            self.close()
