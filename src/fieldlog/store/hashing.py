"""SHA-256, SHA-512 and CRC-32 of one stream at the same time, off the thread that reads and writes it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from fieldlog.primitives.hash import Sha256, Sha512, crc32

_AHEAD: Final = 3
"""Pieces that may wait for the slower hash; each is 1 MiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """The digests and the length of what was hashed."""

    size: int
    sha256: bytes
    sha512: bytes
    crc32: int


class Hashers:
    """Two threads: SHA-512 costs about as much as the other two together. Each keeps its pieces in order."""

    def __init__(self) -> None:
        self._long = ThreadPoolExecutor(1, thread_name_prefix="sha512")
        self._short = ThreadPoolExecutor(1, thread_name_prefix="sha256")
        self._sha512 = Sha512()
        self._sha256 = Sha256()
        self._crc32 = 0
        self._size = 0
        self._under_way: deque[tuple[Future[None], Future[None], bytearray]] = deque()
        self._spare: list[bytearray] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._long.shutdown(cancel_futures=True)
        self._short.shutdown(cancel_futures=True)

    def free_buffer(self, length: int) -> bytearray:
        """A buffer to read the next piece into; it is not handed out again before it was hashed."""
        while len(self._under_way) >= _AHEAD:
            self._wait_for_oldest()
        return self._spare.pop() if self._spare else bytearray(length)

    def take(self, buffer: bytearray, count: int) -> memoryview:
        """Hash the first ``count`` bytes of a free buffer and return them; nobody writes to it any more."""
        piece = memoryview(buffer)[:count]
        self._size += count
        self._under_way.append(
            (self._long.submit(self._sha512.update, piece), self._short.submit(self._add, piece), buffer)
        )
        return piece

    def finish(self) -> Digests:
        """Wait for all and return the digests."""
        while self._under_way:
            self._wait_for_oldest()
        return Digests(
            size=self._size,
            sha256=self._sha256.digest(),
            sha512=self._sha512.digest(),
            crc32=self._crc32,
        )

    def _add(self, piece: memoryview) -> None:
        self._sha256.update(piece)
        self._crc32 = crc32(piece, self._crc32)

    def _wait_for_oldest(self) -> None:
        long, short, buffer = self._under_way.popleft()
        long.result()
        short.result()
        self._spare.append(buffer)
