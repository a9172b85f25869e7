"""Whether the log that a killed process left breaks off before its end.

The storage engine reads a log up to the first frame that does not verify and takes what follows for old.
A commit behind that place, under the number of the same log, was the end of a transaction: then either
the power failed while it was written, or the log was damaged later and saved changes are missing.
Which of them it was cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

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


def breaks_off(log: Image, *, read_frames: int) -> bool:
    """Whether a commit lies behind the ``read_frames`` frames that the storage engine believed."""
    head = log.read(_HEADER, 0)
    frames = list(_frames(log))
    # Random bytes do not repeat; where the head is damaged, what repeats is the number of a log.
    counted = Counter(salts for _number, salts, _commit in frames)
    repeated = {salts for salts, count in counted.items() if count > 1}
    current = {head[16:24]} if head[:4] in _MAGIC else repeated
    return any(commit and salts in current and number >= read_frames for number, salts, commit in frames)


def _frames(log: Image) -> Iterator[tuple[int, bytes, bool]]:
    """Number, salts and whether it ends a transaction, of everything that may be a frame."""
    for number, start in enumerate(range(_HEADER, log.size - _FRAME_HEADER + 1, _FRAME)):
        frame = log.read(_FRAME_HEADER, start)
        commit = int.from_bytes(frame[_COMMIT], "big")
        if 0 < int.from_bytes(frame[_PAGES], "big") <= _LARGEST and commit <= _LARGEST:
            yield number, frame[_SALTS], commit > 0
