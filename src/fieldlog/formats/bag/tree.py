"""The files of a bag wherever they lie, and the digests of one of them.

Implements ``docs/formats/bundle.md`` section 6.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from fieldlog.errors import BagError
from fieldlog.formats.archive import PADDING_NAME, EntryReader, StrictReader
from fieldlog.primitives.hash import Sha256, Sha512

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in total; may raise to stop."""

_WAITING_CHUNKS = 4
"""Chunks of 1 MiB that may wait for a digest: evens out the threads, and bounds their memory."""

_HASHES: Mapping[str, type[Sha256 | Sha512]] = {"sha256": Sha256, "sha512": Sha512}

_WORTH_A_THREAD = 256 << 10
"""Below this many bytes handing chunks to threads costs more than hashing them here."""


class Tree(Protocol):
    """Files by path within the bag."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Size in bytes of every file by its path."""

    def chunks(self, path: str) -> Iterator[bytes]:
        """The contents of one file, in order, in chunks of bounded size."""


class ArchiveTree:
    """The one bag folder of a strict archive, without its folder name."""

    def __init__(self, archive: StrictReader) -> None:
        """Take the only top folder of ``archive``, beside which nothing but the padding may lie.

        Raises:
            BagError: ``several-folders`` or ``no-folder``.
        """
        self._archive = archive
        names = [entry.name for entry in archive.entries if entry.name != PADDING_NAME]
        folders = {name.partition("/")[0] if "/" in name else "" for name in names}
        if not folders or "" in folders:
            raise BagError("no-folder")
        if len(folders) > 1:
            raise BagError("several-folders")
        (self.folder,) = folders
        skip = len(self.folder) + 1
        self.sizes: Mapping[str, int] = {
            entry.name[skip:]: entry.size for entry in archive.entries if entry.name != PADDING_NAME
        }

    def chunks(self, path: str) -> Iterator[bytes]:
        """The contents of one file, checked against its CRC at the end."""
        return self._archive.chunks(f"{self.folder}/{path}")

    def open(self, path: str) -> EntryReader:
        """A seekable reader of one file, without any check of its contents."""
        return self._archive.open(f"{self.folder}/{path}")


def read_small(tree: Tree, path: str, *, limit: int, reason: str) -> bytes:
    """A whole file of at most ``limit`` bytes.

    Raises:
        BagError: ``missing-file``, or ``reason`` when it is larger, before anything is read.
    """
    size = tree.sizes.get(path)
    if size is None:
        raise BagError("missing-file")
    if size > limit:
        raise BagError(reason)
    return b"".join(tree.chunks(path))


class Digests:
    """Digests of files, each kind computed in a thread of its own for large files.

    OpenSSL lets other Python threads run while it hashes, so the slowest digest decides how long
    a file takes, and the reading runs beside them.
    """

    def __init__(self, algorithms: Iterable[str]) -> None:
        # One worker each: the updates of one digest must happen in order.
        self._workers = {algorithm: ThreadPoolExecutor(1) for algorithm in algorithms}

    def of(self, chunks: Iterator[bytes], *, size: int) -> dict[str, bytes]:
        """The digests of these chunks, ``size`` bytes in all. Errors of the reading pass through."""
        states = {algorithm: _HASHES[algorithm]() for algorithm in self._workers}
        waiting: deque[list[Future[None]]] = deque()
        for chunk in chunks:
            if size < _WORTH_A_THREAD:
                for state in states.values():
                    state.update(chunk)
                continue
            waiting.append(
                [self._workers[algorithm].submit(state.update, chunk) for algorithm, state in states.items()]
            )
            if len(waiting) > _WAITING_CHUNKS:
                _finish(waiting.popleft())
        while waiting:
            _finish(waiting.popleft())
        return {algorithm: state.digest() for algorithm, state in states.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers.values():
            worker.shutdown(cancel_futures=True)


def _finish(updates: list[Future[None]]) -> None:
    for update in updates:
        update.result()
