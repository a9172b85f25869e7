"""A private folder that is made for one run and taken away after it.

Used by practice only.
It lies in memory (``/dev/shm``) where the system offers that, so that practice leaves nothing on the
disk, and in the system's temporary folder elsewhere.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_MEMORY_FOLDER: Final = Path("/dev/shm")  # noqa: S108 - a name of 16 random hex digits is made inside
_ROOM_NEEDED: Final = 512 * 1024 * 1024
"""Bytes; the practice vault with its attachments and a few bundles stays far below."""


def _parent() -> Path:
    in_memory = _MEMORY_FOLDER.is_dir() and os.access(_MEMORY_FOLDER, os.W_OK)
    if in_memory and shutil.disk_usage(_MEMORY_FOLDER).free >= _ROOM_NEEDED:
        return _MEMORY_FOLDER
    for name in ("TMPDIR", "TEMP", "TMP"):
        candidate = os.environ.get(name)
        if candidate and os.access(candidate, os.W_OK):
            return Path(candidate)
    return Path("/tmp") if os.name == "posix" else Path.home()  # noqa: S108 - as above


@contextmanager
def throwaway_folder(prefix: str) -> Iterator[Path]:
    """A fresh folder, 0700, removed with everything in it when the block ends, whatever happened.

    ``prefix`` begins the folder's name; 16 random hex digits follow.

    Raises:
        OSError: no such folder can be made here.
    """
    folder = _parent() / f"{prefix}-{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
