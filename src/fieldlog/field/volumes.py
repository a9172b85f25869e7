"""The two volumes of a vault: a second vault, fresh volumes under new keys, room made in advance.

What may be said of the second vault is ``i18n.promises.SECOND_VAULT``, and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.errors import CannotUnlock
from fieldlog.field import presence, recovery_keys
from fieldlog.field.keyfile import read_for_unlocking
from fieldlog.field.vault import OpenVault, canonical
from fieldlog.formats.keyslots import FIRST_FORM, Purpose, SlotSecret

if TYPE_CHECKING:
    from fieldlog.primitives.secret import Secret
    from fieldlog.store.vault.making import NewVolume

Progress = Callable[[int, int], None]
"""Bytes done and bytes in all; may raise ``Cancelled``."""


def is_first_form(vault: OpenVault) -> bool:
    """Whether the vault is of format 1, with one volume: ``upgrade`` makes it one with two."""
    return vault.store.format == FIRST_FORM


def make_second_vault(vault: OpenVault, *, passphrase: Secret, recovery: Secret) -> None:
    """Make a second vault, empty, with secrets of its own, in the other volume.

    Whether there is one already cannot be known from here: if there is, it is gone afterwards. Say so first
    and have a word typed.

    Raises:
        SecretInUse: a secret opens this vault already.
        KeyTextError: the recovery words are none.
        VaultOfFirstForm: the vault has one volume; ``upgrade`` first.
        NotEnoughMemory: a key could not be derived.
        MachineError: another subclass: what was in the other volume may be gone.
    """
    words = canonical(recovery)
    recovery_keys.check_recovery_words(words)
    recipient = recovery_keys.recovery_recipient(words).to_text()

    def settle(volume: NewVolume) -> None:
        volume.settings.set(recovery_keys.SETTING, recipient)

    vault.store.create_second(_secrets(passphrase, words), made_at=vault.timestamp(), fill=settle)


def renew(vault: OpenVault, *, progress: Progress | None = None) -> None:
    """Copy everything into fresh volumes under new keys, for when somebody may have copied the old ones.

    Passphrases and recovery words stay. It takes as much free space again as the vault has. The vault is
    closed afterwards: lock, and unlock it again.

    Raises:
        SlotsUnknown: the vault is of format 1; ``upgrade`` does the same and makes two volumes.
        NoSpace: there is no room for a second copy. Cancelled: from ``progress``.
        VaultDamaged: an attachment does not verify.
        MachineError: another subclass. The vault is as it was.
    """
    vault.store.renew(made_at=vault.timestamp(), progress=progress)


def upgrade(
    vault: OpenVault,
    *,
    passphrase: Secret,
    recovery: Secret,
    keyfile: Path | None = None,
    progress: Progress | None = None,
) -> None:
    """Copy a vault of format 1 into one of format 2, with two volumes, that takes its place.

    The old one stays until the copy is complete and verified. The vault is closed afterwards. Both secrets
    must open the vault as it is: with any other words the sheet in the drawer would open nothing any more.

    Args:
        vault: of format 1; ``UsageError`` otherwise.
        passphrase: a passphrase of the vault.
        recovery: its recovery words.
        keyfile: the key file that ``passphrase`` needs; the new one needs it too.
        progress: told about the bytes that are written.

    Raises:
        KeyTextError: the recovery words are none.
        CannotUnlock: one of the two does not open this vault, or is not what it is given as.
        FieldlogError: as ``renew``. In every case the vault is as it was.
    """
    words = canonical(recovery)
    recovery_keys.check_recovery_words(words)
    for secret, purpose in ((words, Purpose.RECOVERY), (passphrase, Purpose.PASSPHRASE)):
        if presence.proven_slot(vault, secret, keyfile=keyfile).purpose is not purpose:
            raise CannotUnlock
    second_factor = read_for_unlocking(keyfile, canonical(passphrase))
    recipient = recovery_keys.recovery_recipient(words).to_text()
    # Harmless if the copy is not finished: it is where backups of the old vault would go too.
    vault.store.settings.set(recovery_keys.SETTING, recipient)
    secrets = _secrets(passphrase, words, keyfile=second_factor)
    vault.store.renew(secrets=secrets, made_at=vault.timestamp(), progress=progress)


def reserve(vault: OpenVault, media_bytes: int, *, progress: Progress | None = None) -> None:
    """Make room for attachments now, so that the vault's size says less about when they were added.

    Raises:
        NoSpace: there is no room for both areas. Cancelled: from ``progress``. They are as they were.
        VaultOfFirstForm: the vault has one area, which is not reserved.
        MachineError: another subclass.
    """
    vault.store.reserve(media_bytes, progress=progress)


def _secrets(
    passphrase: Secret, recovery: Secret, *, keyfile: bytes | None = None
) -> tuple[SlotSecret, SlotSecret]:
    return (
        SlotSecret(purpose=Purpose.PASSPHRASE, secret=canonical(passphrase), keyfile=keyfile),
        SlotSecret(purpose=Purpose.RECOVERY, secret=recovery),
    )
