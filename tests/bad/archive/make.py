"""Makes archives that each have one defect, Z01-Z32 of the security notes.

It packs the ZIP records itself, without the code under test.
``python tests/bad/archive/make.py`` writes the small ones beside this script; the large ones are made
by the tests when they run.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = "fieldlog-0123456789abcdef/"
WIDE = 0xFFFFFFFF
LOCAL_FIELDS = ("magic", "need", "flags", "method", "time", "date", "crc", "csize", "size", "nlen", "elen")
CENTRAL_FIELDS = (
    "magic", "made", "need", "flags", "method", "time", "date", "crc", "csize", "size", "nlen", "elen",
    "clen", "disk", "internal", "external", "offset",
)  # fmt: skip


@dataclass
class Raw:
    """One entry, with any header field replaced in the local header, the central one, or both."""

    name: str | bytes
    content: bytes = b"words"
    both: dict[str, int] = field(default_factory=dict)
    local: dict[str, int] = field(default_factory=dict)
    central: dict[str, int] = field(default_factory=dict)
    local_name: bytes | None = None
    extra: bytes = b""
    central_extra: bytes | None = None
    comment: bytes = b""

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()

    def _fields(self, offset: int, name: bytes, extra: bytes) -> dict[str, int]:
        return {
            "made": 0x0314, "need": 20, "flags": 0, "method": 0, "time": 0, "date": 0x21,
            "crc": zlib.crc32(self.content), "csize": len(self.content), "size": len(self.content),
            "nlen": len(name), "elen": len(extra), "clen": len(self.comment), "disk": 0, "internal": 0,
            "external": 0o100644 << 16, "offset": offset,
        }  # fmt: skip

    def local_record(self) -> bytes:
        name = self.raw_name if self.local_name is None else self.local_name
        values = self._fields(0, name, self.extra) | self.both | self.local
        packed = struct.pack("<4s5H3L2H", b"PK\3\4", *(values[key] for key in LOCAL_FIELDS[1:]))
        return packed + name + self.extra + self.content

    def central_record(self, offset: int) -> bytes:
        extra = self.extra if self.central_extra is None else self.central_extra
        values = self._fields(offset, self.raw_name, extra) | self.both | self.central
        packed = struct.pack("<4s6H3L5H2L", b"PK\1\2", *(values[key] for key in CENTRAL_FIELDS[1:]))
        return packed + self.raw_name + extra + self.comment


def end_record(*, count: int, size: int, offset: int, comment: bytes = b"") -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, offset, len(comment)) + comment


def end64_records(*, count: int, size: int, offset: int, at: int) -> bytes:
    wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 0x032D, 45, 0, 0, count, count, size, offset)
    return wide + struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)


def archive(*entries: Raw, prefix: bytes = b"", comment: bytes = b"", count: int | None = None) -> bytes:
    body, directory = prefix, b""
    parts, records, offset = [body], [], len(prefix)
    for entry in entries:
        local = entry.local_record()
        parts.append(local)
        records.append(entry.central_record(offset))
        offset += len(local)
    directory = b"".join(records)
    count = len(entries) & 0xFFFF if count is None else count
    end = end_record(count=count, size=len(directory), offset=offset, comment=comment)
    return b"".join([*parts, directory, end])


def named(name: str | bytes) -> Callable[[], bytes]:
    return lambda: archive(Raw(name))


def pair(first: str, second: str) -> Callable[[], bytes]:
    return lambda: archive(Raw(FOLDER + first), Raw(FOLDER + second))


def one(**replaced: object) -> Callable[[], bytes]:
    return lambda: archive(Raw(FOLDER + "a.txt", **replaced))  # type: ignore[arg-type]


def mode(bits: int) -> Callable[[], bytes]:
    return one(both={"external": bits << 16})


def compressed(method: int, content: bytes = b"x" * 40) -> Callable[[], bytes]:
    def make() -> bytes:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = deflate.compress(content) + deflate.flush()
        return archive(
            Raw(
                FOLDER + "a.txt",
                packed,
                both={"method": method, "size": len(content), "crc": zlib.crc32(content)},
            )
        )

    return make


def deflate_bomb() -> bytes:
    """About 10 MB that would become 10 GB."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    start = deflate.compress(block) + deflate.flush(zlib.Z_FULL_FLUSH)
    packed = start * 10_000 + deflate.flush()
    return archive(Raw(FOLDER + "a.txt", packed, both={"method": 8, "size": WIDE - 1, "crc": 0}))


def overlapping() -> bytes:
    """Thirty directory records over the one local header (CVE-2024-0450)."""
    entry = Raw(FOLDER + "a.txt", bytes(2000))
    local = entry.local_record()
    twins = [Raw(f"{FOLDER}{index:02}.txt", entry.content) for index in range(30)]
    directory = b"".join(twin.central_record(0) for twin in twins)
    return local + directory + end_record(count=30, size=len(directory), offset=len(local))


def quoted_overlap() -> bytes:
    """Each file's content runs over the local headers of the files after it (zbsm)."""
    locals_, records, offset = [], [], 0
    kernel = Raw(FOLDER + "z.txt", bytes(500)).local_record()
    quoted = kernel
    for index in range(3):
        entry = Raw(f"{FOLDER}{index}.txt", quoted)
        header = entry.local_record()[: -len(quoted)]
        locals_.append(header)
        records.append((entry, header))
        quoted = header + quoted
    body = b"".join(reversed(locals_)) + kernel
    directory = b""
    for entry, header in reversed(records):
        directory += entry.central_record(offset)
        offset += len(header)
    directory += Raw(FOLDER + "z.txt", bytes(500)).central_record(offset)
    return body + directory + end_record(count=4, size=len(directory), offset=len(body))


def gap_between_entries() -> bytes:
    first, second = Raw(FOLDER + "a.txt"), Raw(FOLDER + "b.txt")
    start = first.local_record() + b"hidden"
    directory = first.central_record(0) + second.central_record(len(start))
    body = start + second.local_record()
    return body + directory + end_record(count=2, size=len(directory), offset=len(body))


def gap_before_directory() -> bytes:
    entry = Raw(FOLDER + "a.txt")
    body = entry.local_record() + b"hidden"
    directory = entry.central_record(0)
    return body + directory + end_record(count=1, size=len(directory), offset=len(body))


def swapped_directory() -> bytes:
    first, second = Raw(FOLDER + "a.txt"), Raw(FOLDER + "b.txt")
    body = first.local_record() + second.local_record()
    directory = second.central_record(len(first.local_record())) + first.central_record(0)
    return body + directory + end_record(count=2, size=len(directory), offset=len(body))


def many_entries() -> bytes:
    return archive(*(Raw(f"{index}", b"") for index in range(100_001)))


def claimed_entries(claimed: int) -> Callable[[], bytes]:
    return lambda: archive(Raw(FOLDER + "a.txt"), Raw(FOLDER + "b.txt"), count=claimed)


def directory_of_4_gib() -> bytes:
    sound = archive(Raw(FOLDER + "a.txt"))
    return sound[:-22] + end_record(count=1, size=WIDE - 1, offset=0)


def zip64_end(offset: int) -> Callable[[], bytes]:
    def make() -> bytes:
        entry = Raw(FOLDER + "a.txt")
        body, directory = entry.local_record(), entry.central_record(0)
        wide = end64_records(count=1, size=len(directory), offset=offset, at=len(body) + len(directory))
        return body + directory + wide + end_record(count=1, size=len(directory), offset=WIDE)

    return make


def zip64_entry(size: int, offset: int) -> Callable[[], bytes]:
    extra = struct.pack("<2H3Q", 1, 24, size, size, offset)
    return one(
        central={"size": WIDE, "csize": WIDE, "offset": WIDE, "need": 45, "made": 0x032D}, central_extra=extra
    )


def without_zip64_locator() -> bytes:
    entry = Raw("a")
    body, directory = entry.local_record(), entry.central_record(0)
    return body + directory + end_record(count=1, size=len(directory), offset=WIDE)


def concatenated() -> bytes:
    return archive(Raw(FOLDER + "a.txt")) + archive(Raw(FOLDER + "b.txt"))


def second_end() -> bytes:
    sound = archive(Raw(FOLDER + "a.txt"))
    return sound + sound[-22:]


def trailing(extra: bytes) -> Callable[[], bytes]:
    return lambda: archive(Raw(FOLDER + "a.txt")) + extra


def cut_directory() -> bytes:
    entry = Raw(FOLDER + "a.txt")
    body, directory = entry.local_record(), entry.central_record(0) + b"PK\1\2" + bytes(10)
    return body + directory + end_record(count=2, size=len(directory), offset=len(body))


def directory_of_something_else() -> bytes:
    entry = Raw(FOLDER + "a.txt")
    body, directory = entry.local_record(), bytes(60)
    return body + directory + end_record(count=1, size=len(directory), offset=len(body))


Defect = tuple[str, Callable[[], bytes]]
DEFECTS: dict[str, Defect] = {
    "z01-parent-folder": ("name-dot-segment", named("../x")),
    "z01-parent-folder-inside": ("name-dot-segment", named(FOLDER + "../../x")),
    "z02-absolute": ("name-absolute", named("/x")),
    "z03-backslash": ("name-characters", named("..\\x")),
    "z04-drive": ("name-characters", named("C:x")),
    "z04-unc": ("name-characters", named("\\\\srv\\x")),
    "z05-symlink": ("not-a-plain-file", mode(0o120777)),
    "z06-fifo": ("not-a-plain-file", mode(0o010644)),
    "z06-character-device": ("not-a-plain-file", mode(0o020644)),
    "z06-block-device": ("not-a-plain-file", mode(0o060644)),
    "z06-socket": ("not-a-plain-file", mode(0o140644)),
    "z06-folder-entry": ("not-a-plain-file", mode(0o040755)),
    "z06-internal-attributes": ("attributes", one(both={"internal": 1})),
    "z07-duplicate-name": ("name-twin", pair("a.txt", "a.txt")),
    "z08-case-twin": ("name-twin", pair("a.txt", "A.TXT")),
    "z09-unicode-form-twin": ("name-characters", pair("\u0439.txt", "\u0438\u0306.txt")),
    "z10-file-then-folder": ("name-file-and-folder", pair("a", "a/b")),
    "z10-folder-then-file": ("name-file-and-folder", pair("a/b", "A")),
    "z11-con": ("name-reserved", named(FOLDER + "CON")),
    "z11-aux-txt": ("name-reserved", named(FOLDER + "aux.txt")),
    "z11-lpt1-folder": ("name-reserved", named(FOLDER + "LPT1/x")),
    "z11-lpt-superscript": ("name-characters", named(FOLDER + "LPT\u00b9")),
    "z12-trailing-dot": ("name-trailing-dot", named(FOLDER + "x.txt.")),
    "z12-trailing-space": ("name-characters", named(FOLDER + "x.txt ")),
    "z13-alternate-stream": ("name-characters", named(FOLDER + "a:b")),
    "z14-nul": ("name-characters", named(FOLDER + "ok.txt\0.exe")),
    "z14-escape": ("name-characters", named(FOLDER + "\x1b[31m")),
    "z14-newline": ("name-characters", named(FOLDER + "a\nb")),
    "z15-not-utf8": ("name-characters", named(b"\xff\xfe")),
    "z15-cyrillic-without-flag-11": ("name-characters", named(FOLDER + "\u0430.txt")),
    "z15-flag-11": ("flags", one(both={"flags": 0x0800})),
    "z16-empty-name": ("name-empty-segment", named("")),
    "z16-dot": ("name-dot-segment", named(".")),
    "z16-double-slash": ("name-empty-segment", named("a//b")),
    "z16-dot-slash": ("name-dot-segment", named("./a")),
    "z16-trailing-slash": ("name-empty-segment", named(FOLDER)),
    "z16-leading-dash": ("name-first-character", named("-rf")),
    "z16-hidden": ("name-first-character", named(FOLDER + ".hidden")),
    "z17-name-of-300-bytes": ("name-too-long", named("a" * 300)),
    "z17-depth-nine": ("name-too-deep", named("a/" * 8 + "a")),
    "z17-depth-3000": ("name-too-long", named("a/" * 2999 + "a")),
    "z18-other-local-name": ("local-header", one(local_name=(FOLDER + "b.txt").encode())),
    "z18-shorter-local-name": ("not-contiguous", one(local_name=b"b")),
    "z18-other-local-size": ("local-header", one(local={"size": 4, "csize": 4})),
    "z18-other-local-method": ("local-header", one(local={"method": 8})),
    "z18-other-local-crc": ("local-header", one(local={"crc": 1})),
    "z18-other-local-flags": ("local-header", one(local={"flags": 1})),
    "z18-local-extra-field": ("not-contiguous", one(extra=b"\1\2\0\0", central_extra=b"")),
    "z19-size-too-small": ("not-contiguous", one(both={"size": 3, "csize": 3})),
    "z19-size-too-large": ("not-contiguous", one(both={"size": 9000, "csize": 9000})),
    "z19-size-ffffffff": ("extra-field", one(both={"size": WIDE, "csize": WIDE})),
    "z19-two-sizes": ("directory-fields", one(both={"csize": 3})),
    "z20-deflate": ("compressed", compressed(8)),
    "z20-deflate64": ("compressed", compressed(9)),
    "z20-bzip2": ("compressed", compressed(12)),
    "z20-lzma": ("compressed", compressed(14)),
    "z21-deflate-bomb": ("compressed", deflate_bomb),
    "z22-overlapping-entries": ("not-contiguous", overlapping),
    "z22-gap-between-entries": ("not-contiguous", gap_between_entries),
    "z22-gap-before-directory": ("not-contiguous", gap_before_directory),
    "z22-swapped-directory": ("not-contiguous", swapped_directory),
    "z23-quoted-overlap": ("not-contiguous", quoted_overlap),
    "z25-prefix-data": (
        "not-contiguous",
        lambda: archive(Raw(FOLDER + "a.txt"), prefix=b"#!/bin/sh\n"),
    ),
    "z25-prefix-data-uncounted": ("end-fields", lambda: b"MZ" + archive(Raw(FOLDER + "a.txt"))),
    "z26-concatenated": ("end-fields", concatenated),
    "z26-two-end-records": ("end-fields", second_end),
    "z27-trailing-byte": ("end-missing", trailing(b"\0")),
    "z27-trailing-newline": ("end-missing", trailing(b"\r\n")),
    "z28-100001-entries": ("too-many-entries", many_entries),
    "z28-more-entries-claimed": ("entry-count", claimed_entries(3)),
    "z28-fewer-entries-claimed": ("entry-count", claimed_entries(1)),
    "z28-directory-of-4-gib": ("directory-too-large", directory_of_4_gib),
    "z29-zip64-end-absurd-offset": ("zip64-end", zip64_end(1 << 63)),
    "z29-zip64-end-needless": ("zip64-end", zip64_end(40)),
    "z29-zip64-end-beyond-the-file": ("end-fields", zip64_end(WIDE)),
    "z29-zip64-end-missing": ("zip64-end", without_zip64_locator),
    "z29-zip64-end-of-nothing": ("zip64-end", lambda: end_record(count=0, size=0, offset=WIDE)),
    "z29-zip64-absurd-size": ("too-large", zip64_entry((1 << 64) - 1, WIDE)),
    "z29-zip64-absurd-offset": ("too-large", zip64_entry(WIDE, (1 << 64) - 1)),
    "z29-zip64-needless": ("directory-fields", zip64_entry(5, 0)),
    "z30-encrypted": ("encrypted", one(both={"flags": 1})),
    "z30-strongly-encrypted": ("encrypted", one(both={"flags": 0x41})),
    "z30-data-descriptor": ("data-descriptor", one(both={"flags": 8})),
    "z31-archive-comment": ("end-missing", lambda: archive(Raw(FOLDER + "a.txt"), comment=b"hello")),
    "z31-comment-length-only": (
        "comment",
        lambda: archive(Raw(FOLDER + "a.txt"))[:-2] + b"\5\0",
    ),
    "z31-entry-comment": ("comment", one(comment=b"hello")),
    "z32-setuid": ("not-a-plain-file", mode(0o104755)),
    "z32-executable": ("not-a-plain-file", mode(0o100755)),
    "z33-other-time": ("time", one(both={"time": 1})),
    "z33-other-date": ("time", one(both={"date": 0x5AC1})),
    "z33-other-disk": ("several-disks", one(both={"disk": 1})),
    "z33-extra-field": ("extra-field", one(extra=struct.pack("<2HL", 0x5455, 4, 0))),
    "z33-made-by-other": ("directory-fields", one(central={"made": 0x0014})),
    "z33-cut-directory": ("directory-fields", cut_directory),
    "z33-directory-of-something-else": ("directory-fields", directory_of_something_else),
    "z33-empty-file": ("end-missing", lambda: b""),
    "z33-not-a-zip": ("end-missing", lambda: b"%PDF-1.7\n" * 20),
}

TOO_LARGE_TO_KEEP = frozenset({"z21-deflate-bomb", "z28-100001-entries"})


def sound(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """The same records without a defect: what the strict reader must accept."""
    return archive(*(Raw(name, content) for name, content in entries))


def main() -> None:
    here = Path(__file__).parent
    for name, (_reason, make) in DEFECTS.items():
        if name not in TOO_LARGE_TO_KEEP:
            (here / f"{name}.zip").write_bytes(make())


if __name__ == "__main__":
    main()
