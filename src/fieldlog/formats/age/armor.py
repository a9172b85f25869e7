"""ASCII armor: an age file as text (age specification, "ASCII armor"; RFC 7468 strict).

One file has one armor, up to line ends and white space around it: lines of 64 columns, canonical base64
with padding, nothing before or after.
"""

from __future__ import annotations

import base64
import binascii

from fieldlog.errors import ArmorError
from fieldlog.formats.age.source import Readable, Source, Writable, write_all

BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
END = b"-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64
LINE_BYTES = COLUMNS // 4 * 3
# White space around the armor of a pasted file; as much as ``age`` takes.
SURROUNDING_BYTES_MAX = 1024


def looks_armored(beginning: bytes) -> bool:
    """Tell whether a file that begins so is meant to be armored; ``ArmorReader`` says whether it is."""
    return beginning.lstrip().startswith(BEGIN)


class ArmorWriter:
    """Writes what is written to it to ``sink`` as armor. Only ``close`` writes the last line."""

    def __init__(self, sink: Writable) -> None:
        self._sink = sink
        self._rest = b""
        write_all(sink, BEGIN + b"\n")

    def write(self, piece: bytes | bytearray | memoryview, /) -> int:
        """Take all of ``piece`` and return its length."""
        pending = self._rest + bytes(piece)
        whole = len(pending) - len(pending) % LINE_BYTES
        self._rest = pending[whole:]
        write_all(self._sink, _lines(pending[:whole]))
        return len(piece)

    def close(self) -> None:
        """Write what is left and the end line. ``sink`` stays open."""
        write_all(self._sink, _lines(self._rest) + END + b"\n")


def _lines(content: bytes) -> bytes:
    text = base64.b64encode(content)
    return b"".join(text[at : at + COLUMNS] + b"\n" for at in range(0, len(text), COLUMNS))


class ArmorReader:
    """Reads the age file out of the armor in ``source``.

    Args:
        source: text; stays open.

    Raises:
        ArmorError: from ``read``, where the armor breaks its rules. What came before is returned first.
    """

    def __init__(self, source: Readable) -> None:
        self._source = Source(source)
        self._begun = False
        self._ended = False
        self._ready = bytearray()
        self._failure: ArmorError | None = None

    def read(self, size: int, /) -> bytes:
        """Return up to ``size`` bytes, none at the end."""
        while len(self._ready) < size and not self._ended and self._failure is None:
            try:
                self._read_line()
            except ArmorError as failure:
                self._failure = failure
        if self._failure is not None and not self._ready:
            raise self._failure
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        return piece

    def _read_line(self) -> None:
        if not self._begun:
            self._skip_to_begin()
            self._begun = True
        line = self._line(COLUMNS)
        if line == END:
            self._finish()
            return
        content = _decode(line)
        self._ready += content
        if len(content) < LINE_BYTES:
            if self._line(len(END)) != END:
                raise ArmorError("short-line-inside")
            self._finish()

    def _line(self, limit: int) -> bytes:
        """Return the next line of at most ``limit`` bytes without its end, LF or CR LF."""
        line = self._source.line(limit + 2)
        if not line:
            raise ArmorError("cut")
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(line) > limit:
            raise ArmorError("long-line")
        return line

    def _skip_to_begin(self) -> None:
        skipped = 0
        while True:
            line = self._source.line(SURROUNDING_BYTES_MAX)
            if line.strip():
                break
            skipped += len(line)
            if not line.endswith(b"\n") or skipped > SURROUNDING_BYTES_MAX:
                raise ArmorError("no-begin-line")
        if line.removesuffix(b"\n").removesuffix(b"\r") != BEGIN:
            raise ArmorError("no-begin-line")

    def _finish(self) -> None:
        behind = bytearray(SURROUNDING_BYTES_MAX + 1)
        length = self._source.fill(memoryview(behind))
        if length > SURROUNDING_BYTES_MAX or behind[:length].strip():
            raise ArmorError("trailing-data")
        self._ended = True


def _decode(line: bytes) -> bytes:
    """Return what one line spells: 1 to 48 bytes in canonical, padded base64."""
    try:
        content = base64.b64decode(line, validate=True)
    except binascii.Error:
        raise ArmorError("base64") from None
    if not content or base64.b64encode(content) != line:
        raise ArmorError("base64-not-canonical")
    return content
