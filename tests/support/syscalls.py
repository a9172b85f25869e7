"""What a program really wrote: strace's record of every write, and a search for needles in it.

Writes to the terminal itself are left out, because the screen is meant to show the text.
A shared writable mapping of a file would be invisible here, so it is recorded as a finding of its own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TRACED = (
    "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,copy_file_range,splice,"
    "vmsplice,tee,mmap,socket,io_uring_setup"
)

CHANGING = (
    "write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,splice,"
    "open,openat,openat2,creat,lseek,close,dup,dup2,dup3,fsync,fdatasync,sync_file_range,syncfs,sync,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "mmap,io_uring_setup"
)
"""Everything that changes a file or a folder, makes a change durable, or says which file a number means."""

_CALL = re.compile(rb"^(?:\d+\s+)?(\w+)\((.*)", re.DOTALL)
_RESUMED = re.compile(rb"^<\.\.\. (\w+) resumed>(.*)", re.DOTALL)
_RESULT = re.compile(rb"\)\s+= (-?\d+|\?)[^=]*$")
_UNFINISHED = b"<unfinished ...>"
_TEXT = re.compile(rb'"([\\x0-9a-f]*)"(\.\.\.)?')
_PLACE = re.compile(rb"^(\d+)<([\\x0-9a-f]*)[>(]")
_WINDOW = 8
"""Bytes that are compared at a time; any stretch of 11 bytes of a needle is a hit."""
_OFFSETS = (0, 4)


def traced(command: Sequence[str], record: Path) -> list[str]:
    """The command that runs ``command`` under strace, every byte of every write into ``record``."""
    return [
        "strace", "-f", "-y", "-qq", "-xx", "-s", "4194304", "-e", f"trace={TRACED}", "-e", "signal=none",
        "-o", str(record), *command,
    ]  # fmt: skip


def _unhex(escaped: bytes) -> bytes:
    return bytes.fromhex(escaped.replace(b"\\x", b"").decode())


@dataclass(slots=True)
class Written:
    """All that one run wrote outside its terminal."""

    bytes_scanned: int = 0
    places: set[str] = field(default_factory=set)
    hits: list[tuple[str, bytes]] = field(default_factory=list)
    shared_mappings: list[str] = field(default_factory=list)
    sockets: int = 0

    def add(self, other: Written) -> None:
        """Count what another run wrote as well."""
        self.bytes_scanned += other.bytes_scanned
        self.places |= other.places
        self.hits += other.hits
        self.shared_mappings += other.shared_mappings
        self.sockets += other.sockets


def needles(canaries: Iterable[str]) -> tuple[bytes, ...]:
    """Every stretch of ``_WINDOW`` bytes of each canary, in the shapes a program might write it."""
    shapes: set[bytes] = set()
    for canary in canaries:
        for text in (canary, canary.lower(), canary.upper()):
            for encoded in (text.encode(), text.encode("utf-16-le"), text.encode("unicode_escape")):
                shapes.update(encoded[at : at + _WINDOW] for at in range(len(encoded) - _WINDOW + 1))
    return tuple(sorted(shapes))


class Finder:
    """Searches one block after another for needles of ``_WINDOW`` bytes.

    A block is looked at as numbers of eight bytes, twice, so that the time does not grow with the
    number of needles: hundreds of megabytes can be searched for thousands of them.
    """

    def __init__(self, wanted: Sequence[bytes]) -> None:
        self._numbers = frozenset(int.from_bytes(needle, sys.byteorder) for needle in wanted)

    def find(self, block: bytes) -> bytes | None:
        """A needle in ``block``."""
        return min(self.all_in(block), default=None)

    def all_in(self, block: bytes) -> set[bytes]:
        """Every needle that was met in ``block``; of a long stretch at least one window in four."""
        view = memoryview(block)
        met: set[int] = set()
        for offset in _OFFSETS:
            whole = max(0, len(block) - offset) // _WINDOW * _WINDOW
            met |= self._numbers.intersection(view[offset : offset + whole].cast("Q"))
        return {number.to_bytes(_WINDOW, sys.byteorder) for number in met}


def _strings(arguments: bytes) -> Iterator[bytes]:
    for found in _TEXT.finditer(arguments):
        if found[2]:
            raise AssertionError("strace cut a write short; raise its -s")
        yield _unhex(found[1])


def scan(record: Path, finder: Finder) -> Written:
    """Read strace's record of a run and look for needles in every write."""
    written = Written()
    with record.open("rb") as lines:
        for line in lines:
            call = _CALL.match(line)
            if call is None:
                continue
            name, arguments = call[1], call[2]
            if name in {b"socket", b"io_uring_setup"}:
                written.sockets += 1
                continue
            if name == b"mmap":
                if (
                    b"MAP_SHARED" in arguments
                    and b"PROT_WRITE" in arguments
                    and b"MAP_ANONYMOUS" not in arguments
                ):
                    written.shared_mappings.append(arguments.decode(errors="replace"))
                continue
            where = _PLACE.match(arguments)
            place = _unhex(where[2]).decode(errors="replace") if where else "?"
            if place.startswith("/dev/pts/") or place in {"/dev/tty", "/dev/ptmx"}:
                continue
            written.places.add(place)
            for block in _strings(arguments[where.end() :] if where else arguments):
                written.bytes_scanned += len(block)
                written.hits.extend((place, hit) for hit in finder.all_in(block))
    return written


def scan_files(folders: Iterable[Path], finder: Finder) -> tuple[int, list[tuple[str, bytes]]]:
    """Search every file below ``folders``, names included; bytes read and hits."""
    total, hits = 0, []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            hits.extend((str(path), hit) for hit in finder.all_in(str(path.relative_to(folder)).encode()))
            if path.is_file() and not path.is_symlink():
                content = path.read_bytes()
                total += len(content)
                hits.extend((str(path), hit) for hit in finder.all_in(content))
    return total, hits


@dataclass(frozen=True, slots=True)
class Call:
    """One finished system call: its arguments as strace wrote them, and how many were finished when it began."""

    name: str
    arguments: bytes
    result: int
    begun: int

    def texts(self) -> list[bytes]:
        """The strings among the arguments, as bytes."""
        return list(_strings(self.arguments))


def calls(record: Path) -> Iterator[Call]:
    """Every finished call of strace's record, of all threads, in the order in which they were finished.

    A call that a kill interrupted is not among them: whether it was done nobody knows.
    """
    begun: dict[bytes, tuple[bytes, int]] = {}
    finished = 0
    with record.open("rb") as lines:
        for numbered in lines:
            process, _, line = numbered.rstrip(b"\n").partition(b" ")
            line = line.lstrip()
            start = finished
            if resumed := _RESUMED.match(line):
                first, start = begun.pop(process)
                line = first + resumed[2]
            elif line.endswith(_UNFINISHED):
                begun[process] = (line.removesuffix(_UNFINISHED).rstrip(), finished)
                continue
            call, result = _CALL.match(line), _RESULT.search(line)
            if call is None or result is None or result[1] == b"?":
                continue
            finished += 1
            arguments = call[2][: result.start() - call.start(2)]
            yield Call(call[1].decode(), arguments, int(result[1]), start)
