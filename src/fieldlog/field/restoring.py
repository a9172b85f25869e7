"""Restoring: a fresh vault out of a backup and the recovery words (docs/formats/backup.md section 8).

How a face uses it::

    words = vault.propose_passphrase("ru")
    restored = restore(backup=path, folder=folder, recovery=typed, passphrase=secret_of(words), clock=clock)

Promises: everything is verified before anything is written, and again as it goes in; the vault appears
whole, beside whatever is there, never over it; the twelve words open it as they opened the old one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fieldlog import errors
from fieldlog.field.backup import LAST_BACKUP, LAST_RECIPIENT, recipient_digest
from fieldlog.field.backup_reading import OpenBackup, opened_backup
from fieldlog.field.recovery_keys import SETTING, recovery_recipient
from fieldlog.field.vault import canonical
from fieldlog.formats.backup_manifest import ATTACHMENT_PREFIX, BackupManifest
from fieldlog.formats.keyslots import Purpose, SlotSecret
from fieldlog.primitives import kdf
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import restoring
from fieldlog.store.vault.folder import finish_replacement
from fieldlog.store.vault.making import NewVolume
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files, process
from fieldlog.system.clock import Clock

Progress = Callable[[int, int], None]
"""Bytes done and bytes in all, verifying included; may raise ``Cancelled``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, and when the backup was made: what was written later is not in it."""

    backup_at: datetime
    incidents: int
    attachments: int


def restore(
    *,
    backup: Path,
    folder: Path,
    recovery: Secret,
    passphrase: Secret,
    clock: Clock,
    profile: Argon2Profile | None = None,
    sizes: Sizes | None = None,
    progress: Progress | None = None,
) -> Restored:
    """Make a vault at ``folder`` with everything that is in ``backup``; it is locked afterwards.

    Without ``profile`` this computer is measured once and the largest preset that suits it is taken.

    Raises:
        VaultExists: there is something at ``folder``; it was not touched.
        KeyTextError, BackupNotOpened, BackupTooNew, BackupRefused: as ``opened_backup``.
        UsageError: ``same-words``: passphrase and recovery words are the same.
        HistoryAltered, VaultDamaged: the backup was made of a vault that did not verify.
        NoSpace: both volumes do not fit.
        NotEnoughMemory: not even the smallest preset fits.
        Cancelled: from ``progress``.
        MachineError: another subclass. In every case nothing is left behind.
    """
    # Before minutes of verifying; making the folder asks again.
    finish_replacement(folder)
    if files.exists(folder):
        raise errors.VaultExists(str(folder))
    words, opens = canonical(recovery), canonical(passphrase)
    if words == opens:
        raise errors.UsageError("same-words")
    chosen = profile or kdf.calibrate(process.available_memory())
    half = _Halves(progress)
    with opened_backup(backup, words, progress=half.first) as opened:
        try:
            restoring.restore(
                folder,
                _contents(opened),
                profile=chosen,
                secrets=(
                    SlotSecret(purpose=Purpose.PASSPHRASE, secret=opens),
                    SlotSecret(purpose=Purpose.RECOVERY, secret=words),
                ),
                made_at=clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                settings=_settings(opened.manifest, words, last=half.end),
                sizes=sizes,
                progress=half.second,
            )
        except errors.VaultTooNew:
            # Its tables, not its form, are of a later version.
            raise errors.BackupTooNew(str(backup)) from None
        return Restored(
            backup_at=datetime.fromisoformat(opened.manifest.created_at),
            incidents=opened.manifest.incidents,
            attachments=opened.manifest.attachments,
        )


class _Halves:
    """One progress for verifying and taking in, which read the same bytes."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._bytes = 0

    def first(self, done: int, total: int) -> None:
        """Of verifying."""
        self._bytes = total
        if self._progress is not None:
            self._progress(done, 2 * total)

    def second(self, done: int, total: int) -> None:
        """Of taking everything in."""
        if self._progress is not None:
            self._progress(self._bytes + self._bytes * done // total, 2 * self._bytes)

    def end(self) -> None:
        """Of all."""
        if self._progress is not None:
            self._progress(2 * self._bytes, 2 * self._bytes)


def _contents(opened: OpenBackup) -> restoring.Contents:
    return restoring.Contents(
        keys=opened.keys,
        head=opened.manifest.head,
        database_bytes=opened.database_bytes,
        pages=opened.pages,
        attachment_bytes=tuple(opened.attachments.values()),
        attachment=lambda code: opened.bag.open(f"{ATTACHMENT_PREFIX}{code}"),
    )


def _settings(
    manifest: BackupManifest, words: Secret, *, last: Callable[[], None]
) -> Callable[[NewVolume], None]:
    """The file it came from is a backup of the new vault too: nobody needs to be reminded at once.

    ``last`` may stop everything: the vault has not appeared yet.
    """

    def settle(volume: NewVolume) -> None:
        volume.settings.set(LAST_BACKUP, f"{manifest.created_at} {manifest.head.count}")
        recipient = recovery_recipient(words).to_text()
        volume.settings.set(LAST_RECIPIENT, recipient_digest(recipient))
        volume.settings.set(SETTING, recipient)
        last()

    return settle
