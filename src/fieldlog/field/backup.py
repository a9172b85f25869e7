"""Backups: one sealed file with everything in the vault, for whoever holds the recovery words.

How a face uses it, with an ``OpenVault``::

    made = back_up(vault, folder, progress=progress)      # on a worker thread
    backup_status(vault).due                              # whether to remind
    put_off(vault)                                        # not today

Promises (docs/formats/backup.md): the vault's keys and the recipient are enough, nobody types the recovery
words; memory does not grow with the vault; on any failure nothing is left; what ``back_up`` returns was
read back from the medium and is what was written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from fieldlog.errors import (
    FileUnreadable,
    NoRecoveryRecipient,
    NoSpace,
    StorageFailed,
    TargetVanished,
    UsageError,
    VaultDamaged,
)
from fieldlog.field.backup_layout import Layout, lay_out, sealed_size, write_archive
from fieldlog.field.backup_source import source_of
from fieldlog.field.recovery_keys import SETTING
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age
from fieldlog.formats.keyslots import Head, Purpose
from fieldlog.primitives.hash import Sha256, sha256
from fieldlog.primitives.rng import random_bytes
from fieldlog.system import files
from fieldlog.system.reading_back import pieces_on_medium

Progress = Callable[[int, int], None]
"""Bytes done and bytes in all, reading back included; may raise ``Cancelled``."""

MANY_INCIDENTS: Final = 10
"""This many incidents that are in no backup are worth a reminder on the same day."""

OLD: Final = timedelta(days=7)
"""A backup of this age is worth a reminder if anything was saved since."""

PUT_OFF: Final = timedelta(days=1)

LAST_BACKUP: Final = "last-backup"
"""Under this name the vault keeps when that was, and how long its history was then."""

LAST_RECIPIENT: Final = "last-backup-recipient"
"""Under this name the vault keeps the digest of the recipient that backup was sealed to."""

PUT_OFF_UNTIL: Final = "backup-reminder-after"
_NAME_BYTES: Final = 8
_SYNCED_AFTER: Final = 64 << 20
"""Bytes; a second or two of a slow stick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was written and read back. ``size`` is in bytes."""

    path: Path
    size: int
    incidents: int
    attachments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupStatus:
    """When the last backup was made and how many incidents were saved since, in new words or at all.

    ``due`` says whether to remind: there was never a backup and there is an incident; or ten incidents
    are in no backup; or the last one is seven days old, or dated in the future by a clock that was wrong,
    and something is in no backup; or ``words_changed``: the recovery words were changed since, and no
    backup opens with the present ones. Putting it off silences it for a day. What was typed and not saved,
    cards and settings do not count: a reminder that comes for nothing is soon not read any more.
    """

    last_at: datetime | None
    changes_since: int
    due: bool
    words_changed: bool = False


def back_up(vault: OpenVault, folder: Path, *, progress: Progress | None = None) -> Backup:
    """Write a backup of everything in ``vault`` into ``folder``, under a name nothing has.

    Whoever wants to write to the vault waits until it is done. It is a whole backup each time: a part of
    one would need the others to be of any use.

    Raises:
        NoRecoveryRecipient: the vault never learnt what its recovery words open.
        UsageError: ``backup-inside-vault``: it would be lost together with what it is a copy of;
            ``too-many-attachments``: more than 100,000; ``no-such-folder``.
        NoSpace: it does not fit, which is known before anything is written.
        VaultDamaged: ``media`` when an attachment is not what was taken in.
        StorageFailed: what is on the medium is not what was written, or the disk reported an error.
        Cancelled: from ``progress``.
        MachineError: another subclass. In every case nothing is left in ``folder``.
    """
    recipient = _recipient(vault)
    _require_outside(vault, folder)
    if not folder.is_dir():
        raise UsageError("no-such-folder")
    at = vault.timestamp()
    with source_of(vault) as source:

        def reading() -> None:
            # How much there is to write is not known yet, but the person may stop it.
            if progress is not None:
                progress(0, source.database_bytes)

        layout = lay_out(source, at=at, after_each=reading)
        path = _write(vault, layout, folder, recipient, progress=progress)
        made = Backup(
            path=path,
            size=sealed_size(layout, recipient),
            incidents=source.incidents,
            attachments=len(source.attachments),
        )
    note_backup(vault, at=at, head=layout.head, recipient=recipient)
    return made


def note_backup(vault: OpenVault, *, at: str, head: Head, recipient: age.HybridRecipient) -> None:
    """Remember that a backup of this moment exists; a disk that is full changes nothing about it."""
    with suppress(NoSpace), vault.store.transaction():
        vault.store.settings.set(LAST_BACKUP, f"{at} {head.count}")
        vault.store.settings.set(LAST_RECIPIENT, recipient_digest(recipient.to_text()))


def recipient_digest(recipient: str) -> str:
    """What ``LAST_RECIPIENT`` holds for a recipient: enough to know it again."""
    return sha256(recipient.encode("ascii")).hex()


def backup_status(vault: OpenVault) -> BackupStatus:
    """Whether there is a backup, what it lacks, and whether to say so."""
    settings, now = vault.store.settings, vault.clock.now()
    last, _, count = settings.get(LAST_BACKUP).partition(" ")
    last_at = datetime.fromisoformat(last) if last else None
    changes = vault.store.records.incidents_since(int(count) if count else 0)
    words_changed = last_at is not None and _words_changed(vault, last_at)
    # Of a backup from the future nobody knows how old it is.
    fresh = last_at is not None and timedelta(0) <= now - last_at < OLD
    worth_it = words_changed or changes >= MANY_INCIDENTS or (changes > 0 and not fresh)
    until = settings.get(PUT_OFF_UNTIL)
    # Put off by a clock that was years ahead, it would be silent for years.
    silent = bool(until) and timedelta(0) < datetime.fromisoformat(until) - now <= PUT_OFF
    return BackupStatus(
        last_at=last_at,
        changes_since=changes,
        due=worth_it and not silent,
        words_changed=words_changed,
    )


def _words_changed(vault: OpenVault, last_at: datetime) -> bool:
    """Whether the present recovery words are others than those of the last backup."""
    recipient = vault.store.settings.get(SETTING)
    kept = vault.store.settings.get(LAST_RECIPIENT)
    if not recipient:
        return False
    if kept:
        return kept != recipient_digest(recipient)
    # A backup of an earlier Fieldlog. Where all secrets are newer than it, it is what the vault came from.
    try:
        known = [
            (slot, datetime.fromisoformat(slot.made_at)) for slot in vault.store.slots.known() if slot.made_at
        ]
    except VaultDamaged:
        return False
    newer = [slot for slot, made_at in known if made_at > last_at]
    return len(newer) < len(known) and any(slot.purpose is Purpose.RECOVERY for slot in newer)


def put_off(vault: OpenVault) -> None:
    """Do not remind for a day."""
    with suppress(NoSpace):
        vault.store.settings.set(PUT_OFF_UNTIL, (vault.clock.now() + PUT_OFF).isoformat())


def _recipient(vault: OpenVault) -> age.HybridRecipient:
    text = vault.store.settings.get(SETTING)
    if not text:
        raise NoRecoveryRecipient(str(vault.folder))
    return age.HybridRecipient.from_text(text)


def _require_outside(vault: OpenVault, folder: Path) -> None:
    with files.translating(folder):
        inside = folder.resolve().is_relative_to(vault.folder.resolve())
    if inside:
        raise UsageError("backup-inside-vault")


class _Measured:
    """A target that knows how many bytes went through it, and their digest.

    It sees to it that they reach the medium on the way: otherwise progress on a slow stick is a promise of
    the system's memory, and the last sync takes minutes in which nothing can be stopped.
    """

    def __init__(self, target: files.TargetFile, path: Path) -> None:
        self._target = target
        self._path = path
        self._digest = Sha256()
        self.written = 0

    def write(self, piece: bytes | bytearray | memoryview, /) -> int:
        """Write all of ``piece``."""
        count = self._target.write(piece)
        self._digest.update(piece)
        if (self.written + count) // _SYNCED_AFTER > self.written // _SYNCED_AFTER:
            with files.translating(self._path):
                files.sync_descriptor(self._target.fileno())
        self.written += count
        return count

    def digest(self) -> bytes:
        """SHA-256 of everything written."""
        return self._digest.digest()


def _write(
    vault: OpenVault,
    layout: Layout,
    folder: Path,
    recipient: age.HybridRecipient,
    *,
    progress: Progress | None,
) -> Path:
    size = sealed_size(layout, recipient)
    files.require_space(folder, needed=size)
    # The person has to find it again; what it is a backup of and when it was made is nobody's business.
    path = folder / f"backup-{random_bytes(_NAME_BYTES).hex()}.age"
    with files.atomic_write(path, replace=False) as target:
        measured = _Measured(target, path)

        def written() -> None:
            if progress is not None:
                progress(measured.written, 2 * size)

        with age.encrypt(measured, (recipient,)) as sealed:
            write_archive(vault, layout, sealed, after_each=written)
    try:
        _read_back(path, measured.digest(), size=size, progress=progress)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return path


def _read_back(path: Path, expected: bytes, *, size: int, progress: Progress | None) -> None:
    """Compare what is on the medium with what was written.

    Raises:
        StorageFailed: it is something else.
        TargetVanished: it is not there any more.
        MachineError: another subclass.
    """
    found, done = Sha256(), 0
    if progress is not None:
        progress(size, 2 * size)
    try:
        for piece in pieces_on_medium(path):
            found.update(piece)
            done += len(piece)
            if progress is not None:
                progress(size + min(done, size), 2 * size)
    except FileUnreadable:
        # It was there a moment ago.
        raise TargetVanished(str(path)) from None
    if found.digest() != expected:
        raise StorageFailed(str(path))
