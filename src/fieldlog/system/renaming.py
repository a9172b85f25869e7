"""Giving a finished file its name only if nothing has that name, also in a race with another program.

Looking first and renaming then would replace what somebody else made in between
(docs/formats/vault.md section 2).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_POSIX: Final = os.name == "posix"


def rename_to_free_name(temporary: Path, path: Path) -> None:
    """Move ``temporary`` to ``path``, in the same folder, unless something is there.

    Raises:
        FileExistsError: something is there; it was not touched.
        OSError: the system refused.
    """
    if not _POSIX:
        # There a rename never replaces.
        temporary.rename(path)
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # FAT, exFAT and some network volumes have no links, and each says so in its own way.
        _reserve_and_replace(temporary, path)
    else:
        temporary.unlink()


def _reserve_and_replace(temporary: Path, path: Path) -> None:
    # Once the name is ours, what the rename replaces is our own empty file.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
