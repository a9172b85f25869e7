"""Making a vault impossible to open, for everybody and for ever (security.md section 3.4, 4.7; AT-30).

How a face uses it::

    if destruction.is_there(folder): ...               # nobody is asked for a word for nothing
    destroyed = destroy(folder, keys_gone=tell)        # after one typed word; no passphrase

Everything in a vault is encrypted under keys that stand in ``slots``, and nowhere else outside the
encryption. So 4,096 random bytes over that file, synced, end both volumes, however large they are. What
follows only tidies up, and may fail or be interrupted without changing that.

It asks for no lock: a vault that another process has open is destroyed all the same. Such a process may
be moving folders or writing ``slots`` at this moment. So the keys are looked for again and again until no
list finds any, before they are said to be gone and once more after everything is removed; and keys that
are still there at the end are an error, never a success. Once the folders are gone nobody can write in them.

Where a file of keys is a link, the keys are in the file it leads to. That is overwritten too, if it has
their size and belongs to this user, and stays as a file of random bytes; if it cannot be, that is an error.

It never asks what is used, and works on remains of itself as on a whole vault, so doing it again is safe.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import SLOTS_BYTES
from fieldlog.primitives import rng
from fieldlog.store.vault.folder import DATABASE_NAME, FILES, HEADER_NAME, SLOTS_NAME, TELLING
from fieldlog.system import files, overwriting

_FIRST_FORM: Final = (DATABASE_NAME, f"{DATABASE_NAME}-wal", "media")
_LARGE: Final = (*sorted(FILES - {HEADER_NAME, SLOTS_NAME}), *_FIRST_FORM)
_PART: Final = re.compile(r"\.[0-9a-f]{16}\.part(-wal)?")
"""Temporary files of a killed process; one may be ``slots`` as they are or were."""

_ROUNDS: Final = 10
"""So often keys are ended that came back: an open vault writes them once, at its lock or for a change."""

_LISTS: Final = 5
"""So many lists must be empty in a row. A list made while a folder gets another name may miss that folder,
and ``folder.replacing`` renames three times, four if it has to go back."""

_HEADER_MARK: Final = b'"fieldlog-vault"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What was done.

    ``found`` is false when there was nothing of a vault; then no file was touched. ``overwritten`` is
    false when the keys could only be removed: the disk may still hold them where ``slots`` lay.
    ``left`` are paths of files and folders that are still there; without the keys the vault's own tell
    nothing.
    """

    found: bool
    overwritten: bool
    left: tuple[str, ...]


def is_there(folder: Path) -> bool:
    """Whether there is a vault at ``folder``, or what is left of one."""
    return any(_is_vault(place) for _ in range(_LISTS) for place in (folder, *_siblings(folder)))


def destroy(folder: Path, *, keys_gone: Callable[[], None] | None = None) -> Destroyed:
    """Overwrite the keys of the vault at ``folder``, then remove its files. There is no way back.

    ``keys_gone`` is called as soon as nothing opens any more, before files are removed, which takes
    longer.

    Raises:
        VaultInUse: another process writes the keys again and again.
        FileUnreadable: there is a folder in place of a file of keys.
        MachineError: another subclass: a file of keys is still there, because the system would not
            remove it, or not overwrite it where a link leads to. Everything else that could be done was
            done.
    """
    overwriting.let_in(folder)
    if not is_there(folder):
        # Where the very last step was interrupted, an empty folder is left.
        with suppress(OSError):
            folder.rmdir()
        return Destroyed(found=False, overwritten=False, left=())
    keys = _Keys(folder)
    keys.end()
    if not keys.still_there and keys_gone is not None:
        keys_gone()
    left: tuple[str, ...] = ()
    for _ in range(_ROUNDS):
        before, left = left, _remove_rest(keys.places)
        came_back = keys.end()
        # What stays after a second try is refused, or not ours.
        if not came_back and left in ((), before):
            break
    keys.require_ended()
    return Destroyed(found=True, overwritten=not keys.not_overwritten, left=left)


class _Keys:
    """The files with keys of one vault, wherever another process moves them or writes them anew.

    ``places`` are all folders that were ever seen: one from which the rest is gone can get keys again.
    ``not_overwritten`` is what was refused in any round. ``still_there`` is what the last round left.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._not_removed: dict[Path, OSError] = {}
        self.places: list[Path] = []
        self.not_overwritten: dict[Path, OSError] = {}
        self.still_there: dict[Path, _Identity] = {}

    def end(self) -> bool:
        """Overwrite and remove, until there are none; returns whether there were any."""
        found = False
        self.still_there = self._list()
        for _ in range(_ROUNDS):
            if not self.still_there:
                break
            found = True
            self._end_these(self.still_there)
            self.still_there = self._list()
        return found

    def require_ended(self) -> None:
        """Check that no file with keys was left.

        Raises:
            VaultInUse, MachineError: as ``destroy``.
        """
        for path in self.still_there:
            if path.is_dir() and not path.is_symlink():
                # Not a disk that fails: somebody put a folder where the keys were.
                raise errors.FileUnreadable(str(path))
            refusal = self.not_overwritten.get(path) or self._not_removed.get(path)
            if refusal is not None:
                # Behind a link: what has to be destroyed by hand is the file there.
                raise files.translate_os_error(refusal, path=os.path.realpath(path))
        if self.still_there:
            raise errors.VaultInUse(str(self._folder))

    def _end_these(self, keys: dict[Path, _Identity]) -> None:
        # The vault opened through such a link: its keys are in the file it leads to.
        linked = overwriting.overwrite_behind(
            [path for path in keys if path.is_symlink()], size=SLOTS_BYTES, random_bytes=rng.random_bytes
        )
        remaining = {path: error for path, error in linked.items() if error is not None}
        here = [path for path in keys if path not in linked]
        refused = overwriting.overwrite(here, smallest=SLOTS_BYTES, random_bytes=rng.random_bytes)
        self.not_overwritten |= refused | remaining
        # Where another file has come since, the random bytes are in the old one: the next round is for it.
        # A link to keys that are still there stays, so that nobody takes them for gone.
        same = [
            path for path, identity in keys.items() if _identity(path) == identity and path not in remaining
        ]
        self._not_removed = overwriting.remove(same)
        for place in dict.fromkeys(path.parent for path in keys):
            _sync(place)

    def _list(self) -> dict[Path, _Identity]:
        for _ in range(_LISTS):
            now = _places(self._folder)
            self.places += [place for place in now if place not in self.places]
            paths = [path for place in self.places for path in _key_files(place)]
            keys = {path: identity for path in paths if (identity := _identity(path)) is not None}
            if keys:
                return keys
        return {}


_Identity = tuple[int, int]


def _identity(path: Path) -> _Identity | None:
    """Which file this is; nothing if there is none."""
    try:
        facts = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        # It cannot be looked at, so nobody may say that it is not there.
        return (-1, -1)
    return (facts.st_dev, facts.st_ino)


def _remove_rest(places: list[Path]) -> tuple[str, ...]:
    """Remove what tells nothing any more; the header last, so that remains are known for what they are."""
    for place in places:
        overwriting.remove([place / name for name in (*_LARGE, HEADER_NAME)])
        with suppress(OSError):
            place.rmdir()
        _sync(place.parent)
    left: list[str] = []
    for place in places:
        inside = sorted(str(path) for path in _entries(place))
        left += inside or ([str(place)] if os.path.lexists(place) else [])
    return tuple(left)


def _places(folder: Path) -> list[Path]:
    """The vault's folder, and those beside it that a replacement or creation made.

    One of these may be empty as yet: once it is gone, nothing can be written into it.
    """
    beside = _beside(folder)
    return [
        place
        for place in (folder, *_siblings(folder))
        if (beside.fullmatch(place.name) and place.is_dir()) or _is_vault(place)
    ]


def _siblings(folder: Path) -> list[Path]:
    beside = _beside(folder)
    return [
        path
        for path in _entries(folder.parent)
        if (beside.fullmatch(path.name) or _PART.fullmatch(path.name)) and not path.is_symlink()
    ]


def _beside(folder: Path) -> re.Pattern[str]:
    return re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{16}}\.(part|new|old)")


def _is_vault(place: Path) -> bool:
    with suppress(OSError):
        if any((place / name).is_file() for name in TELLING):
            return True
        slots = place / SLOTS_NAME
        if slots.is_file() and slots.stat().st_size == SLOTS_BYTES:
            return True
    with suppress(errors.MachineError):
        return _HEADER_MARK in files.read_small(place / HEADER_NAME, limit=overwriting.LARGEST)
    return False


def _key_files(place: Path) -> Iterator[Path]:
    """``slots`` first: it is what opens the vault."""
    yield place / SLOTS_NAME
    for path in _entries(place):
        if _PART.fullmatch(path.name):
            yield path


def _entries(place: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(place.iterdir())
    return []


def _sync(place: Path) -> None:
    with suppress(errors.MachineError):
        files.sync_folder(place)
