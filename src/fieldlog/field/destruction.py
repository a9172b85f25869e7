"""Making a vault impossible to open, for everybody and for ever (security.md section 3.4, 4.7; AT-30).

How a face uses it::

    if destruction.is_there(folder): ...               # nobody is asked for a word for nothing
    destroyed = destroy(folder, keys_gone=tell)        # after one typed word; no passphrase

Everything in a vault is encrypted under keys that stand in ``slots``, and nowhere else outside the
encryption. So 4,096 random bytes over that file, synced, end both volumes, however large they are. What
follows only tidies up, and may fail or be interrupted without changing that. It asks for no lock: a vault
that another process has open is destroyed all the same.

It never asks what is used, and works on remains of itself as on a whole vault, so doing it again is safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import SLOTS_BYTES
from fieldlog.primitives import rng
from fieldlog.store.vault.folder import DATABASE_NAME, FILES, HEADER_NAME, SLOTS_NAME
from fieldlog.system import files, overwriting

_FIRST_FORM: Final = (DATABASE_NAME, f"{DATABASE_NAME}-wal", "media")
_LARGE: Final = (*sorted(FILES - {HEADER_NAME, SLOTS_NAME}), *_FIRST_FORM)
_TELLING: Final = (*sorted(FILES - {HEADER_NAME, SLOTS_NAME}), DATABASE_NAME)
"""Names of no other program's files: with one of them a folder is a vault or what is left of one."""

_PART: Final = re.compile(r"\.[0-9a-f]{16}\.part(-wal)?")
"""Temporary files of a killed process; one may be ``slots`` as they are or were."""

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
    return bool(_places(folder))


def destroy(folder: Path, *, keys_gone: Callable[[], None] | None = None) -> Destroyed:
    """Overwrite the keys of the vault at ``folder``, then remove its files. There is no way back.

    ``keys_gone`` is called as soon as nothing opens any more, before files are removed, which takes
    longer.

    Raises:
        MachineError: one of its subclasses: keys are still there, because the system would neither
            overwrite nor remove them. Everything else that could be done was done.
    """
    overwriting.let_in(folder)
    places = _places(folder)
    if not places:
        # Where the very last step was interrupted, an empty folder is left.
        with suppress(OSError):
            folder.rmdir()
        return Destroyed(found=False, overwritten=False, left=())
    keys = [path for place in places for path in _key_files(place)]
    not_overwritten = overwriting.overwrite(keys, smallest=SLOTS_BYTES, random_bytes=rng.random_bytes)
    not_removed = overwriting.remove(keys)
    for place in places:
        _sync(place)
    still_there = {path: error for path, error in not_overwritten.items() if path in not_removed}
    if not still_there and keys_gone is not None:
        keys_gone()
    left = _remove_rest(places)
    if still_there:
        path, error = next(iter(still_there.items()))
        raise files.translate_os_error(error, path=path)
    return Destroyed(found=True, overwritten=not not_overwritten, left=left)


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
        left += inside or ([str(place)] if place.exists() else [])
    return tuple(left)


def _places(folder: Path) -> list[Path]:
    """The vault's folder, and those beside it that a replacement or creation left when it was killed."""
    beside = re.compile(rf"\.{re.escape(folder.name)}-[0-9a-f]{{16}}\.(part|new|old)")
    siblings = [
        path
        for path in _entries(folder.parent)
        if (beside.fullmatch(path.name) or _PART.fullmatch(path.name)) and not path.is_symlink()
    ]
    return [place for place in (folder, *siblings) if _is_vault(place)]


def _is_vault(place: Path) -> bool:
    with suppress(OSError):
        if any((place / name).is_file() for name in _TELLING):
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
