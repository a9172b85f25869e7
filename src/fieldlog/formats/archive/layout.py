"""The records of the ZIP format, byte for byte, as Fieldlog writes them.

Implements ``docs/formats/bundle.md`` section 2, a subset of PKWARE's APPNOTE 6.3.9.
Name, size, CRC and offset decide every record completely.
The reader takes those four from a record, builds the record again and compares bytes, so there is
one description of the shape and no field that nobody looks at.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAX_ENTRIES = 10_000
"""A bundle of a thousand incidents with attachments has fewer; bounds what opening costs.
Whoever has to hold more, as a backup of a whole vault, says so when an archive is written and read."""

PADDING_NAME = "padding"
"""The last entry, zeros only, beside the bag folder: never a name of the bag itself."""

ZIP16_LIMIT = 0xFFFF
"""Likewise for the number of entries."""

ZIP32_LIMIT = 0xFFFF_FFFF
"""This value in a 32-bit field says "see the zip64 field", so a true value must be below it."""

MAX_ARCHIVE_BYTES = 1 << 46
"""64 TiB. Absurd offsets are refused long before arithmetic on them means anything."""

# Made by Unix, so that tools honour the mode below. 2.0: files in folders; 4.5: zip64.
MADE_BY_UNIX = 3 << 8
VERSION_PLAIN = 20
VERSION_ZIP64 = 45
# Names are ASCII: no flag 11. No encryption, no data descriptor.
FLAGS = 0
METHOD_STORED = 0
# 1980-01-01 00:00:00, the earliest a ZIP can say: when a file was touched is nobody's business.
DOS_TIME = 0
DOS_DATE = 0x0021
MODE_PLAIN_FILE = 0o100644 << 16

LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
END64 = struct.Struct("<4sQ2H2L4Q")
LOCATOR64 = struct.Struct("<4sLQL")
LOCAL_MAGIC = b"PK\x03\x04"
CENTRAL_MAGIC = b"PK\x01\x02"
END_MAGIC = b"PK\x05\x06"
END64_MAGIC = b"PK\x06\x06"
LOCATOR64_MAGIC = b"PK\x06\x07"
ZIP64_TAG = 0x0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One stored file: everything an archive says about it.

    ``offset`` is where its local header begins, in bytes from the start of the archive.
    """

    name: str
    size: int
    crc32: int
    offset: int

    @property
    def content_offset(self) -> int:
        """Where the file's own bytes begin."""
        return self.offset + local_header_size(name=self.name, size=self.size)

    @property
    def end_offset(self) -> int:
        """Where the next record must begin."""
        return self.content_offset + self.size


def local_header_size(*, name: str, size: int) -> int:
    """Bytes that stand before the content of a file of this name and size."""
    return LOCAL.size + len(name) + (20 if size >= ZIP32_LIMIT else 0)


def local_header(entry: Entry) -> bytes:
    """The record before an entry's content."""
    name = entry.name.encode("ascii")
    extra = b""
    size, version = entry.size, VERSION_PLAIN
    if entry.size >= ZIP32_LIMIT:
        # A local header must carry both sizes, compressed and not (APPNOTE 4.5.3).
        extra = struct.pack("<2H2Q", ZIP64_TAG, 16, entry.size, entry.size)
        size, version = ZIP32_LIMIT, VERSION_ZIP64
    fixed = LOCAL.pack(
        LOCAL_MAGIC,
        version,
        FLAGS,
        METHOD_STORED,
        DOS_TIME,
        DOS_DATE,
        entry.crc32,
        size,
        size,
        len(name),
        len(extra),
    )
    return fixed + name + extra


def central_header(entry: Entry) -> bytes:
    """An entry's record in the central directory."""
    name = entry.name.encode("ascii")
    wide: list[int] = []
    size, offset = entry.size, entry.offset
    if entry.size >= ZIP32_LIMIT:
        wide += [entry.size, entry.size]
        size = ZIP32_LIMIT
    if entry.offset >= ZIP32_LIMIT:
        wide.append(entry.offset)
        offset = ZIP32_LIMIT
    extra = struct.pack(f"<2H{len(wide)}Q", ZIP64_TAG, 8 * len(wide), *wide) if wide else b""
    version = VERSION_ZIP64 if wide else VERSION_PLAIN
    fixed = CENTRAL.pack(
        CENTRAL_MAGIC,
        MADE_BY_UNIX | version,
        version,
        FLAGS,
        METHOD_STORED,
        DOS_TIME,
        DOS_DATE,
        entry.crc32,
        size,
        size,
        len(name),
        len(extra),
        0,  # comment length
        0,  # disk
        0,  # internal attributes
        MODE_PLAIN_FILE,
        offset,
    )
    return fixed + name + extra


def end_records(*, count: int, directory_size: int, directory_offset: int) -> bytes:
    """What closes an archive, with the two zip64 records where the plain one is too small.

    That is when the directory begins beyond 4 GiB or has 65,535 entries or more.
    """
    wide = b""
    if directory_offset >= ZIP32_LIMIT or count >= ZIP16_LIMIT:
        wide = END64.pack(
            END64_MAGIC,
            END64.size - 12,  # what follows this field (APPNOTE 4.3.14.1)
            MADE_BY_UNIX | VERSION_ZIP64,
            VERSION_ZIP64,
            0,
            0,
            count,
            count,
            directory_size,
            directory_offset,
        ) + LOCATOR64.pack(LOCATOR64_MAGIC, 0, directory_offset + directory_size, 1)
    shown, offset = min(count, ZIP16_LIMIT), min(directory_offset, ZIP32_LIMIT)
    return wide + END.pack(END_MAGIC, 0, 0, shown, shown, directory_size, offset, 0)


def directory_limit(max_entries: int) -> int:
    """No honest directory is larger; checked before a byte of it is read into memory."""
    return max_entries * (CENTRAL.size + 200 + 28)
