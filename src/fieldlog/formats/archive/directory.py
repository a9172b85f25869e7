"""Reads the end records and the central directory of an archive, and nothing else of it.

Implements ``docs/formats/bundle.md`` section 3, steps 1 to 4.
Every limit is checked before anything of the size it limits is read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fieldlog.errors import ArchiveError
from fieldlog.formats.archive import layout
from fieldlog.formats.archive.layout import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Where the central directory lies and what it must hold."""

    count: int
    size: int
    offset: int


END_BYTES = layout.END64.size + layout.LOCATOR64.size + layout.END.size
"""The most that can close an archive: the reader looks at no more than this many last bytes."""


def parse_end(tail: bytes, *, archive_size: int, max_entries: int = layout.MAX_ENTRIES) -> Directory:
    """Where the directory is, from the archive's last ``END_BYTES`` bytes (or all of a short one).

    The records are taken only from their one right place at the very end, so trailing bytes, a
    comment or a second archive behind the first are not searched through but refused.

    Raises:
        ArchiveError: ``end-missing``, ``comment``, ``too-many-entries``, ``directory-too-large``,
            ``zip64-end``, ``end-fields``.
    """
    if len(tail) < layout.END.size or tail[-layout.END.size :][:4] != layout.END_MAGIC:
        raise ArchiveError("end-missing")
    fields = layout.END.unpack(tail[-layout.END.size :])
    count, size, offset, comment = fields[4], fields[5], fields[6], fields[7]
    if comment:
        raise ArchiveError("comment")
    if count > max_entries:
        raise ArchiveError("too-many-entries")
    if size > layout.directory_limit(max_entries):
        raise ArchiveError("directory-too-large")
    if offset == layout.ZIP32_LIMIT or count == layout.ZIP16_LIMIT:
        count, offset = _wide_values(tail)
        if count > max_entries:
            raise ArchiveError("too-many-entries")
    directory = Directory(count=count, size=size, offset=offset)
    expected = layout.end_records(count=count, directory_size=size, directory_offset=offset)
    if not tail.endswith(expected) or offset + size + len(expected) != archive_size:
        raise ArchiveError("end-fields")
    return directory


def _wide_values(tail: bytes) -> tuple[int, int]:
    """Count and offset of the zip64 record, of which at least one must need it."""
    if len(tail) < END_BYTES:
        raise ArchiveError("zip64-end")
    fields = layout.END64.unpack(tail[-END_BYTES:][: layout.END64.size])
    count, offset = fields[7], fields[9]
    needed = count >= layout.ZIP16_LIMIT or offset >= layout.ZIP32_LIMIT
    if fields[0] != layout.END64_MAGIC or not needed or offset > layout.MAX_ARCHIVE_BYTES:
        raise ArchiveError("zip64-end")
    return count, offset


# Field of a central record -> what it must be and the reason when it is not. In this order, so
# that the reason names the defect and not a consequence of it.
_CONSTANTS: tuple[tuple[int, int, str], ...] = (
    (4, layout.METHOD_STORED, "compressed"),
    (5, layout.DOS_TIME, "time"),
    (6, layout.DOS_DATE, "time"),
    (12, 0, "comment"),
    (13, 0, "several-disks"),
    (14, 0, "attributes"),
    (15, layout.MODE_PLAIN_FILE, "not-a-plain-file"),
)


def parse_directory(block: bytes, *, directory: Directory) -> tuple[Entry, ...]:
    """The entries of a central directory, in its order. Names are not judged here.

    Raises:
        ArchiveError: ``directory-fields``, ``encrypted``, ``data-descriptor``, ``flags``, ``compressed``,
            ``time``, ``comment``, ``several-disks``, ``attributes``, ``not-a-plain-file``,
            ``name-characters``, ``entry-count``.
    """
    entries: list[Entry] = []
    position = 0
    while position < len(block):
        if len(entries) == directory.count:
            raise ArchiveError("entry-count")
        entry, position = _parse_central(block, position)
        entries.append(entry)
    if len(entries) != directory.count:
        raise ArchiveError("entry-count")
    return tuple(entries)


def _parse_central(block: bytes, position: int) -> tuple[Entry, int]:
    if len(block) - position < layout.CENTRAL.size:
        raise ArchiveError("directory-fields")
    fields = layout.CENTRAL.unpack_from(block, position)
    if fields[0] != layout.CENTRAL_MAGIC:
        raise ArchiveError("directory-fields")
    _check_flags(fields[3])
    for index, constant, reason in _CONSTANTS:
        if fields[index] != constant:
            raise ArchiveError(reason)
    name_at = position + layout.CENTRAL.size
    extra_at = name_at + fields[10]
    end = extra_at + fields[11]
    try:
        name = block[name_at:extra_at].decode("ascii")
    except UnicodeDecodeError:
        raise ArchiveError("name-characters") from None
    size, offset = _wide_fields(block[extra_at:end], size=fields[9], offset=fields[16])
    entry = Entry(name=name, size=size, crc32=fields[7], offset=offset)
    # Rebuilt and compared: this is what settles versions, both sizes, lengths and the zip64 field.
    if layout.central_header(entry) != block[position:end]:
        raise ArchiveError("directory-fields")
    return entry, end


def _check_flags(flags: int) -> None:
    if flags & 0x2041:  # traditional, strong, or masked headers (APPNOTE 4.4.4)
        raise ArchiveError("encrypted")
    if flags & 0x0008:
        raise ArchiveError("data-descriptor")
    if flags != layout.FLAGS:
        raise ArchiveError("flags")


def _wide_fields(extra: bytes, *, size: int, offset: int) -> tuple[int, int]:
    """True size and offset; any extra field that is not exactly the zip64 one needed is refused."""
    wanted = 2 * (size == layout.ZIP32_LIMIT) + (offset == layout.ZIP32_LIMIT)
    if len(extra) != (4 + 8 * wanted if wanted else 0):
        raise ArchiveError("extra-field")
    if wanted:
        values = struct.unpack(f"<{wanted}Q", extra[4:])
        if size == layout.ZIP32_LIMIT:
            size = values[0]
        if offset == layout.ZIP32_LIMIT:
            offset = values[-1]
    if size > layout.MAX_ARCHIVE_BYTES or offset > layout.MAX_ARCHIVE_BYTES:
        raise ArchiveError("too-large")
    return size, offset
