"""Checking a vault: everything in it is looked at, nothing is changed.

How a face uses it::

    checked = check(folder=folder, passphrase=secret, progress=progress)    # on a worker thread
    checked.is_clean, checked.findings           # slugs and codes; i18n.findings has the words
"""

from __future__ import annotations

from pathlib import Path

from fieldlog.field.keyfile import read_for_unlocking
from fieldlog.field.vault import canonical
from fieldlog.primitives.secret import Secret
from fieldlog.store.media import Progress
from fieldlog.store.vault import checking
from fieldlog.store.vault.findings import Checked, Finding
from fieldlog.system import process

__all__ = ["Checked", "Finding", "check"]


def check(
    *,
    folder: Path,
    passphrase: Secret,
    keyfile: Path | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Look at everything that ``passphrase`` opens in the locked vault at ``folder``.

    ``passphrase`` may be the recovery words. ``progress`` is called with what is done and what there is in
    all; what it raises ends the check.

    Raises:
        VaultMissing: there is none. VaultInUse: another Fieldlog has it open.
        VaultTooNew: a later version wrote it.
        CannotUnlock: wrong words, wrong key file, or their slot is damaged.
        FileUnreadable: the key file is not there.
        VaultDamaged: ``slots`` or ``database``: so damaged that nothing else can be looked at.
        NotEnoughMemory: ``needed`` bytes are not free.
        EncryptionUnavailable: the storage engine is not what it has to be.
        Cancelled: from ``progress``.
    """
    secret = canonical(passphrase)
    return checking.check(
        folder,
        secret=secret,
        available_memory=process.available_memory(),
        keyfile=read_for_unlocking(keyfile, secret),
        progress=progress,
    )
