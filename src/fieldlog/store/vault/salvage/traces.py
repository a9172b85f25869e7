"""What reading a damaged vault leaves in the times of its files: nothing that tells which volume is used.

docs/formats/vault.md section 10.4. Reading one file of a pair and not the other would show until the next
lock. Files are opened so that the system notes no reading; where it does all the same, both get one time.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from fieldlog.store.area import STEM as MEDIA_STEM
from fieldlog.store.volume.opening import STEM as VOLUME_STEM
from fieldlog.store.volume.twins import path_of


def even_out(place: Path) -> None:
    """Give both files of each pair one time of last access; nothing else of them changes.

    A system that refuses is left alone: a folder that cannot be written shows no reading either.
    """
    for stem in (VOLUME_STEM, MEDIA_STEM):
        with suppress(OSError):
            _even_out(tuple(path_of(place, stem, volume) for volume in (0, 1)))


def _even_out(pair: tuple[Path, ...]) -> None:
    facts = [path.lstat() for path in pair]
    if not all(stat.S_ISREG(one.st_mode) for one in facts) or len({one.st_atime_ns for one in facts}) == 1:
        return
    newest = max(one.st_atime_ns for one in facts)
    for path, one in zip(pair, facts, strict=True):
        os.utime(path, ns=(newest, one.st_mtime_ns))
