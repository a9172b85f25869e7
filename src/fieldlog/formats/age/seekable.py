"""Reading a STREAM payload anywhere (age specification, "Payload", on seeking).

The last chunk is opened first: its mark authenticates the size. After that every byte that comes out is
genuine and in its place, whatever order it is asked for; a chunk that nobody reads is not checked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from fieldlog.errors import UsageError
from fieldlog.formats.age.chunks import (
    CHUNK_BYTES,
    SEALED_CHUNK_BYTES,
    OpenedBatch,
    open_batch,
    opened_size,
)
from fieldlog.formats.age.readahead import ReadAhead
from fieldlog.formats.age.source import Readable, Source
from fieldlog.formats.age.workers import Workers
from fieldlog.primitives.aead import ChaCha
from fieldlog.primitives.secret import Secret

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Seekable(Readable, Protocol):
    """What ``DecryptingReader`` needs: an open binary file."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to ``offset`` and return the new position."""


class _Region:
    """The bytes of ``origin`` from ``start`` to ``end``, wherever others leave its position."""

    __slots__ = ("_end", "_origin", "_position")

    def __init__(self, origin: Seekable, start: int, end: int) -> None:
        self._origin = origin
        self._position = start
        self._end = end

    def read(self, size: int, /) -> bytes:
        self._origin.seek(self._position)
        piece = self._origin.read(min(size, self._end - self._position)) or b""
        self._position += len(piece)
        return piece


class DecryptingReader(io.BufferedIOBase):
    """The plaintext of a sealed stream as a read-only file.

    Reading on from the last place reads ahead on two threads; reading elsewhere opens one chunk.

    Args:
        source: the sealed bytes; stays open, and nobody else changes it meanwhile.
        key: the stream's 32 bytes.
        start: where the first chunk begins in ``source``.
        end: where the last one ends; the end of ``source`` if not given.

    Raises:
        PayloadError: no stream has this length, or its last chunk is not genuine.
    """

    def __init__(self, source: Seekable, key: Secret, *, start: int = 0, end: int | None = None) -> None:
        self._workers = Workers()
        self._source = source
        self._cipher = ChaCha(key)
        self._start = start
        self._end = source.seek(0, io.SEEK_END) if end is None else end
        self.size = opened_size(self._end - start)
        self._last_chunk = max(0, (self.size - 1) // CHUNK_BYTES)
        self._position = 0
        self._ahead: ReadAhead | None = None
        self._show(self._last_chunk, self._open_one(self._last_chunk))

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def tell(self) -> int:
        """Return the position in the plaintext."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move, also behind the end, where nothing is to be read; return the new position.

        Raises:
            UsageError: before the beginning, or an unknown ``whence``.
        """
        origins = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}
        if whence not in origins or origins[whence] + offset < 0:
            raise UsageError("seek")
        self._position = origins[whence] + offset
        return self._position

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, fewer only at the end, or everything up to there for a negative size.

        Raises:
            PayloadError: a chunk in this range is not genuine; nothing of the range is returned.
        """
        left = max(0, self.size - self._position)
        wanted = left if size is None or size < 0 else min(size, left)
        return b"".join(bytes(piece) for piece in self._pieces(wanted))

    def read1(self, size: int = -1, /) -> bytes:
        """Return the same as ``read``."""
        return self.read(size)

    def readinto(self, target: Buffer, /) -> int:
        """Fill ``target`` and return how much there was, less only at the end. Raises as ``read``."""
        view = memoryview(target).cast("B")
        filled = 0
        for piece in self._pieces(min(len(view), max(0, self.size - self._position))):
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        return filled

    def close(self) -> None:
        """End the threads. The source stays open."""
        self._workers.close()
        super().close()

    def _pieces(self, wanted: int) -> Iterator[memoryview]:
        """Give ``wanted`` bytes, which are there, in pieces that are valid until the next one."""
        if self.closed:
            raise UsageError("stream-closed")
        while wanted:
            if not self._window_start <= self._position < self._window_end:
                self._load(self._position // CHUNK_BYTES)
            offset = self._position - self._window_start
            piece = self._window[offset : offset + wanted]
            self._position += len(piece)
            wanted -= len(piece)
            yield piece

    def _load(self, chunk: int) -> None:
        """Bring ``chunk`` into the window, and the following ones if the reader has come to it in order."""
        if chunk * CHUNK_BYTES != self._window_end:
            self._stop_ahead()
            self._show(chunk, self._open_one(chunk))
            return
        if self._ahead is None:
            source = Source(self._region(chunk, self._last_chunk))
            self._ahead = ReadAhead(source, self._cipher, self._workers, first=chunk)
        batch = self._ahead.next_batch()
        if batch.failure is not None:
            # Somewhere in these chunks. Alone, the wanted one says whether it is the one.
            self._stop_ahead()
            batch = self._open_one(chunk)
        self._show(chunk, batch)

    def _show(self, chunk: int, batch: OpenedBatch) -> None:
        if batch.failure is not None:
            raise batch.failure
        self._window = batch.plaintext
        self._window_start = chunk * CHUNK_BYTES
        self._window_end = self._window_start + len(batch.plaintext)

    def _open_one(self, chunk: int) -> OpenedBatch:
        sealed = bytearray(SEALED_CHUNK_BYTES)
        length = Source(self._region(chunk, chunk)).fill(memoryview(sealed))
        return open_batch(
            self._cipher,
            memoryview(sealed)[:length],
            memoryview(bytearray(CHUNK_BYTES)),
            first=chunk,
            ends=chunk == self._last_chunk,
        )

    def _region(self, first: int, last: int) -> _Region:
        start = self._start + first * SEALED_CHUNK_BYTES
        end = min(self._start + (last + 1) * SEALED_CHUNK_BYTES, self._end)
        return _Region(self._source, start, end)

    def _stop_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead.drop()
            self._ahead = None
