"""The STREAM payload as a writer and a forward reader (docs/formats/age.md section 5).

Both are usable alone with a 32-byte key that is used for one stream only (the vault's attachments do so);
``seekable.DecryptingReader`` is the third of them.
Memory is bounded whatever the size: at most ``workers.AHEAD`` batches of 1 MiB are under way.
Bytes come out in order; an error of a worker is raised to the caller; no thread outlives the object.
"""

from __future__ import annotations

import functools
import io
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Self

from fieldlog.errors import PayloadError, UsageError
from fieldlog.formats.age.chunks import BATCH_BYTES, BATCH_CHUNKS, SEALED_BATCH_BYTES, seal_batch
from fieldlog.formats.age.readahead import ReadAhead
from fieldlog.formats.age.source import Readable, Source, Writable, write_all
from fieldlog.formats.age.workers import AHEAD, Workers
from fieldlog.primitives.aead import ChaCha
from fieldlog.primitives.secret import Secret

if TYPE_CHECKING:
    from typing_extensions import Buffer


class StreamWriter:
    """Encrypts what is written to it and writes that to ``sink``, which stays open.

    Only ``close`` writes the last chunk. Without it, and after any exception, the output has no end and no
    reader accepts it as whole.

    Args:
        sink: where the sealed chunks go.
        key: 32 bytes, never used for another stream.
        write_behind: call ``sink.write`` from one other thread while the caller goes on: for files.
    """

    def __init__(self, sink: Writable, key: Secret, *, write_behind: bool = False) -> None:
        self._sink = sink
        self._writer = Workers(1) if write_behind else None
        self._written: Future[None] | None = None
        self._cipher = ChaCha(key)
        self._workers = Workers()
        self._under_way: deque[tuple[Future[memoryview] | Future[None], bytearray, bytearray]] = deque()
        self._spare: list[tuple[bytearray, bytearray]] = []
        self._buffer = bytearray(BATCH_BYTES)
        self._sealed = bytearray(SEALED_BATCH_BYTES)
        self._filled = 0
        self._next_chunk = 0
        self.closed = False

    def write(self, piece: bytes | bytearray | memoryview) -> int:
        """Take all of ``piece`` and return its length.

        Raises:
            UsageError: the stream was closed, or an earlier write failed.
        """
        if self.closed:
            raise UsageError("stream-closed")
        rest = memoryview(piece).cast("B")
        try:
            while rest:
                if self._filled == BATCH_BYTES:
                    # Only now is it certain that the last chunk in the buffer is not the last of all.
                    self._start_batch()
                taken = min(BATCH_BYTES - self._filled, len(rest))
                # Through a view: assigning to the bytearray itself copies twice.
                memoryview(self._buffer)[self._filled : self._filled + taken] = rest[:taken]
                self._filled += taken
                rest = rest[taken:]
        except BaseException:
            self.abort()
            raise
        return memoryview(piece).nbytes

    def close(self) -> None:
        """Write what is left and the last chunk. Does nothing after an error, or a second time."""
        if self.closed:
            return
        try:
            while self._under_way:
                self._finish_batch()
            plaintext = memoryview(self._buffer)[: self._filled]
            target = memoryview(self._sealed)
            sealed = seal_batch(self._cipher, plaintext, target, first=self._next_chunk, ends=True)
            write_all(self._sink, sealed)
        finally:
            self.abort()

    def abort(self) -> None:
        """Give up without a last chunk: whatever was written so far will not be accepted by a reader."""
        self.closed = True
        self._workers.close()
        if self._writer is not None:
            self._writer.close()
        self._under_way.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _start_batch(self) -> None:
        if len(self._under_way) == AHEAD:
            self._finish_batch()
        call = functools.partial(
            seal_batch,
            self._cipher,
            memoryview(self._buffer),
            memoryview(self._sealed),
            first=self._next_chunk,
            ends=False,
        )
        sealing = self._workers.start(call)
        if self._writer is None:
            self._under_way.append((sealing, self._buffer, self._sealed))
        else:
            behind = functools.partial(_write_behind, self._sink, sealing, self._written)
            self._written = self._writer.start(behind)
            self._under_way.append((self._written, self._buffer, self._sealed))
        self._next_chunk += BATCH_CHUNKS
        self._filled = 0
        if self._spare:
            self._buffer, self._sealed = self._spare.pop()
        else:
            self._buffer, self._sealed = bytearray(BATCH_BYTES), bytearray(SEALED_BATCH_BYTES)

    def _finish_batch(self) -> None:
        future, buffer, sealed = self._under_way.popleft()
        batch = future.result()
        if batch is not None:
            write_all(self._sink, batch)
        self._spare.append((buffer, sealed))


def _write_behind(sink: Writable, sealing: Future[memoryview], previous: Future[None] | None) -> None:
    if previous is not None:
        previous.result()  # after a failed write nothing more is written: no gap
    write_all(sink, sealing.result())


class StreamReader(io.BufferedIOBase):
    """Decrypts ``source`` from where it stands to its end, which must be the end of the stream.

    Every byte that comes out is genuine and in its place. That the stream is *whole* is only known when a
    read has met its end: callers act on nothing before.

    Args:
        source: sealed chunks; stays open.
        key: the stream's 32 bytes.
    """

    def __init__(self, source: Readable | Source, key: Secret) -> None:
        self._workers = Workers()
        forward = source if isinstance(source, Source) else Source(source)
        self._ahead = ReadAhead(forward, ChaCha(key), self._workers)
        self._window = memoryview(b"")
        self._failure: PayloadError | None = None

    def readable(self) -> bool:
        """Return true."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return ``size`` bytes, fewer only at the genuine end, or everything for a negative size.

        A short answer is never the sign of a damaged stream: who takes one for the whole is right.

        Raises:
            PayloadError: the stream was altered, cut or extended before that many bytes.
        """
        wanted = -1 if size is None else size
        pieces: list[bytes] = []
        while wanted and (piece := self._piece(wanted)):
            pieces.append(bytes(piece))
            wanted -= len(piece) if wanted > 0 else 0
        return b"".join(pieces)

    def read1(self, size: int = -1, /) -> bytes:
        """Return what is there, up to ``size`` bytes, ``b""`` only at the genuine end.

        Raises:
            PayloadError: nothing genuine is left before the damage.
        """
        return bytes(self._piece(size)) if size else b""

    def pieces(self) -> Iterator[memoryview]:
        """Give everything that is left without copying it; each piece is valid until the next one.

        Raises:
            PayloadError: as ``read1``.
        """
        while piece := self._piece(-1):
            yield piece

    def readinto(self, target: Buffer, /) -> int:
        """Fill ``target`` and return how much there was, less only at the end. Raises as ``read``."""
        view = memoryview(target).cast("B")
        filled = 0
        while filled < len(view) and (piece := self._piece(len(view) - filled)):
            view[filled : filled + len(piece)] = piece
            filled += len(piece)
        return filled

    def close(self) -> None:
        """End the threads. The source stays open."""
        self._workers.close()
        super().close()

    def _piece(self, limit: int) -> memoryview:
        """Return the next genuine bytes, at most ``limit`` if that is positive; none at the end."""
        if self.closed:
            raise UsageError("stream-closed")
        if not self._window and self._failure is None:
            batch = self._ahead.next_batch()
            self._window, self._failure = batch.plaintext, batch.failure
        if not self._window and self._failure is not None:
            raise self._failure
        piece = self._window[:limit] if limit > 0 else self._window
        self._window = self._window[len(piece) :]
        return piece
