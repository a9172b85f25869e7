"""Bytes from whatever can be read: lines with a limit first, then exact amounts.

The header of an age file is lines and its payload is not; ``Source`` reads ahead for the first and gives
the surplus to the second, so that a pipe works as well as a file.
"""

from __future__ import annotations

from typing import Protocol

_BLOCK_BYTES = 4096  # read ahead while looking for the end of a line


class Readable(Protocol):
    """What ``Source`` needs. A file, ``io.BytesIO`` and every reader in this package are ones."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to ``size`` bytes, none at the end."""


class Writable(Protocol):
    """What the writers of this package need."""

    def write(self, piece: memoryview, /) -> int | None:
        """Take some or all of ``piece`` and say how much."""


class Source:
    """Reads ``origin`` from where it stands and never past what it was asked for by more than a block."""

    __slots__ = ("_ahead", "_origin", "_readinto", "taken")

    def __init__(self, origin: Readable) -> None:
        self._origin = origin
        self._readinto = getattr(origin, "readinto", None)
        self._ahead = b""
        self.taken = 0

    def line(self, limit: int) -> bytes:
        """Return the next line with its line feed: shorter than that only at ``limit`` bytes or the end."""
        while (end := self._ahead.find(b"\n", 0, limit) + 1) == 0 and len(self._ahead) < limit:
            block = self._origin.read(_BLOCK_BYTES)
            if not block:
                break
            self._ahead += block
        line = self._ahead[: end or limit]
        self._ahead = self._ahead[len(line) :]
        self.taken += len(line)
        return line

    def fill(self, target: memoryview) -> int:
        """Fill ``target`` and return how much there was: less than its length only at the end."""
        filled = min(len(self._ahead), len(target))
        target[:filled] = self._ahead[:filled]
        self._ahead = self._ahead[filled:]
        while filled < len(target):
            count = self._read_some(target[filled:])
            if not count:
                break
            filled += count
        self.taken += filled
        return filled

    def _read_some(self, target: memoryview) -> int:
        if self._readinto is not None:
            return int(self._readinto(target) or 0)
        piece = self._origin.read(len(target)) or b""
        target[: len(piece)] = piece
        return len(piece)


def write_all(sink: Writable, content: bytes | bytearray | memoryview) -> None:
    """Write all of ``content``, also to a raw file, which may take a part at a time."""
    view = memoryview(content)
    while view:
        view = view[sink.write(view) or 0 :]
