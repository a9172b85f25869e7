"""Opens an archive of exactly the shape Fieldlog writes and reads its files in place.

Implements ``docs/formats/bundle.md`` section 3.
Opening checks the whole shape: every header of every entry, names, order, padding.
Since entries stand back to back from offset 0 to the directory, no two can overlap, nothing can
lie between them, and the sum of their sizes is bounded by the size of the file (Z22, Z23).
Memory is bounded by the directory, at most 2.8 MB.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from types import MappingProxyType
from typing import Protocol

from fieldlog.errors import ArchiveError
from fieldlog.formats.archive import layout
from fieldlog.formats.archive.directory import END_BYTES, parse_directory, parse_end
from fieldlog.formats.archive.layout import Entry
from fieldlog.formats.archive.names import NameSet, check_name
from fieldlog.formats.archive.sizes import RunningSize
from fieldlog.primitives.hash import crc32

CHUNK_BYTES = 1 << 20
"""How much is read at once: large enough for hashing in threads, small enough for the memory bar."""


class SeekableSource(Protocol):
    """What an archive is read from: a file, or the decrypting reader above it."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a position."""

    def read(self, size: int = -1, /) -> bytes:
        """Read up to ``size`` bytes; nothing only at the end."""


class StrictReader:
    """The files of one archive, checked as a whole when opened, read in place afterwards.

    Not for use by several threads at once: all readers share the position of the one source.
    """

    def __init__(self, source: SeekableSource, *, max_entries: int = layout.MAX_ENTRIES) -> None:
        """Check the whole shape of the archive on ``source``, but not the contents of its files.

        Raises:
            ArchiveError: the archive is not of the shape; ``reason`` names the first defect found.
        """
        self._source = source
        archive_size = source.seek(0, io.SEEK_END)
        if archive_size > layout.MAX_ARCHIVE_BYTES:
            raise ArchiveError("too-large")
        tail_size = min(archive_size, END_BYTES)
        tail = self._read_exactly(archive_size - tail_size, tail_size)
        directory = parse_end(tail, archive_size=archive_size, max_entries=max_entries)
        block = self._read_exactly(directory.offset, directory.size)
        entries = parse_directory(block, directory=directory)
        self._check_names(entries)
        self._check_back_to_back(entries, end=directory.offset)
        self._check_local_headers(entries)
        self.entries: tuple[Entry, ...] = entries
        self.by_name = MappingProxyType({entry.name: entry for entry in entries})

    @staticmethod
    def _check_names(entries: tuple[Entry, ...]) -> None:
        names = NameSet()
        for entry in entries:
            check_name(entry.name)
            names.add(entry.name)

    @staticmethod
    def _check_back_to_back(entries: tuple[Entry, ...], *, end: int) -> None:
        expected = 0
        for entry in entries:
            if entry.offset != expected:
                raise ArchiveError("not-contiguous")
            expected = entry.end_offset
        if expected != end:
            raise ArchiveError("not-contiguous")

    def _check_local_headers(self, entries: tuple[Entry, ...]) -> None:
        for entry in entries:
            header = self._read_exactly(entry.offset, entry.content_offset - entry.offset)
            if header != layout.local_header(entry):
                raise ArchiveError("local-header")

    def check_padding(self) -> None:
        """Demand the padding entry: last, of the one right size, zeros to the end.

        Raises:
            ArchiveError: ``padding-missing``, ``padding-size``, ``padding-content``,
                ``entry-checksum``.
        """
        if not self.entries or self.entries[-1].name != layout.PADDING_NAME:
            raise ArchiveError("padding-missing")
        sizes = RunningSize()
        for entry in self.entries[:-1]:
            sizes.add(name=entry.name, size=entry.size)
        if self.entries[-1].size != sizes.padding():
            raise ArchiveError("padding-size")
        for chunk in self.chunks(layout.PADDING_NAME):
            if chunk.count(0) != len(chunk):
                raise ArchiveError("padding-content")

    def open(self, name: str) -> EntryReader:
        """A seekable reader bounded to one file. Its CRC is *not* checked: digests are for that.

        Raises:
            ArchiveError: ``no-such-entry``.
        """
        return EntryReader(self._source, self._entry(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The whole of one file in chunks of at most 1 MiB, its CRC checked at the end.

        Raises:
            ArchiveError: ``no-such-entry``, ``truncated``, ``entry-checksum``.
        """
        entry = self._entry(name)
        checksum, position = 0, entry.content_offset
        while position < entry.end_offset:
            chunk = self._read_exactly(position, min(CHUNK_BYTES, entry.end_offset - position))
            position += len(chunk)
            checksum = crc32(chunk, checksum)
            yield chunk
        if checksum != entry.crc32:
            raise ArchiveError("entry-checksum")

    def read(self, name: str, *, limit: int) -> bytes:
        """The whole of one small file.

        Raises:
            ArchiveError: ``entry-too-large`` before anything is read, else as ``chunks``.
        """
        if self._entry(name).size > limit:
            raise ArchiveError("entry-too-large")
        return b"".join(self.chunks(name))

    def _entry(self, name: str) -> Entry:
        try:
            return self.by_name[name]
        except KeyError:
            raise ArchiveError("no-such-entry") from None

    def _read_exactly(self, offset: int, size: int) -> bytes:
        return read_exactly(self._source, offset, size)


def read_exactly(source: SeekableSource, offset: int, size: int) -> bytes:
    """These bytes of the source, also from one that returns fewer at a time.

    Raises:
        ArchiveError: ``truncated`` when the source ends before.
    """
    source.seek(offset)
    content = source.read(size)
    if len(content) == size:
        return content
    parts = [content]
    missing = size - len(content)
    while missing:
        part = source.read(missing)
        if not part:
            raise ArchiveError("truncated")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


class EntryReader(io.RawIOBase):
    """One file of an archive as a read-only, seekable stream that cannot leave its bounds."""

    def __init__(self, source: SeekableSource, entry: Entry) -> None:
        super().__init__()
        self._source = source
        self._start = entry.content_offset
        self.size = entry.size
        self._position = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Position within the file."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move within the file; positions behind its end read nothing.

        Raises:
            ArchiveError: ``negative-seek``.
        """
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ArchiveError("negative-seek")
        self._position = base + offset
        return self._position

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, the rest of the file by default.

        Raises:
            ArchiveError: ``truncated`` when the source ends within the file.
        """
        left = max(self.size - self._position, 0)
        wanted = left if size < 0 else min(size, left)
        content = read_exactly(self._source, self._start + self._position, wanted)
        self._position += len(content)
        return content

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill ``buffer`` as far as the file goes. Raises as ``read``."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)
