"""Whether the log that a killed process left breaks off before its end.

The storage engine reads a log up to the first frame that does not verify and takes what follows for old.
A commit behind that place, under the number of the same log, was the end of a transaction: then either
the power failed while it was written, or the log was damaged later and saved changes are missing.
Which of them it was cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from fieldlog.primitives.pages import PAGE_BYTES
from fieldlog.store.vault.salvage.image import Image

_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_FRAME: Final = _FRAME_HEADER + PAGE_BYTES
_MAGIC: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_PAGES: Final = slice(0, 4)
_COMMIT: Final = slice(4, 8)
_SALTS: Final = slice(8, 16)
_LARGEST: Final = 1 << 20
"""Pages of a database that a frame may name: far beyond any, and far below random bytes."""


class _Frame(NamedTuple):
    """The head of a frame. ``commit`` is the size of the database after a transaction, 0 inside one."""

    number: int
    page: int
    commit: int
    salts: bytes


def breaks_off(log: Image, *, read_frames: int) -> bool:
    """Whether a commit lies behind the ``read_frames`` frames that the storage engine believed."""
    head = log.read(_HEADER, 0)
    frames = list(_frames(log))
    # Random bytes do not repeat; where the head is damaged, what repeats is the number of a log.
    counted = Counter(frame.salts for frame in frames)
    repeated = {salts for salts, count in counted.items() if count > 1}
    current = {head[16:24]} if head[:4] in _MAGIC else repeated
    # A commit is filled up to a whole sector with its last frame once more, which need not be whole.
    last = next((frame for frame in frames if frame.number == read_frames - 1), None)
    filling = None if last is None else (last.page, last.commit)
    return any(
        frame.commit
        and frame.salts in current
        and (frame.number > read_frames or (frame.page, frame.commit) != filling)
        for frame in frames
        if frame.number >= read_frames
    )


def _frames(log: Image) -> Iterator[_Frame]:
    """Everything that may be the head of a frame."""
    for number, start in enumerate(range(_HEADER, log.size - _FRAME_HEADER + 1, _FRAME)):
        head = log.read(_FRAME_HEADER, start)
        page, commit = (int.from_bytes(head[part], "big") for part in (_PAGES, _COMMIT))
        if 0 < page <= _LARGEST and commit <= _LARGEST:
            yield _Frame(number, page, commit, head[_SALTS])
