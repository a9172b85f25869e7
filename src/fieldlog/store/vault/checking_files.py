"""The files of a vault as the system shows them: which there are, how large, and who can reach them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.store.area import STEM as MEDIA_STEM
from fieldlog.store.vault import folder
from fieldlog.store.vault.findings import Findings
from fieldlog.store.volume.opening import STEM as VOLUME_STEM
from fieldlog.store.volume.twins import path_of
from fieldlog.system import paths

_FIRST_FORM: Final = frozenset({folder.HEADER_NAME, folder.SLOTS_NAME, folder.DATABASE_NAME, MEDIA_STEM})
_FIRST_LOG: Final = frozenset({f"{folder.DATABASE_NAME}-wal"})
_LEFTOVER: Final = re.compile(r"\.[0-9a-f]{16}\.part")
"""What a killed process left of a file; the next unlock takes it away."""


def check_folder(place: Path, header: VaultHeader, findings: Findings) -> None:
    """Look at the folder and the kinds, sizes and modes of what is in it."""
    wanted = folder.FILES if header.wal_bytes else _FIRST_FORM
    allowed = wanted if header.wal_bytes else wanted | _FIRST_LOG
    try:
        with os.scandir(place) as entries:
            names = {entry.name for entry in entries}
    except OSError:
        names = set()
    for name in sorted(wanted - names):
        findings.add("file-missing", code=name)
    # Names may be anything; how many there are says enough.
    unexpected = [name for name in names - allowed if not _LEFTOVER.fullmatch(name)]
    if unexpected:
        findings.add("file-unexpected", count=len(unexpected))
    try:
        paths.require_private(place)
    except errors.MachineError:
        findings.add("file-unsafe", count=_reachable(place))
    if header.wal_bytes:
        for stem in (VOLUME_STEM, MEDIA_STEM):
            sizes = {_size(path_of(place, stem, volume)) for volume in (0, 1)}
            if len(sizes) > 1:
                findings.add("files-unequal", code=stem)


def _reachable(place: Path) -> int:
    """How many of the folder and its files others can reach, or are no files."""
    count = 0
    for path in (place, *sorted(place.iterdir())):
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        kind = stat.S_ISDIR(mode) if path == place else stat.S_ISREG(mode)
        count += 1 if not kind or mode & 0o077 else 0
    return count


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
