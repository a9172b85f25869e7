"""The files of a vault as the system shows them: which there are, how large, and who can reach them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from contextlib import suppress
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
        if special := _count(place, _is_special):
            findings.add("file-special", count=special)
        if reachable := _count(place, _is_reachable):
            findings.add("file-unsafe", count=reachable)
    if header.wal_bytes:
        for stem in (VOLUME_STEM, MEDIA_STEM):
            sizes = {_size(path_of(place, stem, volume)) for volume in (0, 1)}
            # One that is missing is told already.
            if len(sizes - {-1}) > 1:
                findings.add("files-unequal", code=stem)


def _count(place: Path, holds: Callable[[os.stat_result, bool], bool]) -> int:
    """For how many of the folder and what is in it ``holds``."""
    count = 0
    for path in (place, *sorted(place.iterdir())):
        with suppress(OSError):
            count += holds(path.lstat(), path == place)
    return count


def _is_special(facts: os.stat_result, is_place: bool) -> bool:  # noqa: FBT001 - which of two kinds is wanted
    return not (stat.S_ISDIR(facts.st_mode) if is_place else stat.S_ISREG(facts.st_mode))


def _is_reachable(facts: os.stat_result, is_place: bool) -> bool:  # noqa: FBT001 - as above
    others = facts.st_mode & 0o077 or facts.st_uid != os.geteuid()
    return bool(others) and not _is_special(facts, is_place)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
