"""A database shown to the storage engine from bytes that are only read; what it writes stays in memory.

So a log that a killed process left is taken into account, and checks that have to write can run, and the
damaged folder stays as it is. What the disk will not give is shown as bytes that verify as nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Final

import apsw

from fieldlog.primitives import rng
from fieldlog.primitives.pages import PAGE_BYTES
from fieldlog.store.volume.vfs import OwnedFile

_VFS_NAME: Final = "fieldlog-image"
CIPHER_VFS: Final = f"multipleciphers-{_VFS_NAME}"
"""The cipher's own layer over ours: it is made by asking for it by this name."""

_NOTHING: Final = b"\xff" * PAGE_BYTES
"""Shown for what cannot be read, and for a page of zeros, which some builds take for an empty page."""

ReadAt = Callable[[int, int], bytes]
"""Up to so many bytes at a place; fewer only at the end."""


class Image:
    """``size`` bytes of ``read_at``, and everything that was written over them.

    ``authentic`` says that the bytes are pages of a database, where a page of zeros is damage.
    """

    def __init__(self, read_at: ReadAt, size: int, *, authentic: bool) -> None:
        self.read_at = read_at
        self._base_size = size
        self._authentic = authentic
        self._changed: dict[int, bytearray] = {}
        self.size = size

    def read(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes; fewer only at the end."""
        count = max(0, min(count, self.size - offset))
        pieces: list[bytes] = []
        while count:
            number, start = divmod(offset, PAGE_BYTES)
            piece = bytes(self._block(number)[start : start + count])
            pieces.append(piece)
            offset += len(piece)
            count -= len(piece)
        return b"".join(pieces)

    def write(self, content: bytes, offset: int) -> None:
        """Keep ``content`` in memory, in place of what was there."""
        view = memoryview(content)
        while view:
            number, start = divmod(offset, PAGE_BYTES)
            if number not in self._changed:
                self._changed[number] = bytearray(self._block(number))
            piece = view[: PAGE_BYTES - start]
            self._changed[number][start : start + len(piece)] = piece
            offset += len(piece)
            view = view[len(piece) :]
        self.size = max(self.size, offset)

    def truncate(self, size: int) -> None:
        """Forget the end."""
        self.size = min(self.size, size)
        self._base_size = min(self._base_size, size)
        for number in [number for number in self._changed if number * PAGE_BYTES >= size]:
            del self._changed[number]

    def page(self, number: int) -> bytes:
        """One page, counted from 1; shorter at the end."""
        return self.read(PAGE_BYTES, (number - 1) * PAGE_BYTES)

    def is_changed(self, number: int) -> bool:
        """Whether page ``number`` was written since."""
        return number - 1 in self._changed

    def _block(self, number: int) -> bytes | bytearray:
        if number in self._changed:
            return self._changed[number]
        start = number * PAGE_BYTES
        wanted = max(0, min(PAGE_BYTES, self._base_size - start))
        try:
            found = self.read_at(wanted, start) if wanted else b""
        except OSError:
            found = b""
        if self._authentic and (len(found) < wanted or not any(found)):
            return _NOTHING
        return found.ljust(PAGE_BYTES, b"\x00")


def empty() -> Image:
    """An image of nothing yet, for a database that lives in memory only."""
    return Image(lambda _count, _offset: b"", 0, authentic=False)


class Images:
    """The files of one database: its pages and its log. The backing of a ``Database``.

    The engine finds them by a random name, which ``name`` is.
    """

    older_page = False
    """What is salvaged is judged by its own digests, not by its age."""

    def __init__(self, pages: Image, log: Image) -> None:
        _require_registered()
        self.name = f"/{rng.random_bytes(8).hex()}"
        self.pages = pages
        self.log = log
        with _guard:
            for suffix, image in (("", pages), ("-wal", log), ("-journal", empty())):
                _shown[self.name + suffix] = image

    def require_there(self) -> None:
        """Nothing is written, so nothing can be written in vain."""

    def read_raw(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes of the pages as they are on the disk."""
        return self.pages.read(count, offset)

    def close(self) -> None:
        """Forget them, after the connection was closed; again is harmless."""
        with _guard:
            for suffix in ("", "-wal", "-journal"):
                _shown.pop(self.name + suffix, None)


class _ImageFile(OwnedFile):
    """One open image as the engine wants a file to be."""

    def __init__(self, image: Image) -> None:
        self._image = image

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - names of apsw
        return self._image.read(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._image.write(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._image.truncate(size)

    def xFileSize(self) -> int:  # noqa: N802
        return self._image.size

    def xSync(self, _flags: int) -> None:  # noqa: N802
        """Memory is as durable as it gets."""


def _require_registered() -> None:
    """Make the one layer of this process; it is never taken away, because a living connection needs it."""
    with _guard:
        if not _registered:
            _registered.append(_make_layer())


def _make_layer() -> Any:
    class Layer(apsw.VFS):
        """Finds images by name; there is nothing else to open."""

        def __init__(self) -> None:
            super().__init__(_VFS_NAME, "", maxpathname=64)

        def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
            wanted = name.filename() if isinstance(name, apsw.URIFilename) else name
            if wanted not in _shown:
                raise apsw.CantOpenError
            flags[1] = flags[0]
            return _ImageFile(_shown[wanted])

        def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
            # A log of no bytes is no log.
            return name in _shown and (_shown[name].size > 0 or not name.endswith(("-wal", "-journal")))

        def xFullPathname(self, name: str) -> str:  # noqa: N802
            return name

        def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802, FBT001
            if name in _shown:
                _shown[name].truncate(0)

        def xRandomness(self, count: int) -> bytes:  # noqa: N802
            return os.urandom(count)

        def xSleep(self, microseconds: int) -> int:  # noqa: N802
            return microseconds

    return Layer()


_guard: Final = threading.Lock()
_registered: Final[list[Any]] = []
_shown: Final[dict[str, Image]] = {}
