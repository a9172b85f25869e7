"""Sources and sinks for the archive tests: gigabytes that are never stored."""

from __future__ import annotations

import io


class SparseFile:
    """A seekable file of mostly zeros: keeps only what differs, so 5 GiB cost nothing."""

    def __init__(self) -> None:
        self.blocks: list[tuple[int, bytes]] = []
        self.size = 0
        self.position = 0

    def write(self, chunk: bytes) -> int:
        if chunk.count(0) != len(chunk):
            self.blocks.append((self.size, bytes(chunk)))
        self.size += len(chunk)
        return len(chunk)

    def skip(self, zeros: int) -> None:
        self.size += zeros

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        return self.position

    def tell(self) -> int:
        return self.position

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = max(self.size - self.position, 0)
        size = left if size < 0 else min(size, left)
        content = bytearray(size)
        start, end = self.position, self.position + size
        for at, block in self.blocks:
            low, high = max(at, start), min(at + len(block), end)
            if low < high:
                content[low - start : high - start] = block[low - at : high - at]
        self.position = end
        return bytes(content)


class OnlyWrites:
    """A sink without seek, tell or anything else."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, chunk: bytes) -> int:
        self.written += chunk
        return len(chunk)


class FewBytesAtATime(io.BytesIO):
    """A source that returns at most three bytes per read, as pipes may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3 if size is None or size < 0 else min(size, 3))


class EndsEarly(io.BytesIO):
    """A source that says it is longer than it turns out to be."""

    def __init__(self, content: bytes, *, missing_from: int) -> None:
        super().__init__(content)
        self.missing_from = missing_from

    def read(self, size: int | None = -1, /) -> bytes:
        position = self.tell()
        content = super().read(size)
        return content[: max(self.missing_from - position, 0)]
