"""Which names an archive may hold, alone and together.

Implements ``docs/formats/bundle.md`` section 2.4.
A name that passes means the same file on Windows, macOS and Linux, inside the folder it is
unpacked to, and no other name of the archive means that file too (Z01-Z17 of ``security.md`` 6.4).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fieldlog.errors import ArchiveError

MAX_NAME_BYTES = 200
"""Windows allows 260 characters for a whole path; this leaves 60 for the folder unpacked to."""

MAX_SEGMENTS = 8
"""The deepest path of a bundle has four; recursion over hostile trees stays trivial."""

_ALLOWED = re.compile(r"[A-Za-z0-9._/-]*")
_RESERVED_ON_WINDOWS = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))]
)


def check_name(name: str) -> None:
    """Refuse a name that could mean another place, another file or a device.

    Raises:
        ArchiveError: with a reason that begins with ``name-``.
    """
    if len(name) > MAX_NAME_BYTES:
        raise ArchiveError("name-too-long")
    if not _ALLOWED.fullmatch(name):
        raise ArchiveError("name-characters")
    if name.startswith("/"):
        raise ArchiveError("name-absolute")
    segments = name.split("/")
    if len(segments) > MAX_SEGMENTS:
        raise ArchiveError("name-too-deep")
    for segment in segments:
        _check_segment(segment)


def _check_segment(segment: str) -> None:
    if not segment:
        raise ArchiveError("name-empty-segment")
    if segment in {".", ".."}:
        raise ArchiveError("name-dot-segment")
    # A leading dot hides a file, a leading dash becomes an option of whatever tool gets the name.
    if segment[0] in ".-":
        raise ArchiveError("name-first-character")
    # Windows drops a trailing dot, so "a." and "a" would be one file.
    if segment.endswith("."):
        raise ArchiveError("name-trailing-dot")
    if segment.split(".", 1)[0].lower() in _RESERVED_ON_WINDOWS:
        raise ArchiveError("name-reserved")


def check_together(names: Iterable[str]) -> None:
    """Refuse names that some file system would take for one file, or for file and folder.

    Raises:
        ArchiveError: ``name-twin`` or ``name-file-and-folder``.
    """
    taken = NameSet()
    for name in names:
        taken.add(name)


class NameSet:
    """The names of one archive so far, compared as a case-blind file system compares them."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, name: str) -> None:
        """Take one more name.

        Raises:
            ArchiveError: ``name-twin`` or ``name-file-and-folder``.
        """
        folded = unicodedata.normalize("NFC", name.casefold())
        if folded in self._files:
            raise ArchiveError("name-twin")
        parents = [folded[:end] for end, character in enumerate(folded) if character == "/"]
        if folded in self._folders or not self._files.isdisjoint(parents):
            raise ArchiveError("name-file-and-folder")
        self._files.add(folded)
        self._folders.update(parents)
