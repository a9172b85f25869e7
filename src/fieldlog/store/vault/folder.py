"""The folder of a vault: which files it has, how it appears and how its slots are written.

Implements docs/formats/vault.md sections 1 and 2. A vault appears whole, by one rename; ``slots`` is only
ever replaced whole.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.system import files, paths

HEADER_NAME: Final = "fieldlog.json"
SLOTS_NAME: Final = "slots"
DATABASE_NAME: Final = "volume.db"
MEDIA_NAME: Final = "media"

_LEFTOVER: Final = re.compile(r"\.[0-9a-f]{16}\.part")
"""A temporary file of ``files.atomic_write`` that a killed process left."""


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A private folder beside ``folder`` that takes its place and name when the block ends well.

    Raises:
        VaultExists: there is something of this name.
        MachineError: one of its subclasses. Nothing is left behind.
    """
    if os.path.lexists(folder):
        raise errors.VaultExists(str(folder))
    temporary = folder.with_name(f".{secrets.token_hex(8)}.part")
    paths.make_private_folder(temporary)
    try:
        yield temporary
        files.sync_folder(temporary)
        if os.path.lexists(folder):
            raise errors.VaultExists(str(folder))  # noqa: TRY301 - the handler only cleans up
        with files.translating(folder):
            temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    files.sync_folder(folder.parent)


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
    """Take away temporary files of a process that was killed. Call it under the lock."""
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
