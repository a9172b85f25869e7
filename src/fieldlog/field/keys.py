"""Who can open the vault: passphrases, recovery words and key files (docs/formats/vault.md section 3.4).

How a face uses it::

    keys.list_keys(vault)
    keys.change_passphrase(vault, present=typed_secret(old), new=secret_of(words))
    keys.add_passphrase(vault, present=typed_secret(old), new=secret_of(words))
    keys.remove(vault, 2, present=typed_secret(old))
    keys.change_recovery(vault, secret_of(twelve), present=typed_secret(old))     # asked back before
    keys.make_keyfile(vault, Path("/media/stick/key"))                            # then keyfile=... above

Every change asks for a secret that opens the vault now, in ``present``: who finds an unlocked vault must
not be able to take it over (docs/decisions/0008-a-change-of-keys-asks-for-a-secret.md). Checking it costs
an unlock, whichever slot it opens, so everything here but ``list_keys`` takes seconds: call it on a worker
thread. When a call returns, what was replaced or removed opens nothing any more, after a power cut too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fieldlog import errors
from fieldlog.field import keyfile as keyfiles
from fieldlog.field import presence, recovery_keys, volumes
from fieldlog.field.backup import PUT_OFF_UNTIL
from fieldlog.field.vault import OpenVault, canonical
from fieldlog.formats.keyslots import SLOTS_PER_VOLUME, Purpose, SlotSecret
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.slot_keeper import KnownSlot

PLACES = SLOTS_PER_VOLUME
"""So many passphrases and sets of recovery words a vault has room for, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret that opens the vault. ``number`` is 1 to 4 and stays while the secret exists.

    ``made_at`` is ``None`` where nobody knows; ``opened`` says that it opened the vault this time.
    """

    number: int
    purpose: Purpose
    made_at: datetime | None
    keyfile: bool
    opened: bool


def list_keys(vault: OpenVault) -> tuple[Key, ...]:
    """Everything that is known to open this vault, by number.

    In a vault of the first form only what has opened it since is known.

    Raises:
        VaultDamaged: the list cannot be read.
    """
    return tuple(_key(slot) for slot in vault.store.slots.known())


def make_keyfile(vault: OpenVault, path: Path) -> None:
    """Write a new key file at ``path``: 64 random bytes that only their owner can read.

    It does nothing until a passphrase is set with it.

    Raises:
        KeyFileInVault: the place is inside the vault's folder.
        TargetExists: there is something of this name; it was not touched.
        MachineError: another subclass. Nothing is left behind.
    """
    keyfiles.make(path, vault_folder=vault.folder)


def change_passphrase(
    vault: OpenVault,
    *,
    present: Secret,
    new: Secret,
    present_keyfile: Path | None = None,
    keyfile: Path | None = None,
    number: int | None = None,
) -> Key:
    """Put ``new`` in the place of a passphrase, which opens nothing from then on.

    Args:
        vault: the open vault.
        present: a passphrase that opens it, or its recovery words.
        new: the new passphrase; one's own was checked with ``vault.check_own_passphrase``.
        present_keyfile: the key file that ``present`` needs.
        keyfile: the key file that ``new`` is to need; without it, it needs none.
        number: of the passphrase to change; without it, the one in ``present``, or the only one.

    Raises:
        CannotUnlock: ``present`` opens nothing.
        UnknownSlot: no passphrase has this number.
        UsageError: ``which-passphrase`` when ``present`` are recovery words and there are several;
            ``keyfile-for-recovery-words`` when ``new`` could be recovery words, which never need one.
        SecretInUse: ``new`` opens a vault already, or would without ``keyfile``.
        NotAKeyFile, KeyFileInVault: ``keyfile`` cannot be one.
        NotEnoughMemory: a key could not be derived.
        MachineError: another subclass; then one of the two opens the vault, the other does not.
    """
    proven = presence.proven_slot(vault, present, keyfile=present_keyfile)
    wanted = _wanted(vault, Purpose.PASSPHRASE, new, keyfile)
    made_at = vault.timestamp()
    slots = vault.store.slots
    passphrases = [slot for slot in slots.known() if slot.purpose is Purpose.PASSPHRASE]
    if number is not None:
        index = _numbered(passphrases, number).index
    elif proven.purpose is Purpose.PASSPHRASE:
        index = proven.index
    elif not passphrases:
        return _at(vault, slots.establish(wanted, made_at=made_at))
    elif len(passphrases) == 1:
        index = passphrases[0].index
    else:
        raise errors.UsageError("which-passphrase")
    slots.require_needed(wanted, but=index)
    slots.replace(index, wanted, made_at=made_at)
    return _at(vault, index)


def add_passphrase(
    vault: OpenVault,
    *,
    present: Secret,
    new: Secret,
    present_keyfile: Path | None = None,
    keyfile: Path | None = None,
) -> Key:
    """Let one more passphrase open the vault, for another person or another place.

    Raises:
        CannotUnlock: ``present`` opens nothing.
        SlotsFull: there are four already.
        SlotsUnknown: a vault of the first form, of which only one secret is known so far.
        SecretInUse, UsageError, NotAKeyFile, KeyFileInVault, NotEnoughMemory: as ``change_passphrase``.
        MachineError: another subclass.
    """
    presence.proven_slot(vault, present, keyfile=present_keyfile)
    wanted = _wanted(vault, Purpose.PASSPHRASE, new, keyfile)
    vault.store.slots.require_needed(wanted)
    return _at(vault, vault.store.slots.add(wanted, made_at=vault.timestamp()))


def remove(vault: OpenVault, number: int, *, present: Secret, present_keyfile: Path | None = None) -> None:
    """Shut a passphrase out.

    Raises:
        CannotUnlock: ``present`` opens nothing.
        UnknownSlot: nothing has this number.
        SecretNeeded: it is the last passphrase, or the recovery words, which are only ever changed, or the
            one in ``present``: who removes a passphrase has just shown to know one that stays.
        MachineError: one of its subclasses; then it may still open the vault.
    """
    proven = presence.proven_slot(vault, present, keyfile=present_keyfile)
    known = vault.store.slots.known()
    chosen = _numbered(known, number)
    passphrases = [slot for slot in known if slot.purpose is Purpose.PASSPHRASE]
    if chosen.purpose is not Purpose.PASSPHRASE or len(passphrases) == 1 or chosen.index == proven.index:
        raise errors.SecretNeeded
    vault.store.slots.remove(chosen.index)


def change_recovery(
    vault: OpenVault, words: Secret, *, present: Secret, present_keyfile: Path | None = None
) -> Key:
    """Put new recovery words in the place of the old ones; backups are sealed to them from then on.

    Earlier backups still open with the words they were made for, and with no others. Recovery words never
    need a key file: they are the way back when everything else is lost.

    Args:
        vault: the open vault.
        words: twelve words from ``vault.propose_recovery`` that were written down and asked back.
        present: a passphrase that opens the vault, or the old recovery words.
        present_keyfile: the key file that ``present`` needs.

    Raises:
        KeyTextError: ``words`` are not twelve words whose checksum fits.
        CannotUnlock: ``present`` opens nothing.
        SecretInUse, SlotsFull, SlotsUnknown, NotEnoughMemory: as ``add_passphrase``.
        MachineError: another subclass; then one of the two opens the vault, the other does not.
    """
    words = canonical(words)
    recovery_keys.check_recovery_words(words)
    recipient = recovery_keys.recovery_recipient(words).to_text()
    presence.proven_slot(vault, present, keyfile=present_keyfile)
    wanted = SlotSecret(purpose=Purpose.RECOVERY, secret=words)
    slots, made_at = vault.store.slots, vault.timestamp()
    old = [slot.index for slot in slots.known() if slot.purpose is Purpose.RECOVERY]
    if old:
        index = old[0]
        slots.replace(index, wanted, made_at=made_at, recipient=recipient)
    else:
        index = _first_recovery(vault, wanted, made_at=made_at, recipient=recipient)
    # The slot knows its recipient too; should this be interrupted, the next unlock writes the setting.
    with vault.store.transaction():
        vault.store.settings.set(recovery_keys.SETTING, recipient)
        # Whoever put a backup off did so while the last one could still be opened.
        if vault.store.settings.get(PUT_OFF_UNTIL):
            vault.store.settings.set(PUT_OFF_UNTIL, "")
    return _at(vault, index)


def renew(
    vault: OpenVault,
    *,
    present: Secret,
    present_keyfile: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Copy the vault into fresh volumes under a new vault key, in its place; then it is locked.

    For when somebody may have copied the folder and the old passphrase: what they hold opens the state of
    that day and nothing that is written afterwards. All secrets stay as they are; change them first.

    Args:
        vault: the open vault; it is locked when this returns.
        present: a passphrase that opens it, or its recovery words.
        present_keyfile: the key file that ``present`` needs.
        progress: is told bytes done and bytes in all; may raise ``Cancelled``.

    Raises:
        CannotUnlock: ``present`` opens nothing.
        VaultOfFirstForm: it gets new keys with its ``upgrade``.
        NoSpace: there is no room for a second copy.
        Cancelled: from ``progress``. VaultDamaged: something in it does not verify.
        MachineError: another subclass. The vault is as it was.
    """
    if volumes.is_first_form(vault):
        raise errors.VaultOfFirstForm(str(vault.folder))
    presence.proven_slot(vault, present, keyfile=present_keyfile)
    volumes.renew(vault, progress=progress)


def _wanted(vault: OpenVault, purpose: Purpose, new: Secret, keyfile: Path | None) -> SlotSecret:
    secret = canonical(new)
    if keyfile is None:
        return SlotSecret(purpose=purpose, secret=secret)
    if recovery_keys.are_recovery_words(secret):
        # With such words no unlock looks at a key file: they would never open anything.
        raise errors.UsageError("keyfile-for-recovery-words")
    content = keyfiles.read_chosen(keyfile, vault_folder=vault.folder)
    return SlotSecret(purpose=purpose, secret=secret, keyfile=content)


def _first_recovery(vault: OpenVault, wanted: SlotSecret, *, made_at: str, recipient: str) -> int:
    """Where no recovery words are known: a vault of the first form has some, another vault has none."""
    slots = vault.store.slots
    try:
        return slots.establish(wanted, made_at=made_at, recipient=recipient)
    except errors.SlotsFull:
        return slots.add(wanted, made_at=made_at, recipient=recipient)


def _numbered(slots: list[KnownSlot] | tuple[KnownSlot, ...], number: int) -> KnownSlot:
    for slot in slots:
        if _number(slot) == number:
            return slot
    raise errors.UnknownSlot


def _at(vault: OpenVault, index: int) -> Key:
    return next(_key(slot) for slot in vault.store.slots.known() if slot.index == index)


def _key(slot: KnownSlot) -> Key:
    return Key(
        number=_number(slot),
        purpose=slot.purpose,
        made_at=datetime.fromisoformat(slot.made_at) if slot.made_at else None,
        keyfile=slot.keyfile,
        opened=slot.opened,
    )


def _number(slot: KnownSlot) -> int:
    """Counted within its volume: which of the two volumes is open is nobody's business."""
    return slot.index % SLOTS_PER_VOLUME + 1
