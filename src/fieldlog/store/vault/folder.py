"""The folder of a vault: which files it has, how it appears and how its slots are written.

Implements docs/formats/vault.md sections 1 and 2. A vault appears whole, by one rename; ``slots`` is only
ever replaced whole.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.primitives import rng
from fieldlog.system import files, overwriting, paths

HEADER_NAME: Final = "fieldlog.json"
SLOTS_NAME: Final = "slots"
DATABASE_NAME: Final = "volume.db"
"""Of a vault of format 1, as ``media`` is there."""

FILES: Final = frozenset({HEADER_NAME, SLOTS_NAME, "vol-a", "vol-b", "media-a", "media-b"})
"""Of a vault of format 2: these and never another."""

TELLING: Final = (*sorted(FILES - {HEADER_NAME, SLOTS_NAME}), DATABASE_NAME)
"""Names of no other program's files: with one of them a folder is a vault or what is left of one."""

_LEFTOVER: Final = re.compile(r"\.[0-9a-f]{16}\.part")
"""A temporary file of ``files.atomic_write`` that a killed process left."""


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A private folder beside ``folder`` that takes its place and name when the block ends well.

    Raises:
        VaultExists: there is something of this name, or was before a renewal of it was killed.
        MachineError: one of its subclasses. Nothing is left behind.
    """
    _require_free(folder)
    temporary = building_beside(folder)
    paths.make_private_folder(temporary)
    try:
        yield temporary
        files.sync_folder(temporary)
        _require_free(folder)
        with files.translating(folder):
            temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    files.sync_folder(folder.parent)


def building_beside(folder: Path) -> Path:
    """Where a vault is made before it gets the name ``folder``; a longer name, which the disk must hold too.

    Named like what ``replacing`` makes, so that the next unlock of this vault finds what a kill left.
    """
    return folder.with_name(f".{folder.name}-{secrets.token_hex(8)}.part")


def _require_free(folder: Path) -> None:
    """Check that a vault can be made at ``folder``.

    A vault that was being replaced comes back first: under a new one of its name nobody would find it, and
    it would be taken for what a replacement left.

    Raises:
        VaultExists: there is something of this name.
        MachineError: one of its subclasses: it cannot be looked at, or not be brought back.
    """
    finish_replacement(folder)
    if os.path.lexists(folder):
        raise errors.VaultExists(str(folder))


@contextmanager
def replacing(folder: Path, *, still_there: Callable[[], None]) -> Iterator[Path]:
    """A private folder beside ``folder``, a whole new vault, that takes its place when the block ends well.

    The new one first gets a name that says it is complete; then the old one goes aside and the new one
    comes. A process that is killed in between leaves names that ``finish_replacement`` understands.
    The keys of the one that goes are overwritten: what was shut out of the new one still opens the old one.
    ``still_there`` raises when the folder is another one by now, which is not ours to replace.

    Raises:
        MachineError: one of its subclasses. The old vault is where it was.
    """
    token = secrets.token_hex(8)
    building, complete, aside = (
        folder.with_name(f".{folder.name}-{token}.{end}") for end in ("part", "new", "old")
    )
    paths.make_private_folder(building)
    try:
        yield building
        files.sync_folder(building)
        with files.translating(folder):
            # A vault that was destroyed meanwhile does not come back, also if this process is killed now.
            (folder / SLOTS_NAME).lstat()
            still_there()
            building.rename(complete)
            files.sync_folder(folder.parent)
            folder.rename(aside)
    except BaseException:
        for leftover in (building, complete):
            _remove_with_keys(leftover)
        raise
    try:
        with files.translating(folder):
            _put_in_place(complete, folder)
    except BaseException:
        with suppress(OSError):
            aside.rename(folder)
        raise
    files.sync_folder(folder.parent)
    _remove_with_keys(aside)


def _put_in_place(complete: Path, folder: Path) -> None:
    """The second rename, unless a process that was about to unlock the vault has done it already."""
    try:
        complete.rename(folder)
    except FileNotFoundError:
        if not os.path.lexists(folder / SLOTS_NAME):
            raise


def _remove_with_keys(place: Path) -> None:
    """Remove a vault's folder; the slots are overwritten first, because removed bytes stay on the disk."""
    overwriting.overwrite([place / SLOTS_NAME], smallest=keyslots.SLOTS_BYTES, random_bytes=rng.random_bytes)
    shutil.rmtree(place, ignore_errors=True)


def finish_replacement(folder: Path) -> None:
    """Put the complete vault in its place if a process was killed between the two renames of ``replacing``.

    Raises:
        MachineError: one of its subclasses: it could not be.
    """
    if os.path.lexists(folder):
        return
    left = _left_beside(folder)
    # Without a complete new one the old one has not been replaced.
    for end in (".new", ".old"):
        for name in left:
            if name.endswith(end):
                with files.translating(folder):
                    folder.with_name(name).rename(folder)
                files.sync_folder(folder.parent)
                return


def _left_beside(folder: Path) -> list[str]:
    """Names of what ``replacing`` makes beside ``folder``.

    Raises:
        MachineError: one of its subclasses: nobody can tell what is there.
    """
    ours = re.compile(re.escape(f".{folder.name}-") + r"[0-9a-f]{16}\.(part|new|old)")
    with files.translating(folder.parent, reading=True):
        try:
            return sorted(entry.name for entry in folder.parent.iterdir() if ours.fullmatch(entry.name))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            # No such folder, or a name that no folder can have: there is nothing in it.
            return []


def discard(folder: Path) -> None:
    """Take away a vault that was made a moment ago and that nobody has written to yet."""
    shutil.rmtree(folder, ignore_errors=True)


def require_present(folder: Path) -> None:
    """Check that there is a vault that nobody else can reach.

    Raises:
        VaultMissing: no folder, or no ``fieldlog.json`` in it.
        UnsafePermissions: others can read or change it.
        MachineError: another subclass, it cannot be looked at.
    """
    if not files.exists(folder / HEADER_NAME):
        raise errors.VaultMissing(str(folder))
    paths.require_private(folder)


def remove_leftovers(folder: Path) -> None:
    """Take away what a process that was killed left in and beside the folder.

    Call it under the lock, and when a secret has opened what is in place: until then what lies beside it
    may be the only copy that anybody can open.
    """
    with suppress(errors.MachineError):
        for name in _left_beside(folder):
            _remove_with_keys(folder.with_name(name))
    with suppress(OSError):
        for entry in folder.iterdir():
            if _LEFTOVER.fullmatch(entry.name):
                entry.unlink()


def read_header(folder: Path) -> VaultHeader:
    """What ``fieldlog.json`` says.

    Raises:
        VaultTooNew: a later version wrote it.
        VaultDamaged: ``header``.
        StorageFailed: the disk reported an error.
    """
    try:
        return VaultHeader.parse(files.read_small(folder / HEADER_NAME, limit=keyslots.HEADER_LIMIT))
    except errors.KeySlotError as error:
        if error.reason == "too-new":
            raise errors.VaultTooNew(str(folder)) from None
        raise errors.VaultDamaged(str(folder), "header") from None
    except errors.FileUnreadable:
        raise errors.VaultDamaged(str(folder), "header") from None


def read_slots(folder: Path) -> bytes:
    """The 4,096 bytes of ``slots``.

    Raises:
        VaultDamaged: ``slots`` when it is not there or of another length.
        StorageFailed: the disk reported an error.
    """
    try:
        content = files.read_small(folder / SLOTS_NAME, limit=keyslots.SLOTS_BYTES)
    except errors.FileUnreadable:
        content = b""
    if len(content) != keyslots.SLOTS_BYTES:
        raise errors.VaultDamaged(str(folder), "slots")
    return content


def write_slots(folder: Path, content: bytes) -> None:
    """Replace ``slots`` whole and durably.

    Raises:
        MachineError: one of its subclasses; the old slots are still there.
    """
    files.write_whole(folder / SLOTS_NAME, content)
