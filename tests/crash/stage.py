"""A folder that takes the shape of one crash state after another, writing only what differs."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crash.states import CrashState, FileState

_MEMORY = Path("/dev/shm")


@contextmanager
def workshop() -> Iterator[Path]:
    """A private folder in memory where there is one: syncing costs nothing there, and the model does not need it."""
    place = Path(
        tempfile.mkdtemp(prefix="fieldlog-crash-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None)
    )
    try:
        yield place.resolve()
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Stage:
    """The folder. What is in it is what was last laid, unless somebody worked in it since."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700)
        self._laid: dict[str, tuple[bytes, tuple[int, ...]]] = {}
        # No two files ever get the same time, so one that is copied from another is noticed too.
        self._times = itertools.count(1_000_000_007, 1_000_003)

    def lay(self, state: CrashState) -> None:
        """Make the folder what ``state`` says."""
        self._clear(state)
        for path, file in state.tree.items():
            place = self.root / path
            if file is None:
                place.mkdir(mode=0o700, exist_ok=True)
                continue
            told = file.digest()
            if self._laid.get(path) == (told, _facts(place)):
                continue
            _write(place, file)
            # The clock of a file system is too coarse to tell a write a moment later from ours.
            os.utime(place, ns=(next(self._times),) * 2)
            self._laid[path] = (told, _facts(place))

    def _clear(self, state: CrashState) -> None:
        for path in sorted(self.root.rglob("*"), reverse=True):
            name = str(path.relative_to(self.root))
            is_folder = path.is_dir()
            if name in state.tree and (state.tree[name] is None) == is_folder:
                continue
            self._laid.pop(name, None)
            if is_folder:
                path.rmdir()
            else:
                path.unlink()


def _facts(place: Path) -> tuple[int, ...]:
    """What tells that nobody wrote since: a write sets the time of modification to the present."""
    try:
        facts = place.stat()
    except FileNotFoundError:
        return ()
    return (facts.st_ino, facts.st_size, facts.st_mtime_ns)


def _write(place: Path, file: FileState) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        _write_all(descriptor, memoryview(file.base)[: file.size], 0)
        # What lies beyond the durable bytes and was not written is zeros, not what was laid here before.
        os.ftruncate(descriptor, min(len(file.base), file.size))
        os.ftruncate(descriptor, file.size)
        for offset, piece in file.laid_over:
            _write_all(descriptor, memoryview(piece), offset)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: memoryview, offset: int) -> None:
    while content:
        count = os.pwrite(descriptor, content, offset)
        content, offset = content[count:], offset + count
