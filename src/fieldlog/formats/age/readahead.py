"""Opens batches in order, some of them ahead of the reader, on the stream's threads."""

from __future__ import annotations

import functools
from collections import deque
from concurrent.futures import Future

from fieldlog.formats.age.chunks import (
    BATCH_BYTES,
    BATCH_CHUNKS,
    SEALED_BATCH_BYTES,
    OpenedBatch,
    open_batch,
)
from fieldlog.formats.age.source import Source
from fieldlog.formats.age.workers import AHEAD, Workers
from fieldlog.primitives.aead import ChaCha

_AT_END = OpenedBatch(plaintext=memoryview(b""), failure=None)


class ReadAhead:
    """Batches from chunk ``first`` to the end of ``source``.

    Only the calling thread touches ``source``; the others see buffers nobody else touches meanwhile.

    Args:
        source: stands at the first chunk; its end is the end of the stream.
        cipher: under the stream's key.
        workers: the stream's.
        first: number of the first chunk.
    """

    def __init__(self, source: Source, cipher: ChaCha, workers: Workers, *, first: int = 0) -> None:
        self._source = source
        self._cipher = cipher
        self._workers = workers
        self._next_chunk = first
        self._under_way: deque[tuple[Future[OpenedBatch], bytearray, bytearray]] = deque()
        self._spare: list[tuple[bytearray, bytearray]] = []
        self._given: tuple[bytearray, bytearray] | None = None
        self._carried = b""
        self._source_ended = False

    def next_batch(self) -> OpenedBatch:
        """Return the next batch, with no plaintext after the end. It is valid until the next call."""
        if self._given is not None:
            self._spare.append(self._given)
            self._given = None
        while not self._source_ended and len(self._under_way) < AHEAD:
            self._start_batch()
        if not self._under_way:
            return _AT_END
        future, sealed, plaintext = self._under_way.popleft()
        self._given = (sealed, plaintext)
        return future.result()

    def drop(self) -> None:
        """Forget what is under way."""
        while self._under_way:
            self._under_way.popleft()[0].cancel()

    def _start_batch(self) -> None:
        # One byte more than a batch tells whether the stream goes on behind it.
        sealed, plaintext = (
            self._spare.pop() if self._spare else (bytearray(SEALED_BATCH_BYTES + 1), bytearray(BATCH_BYTES))
        )
        view = memoryview(sealed)
        view[: len(self._carried)] = self._carried
        length = len(self._carried) + self._source.fill(view[len(self._carried) :])
        self._source_ended = length <= SEALED_BATCH_BYTES
        self._carried = bytes(view[SEALED_BATCH_BYTES:length])
        call = functools.partial(
            open_batch,
            self._cipher,
            view[: min(length, SEALED_BATCH_BYTES)],
            memoryview(plaintext),
            first=self._next_chunk,
            ends=self._source_ended,
        )
        self._next_chunk += BATCH_CHUNKS
        # A stream of one batch is not worth starting a thread for.
        alone = self._source_ended and not self._under_way
        self._under_way.append((_done(call()) if alone else self._workers.start(call), sealed, plaintext))


def _done(batch: OpenedBatch) -> Future[OpenedBatch]:
    future: Future[OpenedBatch] = Future()
    future.set_result(batch)
    return future
