"""Reading a file that was just written, from the medium and not from the memory that held it.

Only so does a comparison say something about the disk or stick. Where the system offers no way to drop
its copy, this is a plain reading of the file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fieldlog.system import files

_PIECE: Final = 1 << 20
_F_NOCACHE: Final = 48  # of macOS; the module fcntl does not name it everywhere


def pieces_on_medium(path: Path) -> Iterator[bytes]:
    """The content of ``path`` in pieces of at most 1 MiB. The file must have been synced.

    Raises:
        FileUnreadable: it is not there any more.
        StorageFailed: the disk reported an error.
    """
    with files.open_source(path) as source:
        with files.translating(path, reading=True):
            _drop_copy(source.fileno())
        while piece := source.read(_PIECE):
            yield piece


def _drop_copy(descriptor: int) -> None:
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - exists on this platform only

        fcntl.fcntl(descriptor, _F_NOCACHE, 1)
    elif hasattr(os, "posix_fadvise"):
        # Pages that are synced are clean, and clean pages are what the system lets go.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
