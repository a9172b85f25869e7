"""Making, unlocking and locking the reporter's vault (docs/formats/vault.md).

How a face uses it::

    words = propose_passphrase("ru")              # seven words to write down
    kit = propose_recovery("ru")                  # twelve words for the paper kit
    vault = create(folder=folder, passphrase=secret_of(words), recovery=secret_of(kit), clock=clock)
    vault = unlock(folder=folder, passphrase=typed_secret(text), clock=clock)
    vault.opened.check_words("ru")                # to compare with what was seen last time
    vault.lock()                                  # then end the process image

Both functions take seconds on purpose (Argon2id): call them on a worker thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from fieldlog.errors import (
    FieldlogError,
    KeyTextError,
    NoSpace,
    PassphraseRepeats,
    PassphraseTooShort,
    VaultDamaged,
    VaultMissing,
)
from fieldlog.field import recovery_keys
from fieldlog.field.keyfile import read_for_unlocking
from fieldlog.formats.keyslots import Head, Purpose, SlotSecret
from fieldlog.primitives import kdf, recovery, words
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.folder import (
    HEADER_NAME,
    TELLING,
    discard,
    finish_replacement,
)
from fieldlog.store.vault.making import NewVolume
from fieldlog.store.vault.session import VaultStore
from fieldlog.system import files, process
from fieldlog.system.clock import Clock

OWN_PASSPHRASE_LETTERS: Final = 20
"""A passphrase of one's own has at least this many characters: four short words and more."""

OWN_PASSPHRASE_WORDS: Final = 4

CHECK_WORDS: Final = 4
_WORD_BITS: Final = 11
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"
_OPENED_AT: Final = "opened-at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What to show after unlocking, so that the person can notice an older copy of the whole folder.

    ``last_opened`` is ``None`` the first time; ``revisions`` counts every change ever saved. After a session
    that was not locked (``left_open``) older pieces of the database could not be told from newer ones.
    With ``media_damaged`` the files with the attachments were cut short or exchanged: the texts are there.
    """

    last_opened: datetime | None
    incidents: int
    revisions: int
    head: Head
    left_open: bool = False
    media_damaged: bool = False

    def check_words(self, language: str) -> tuple[str, ...]:
        """Four words that change with every saved change, the same for the same history."""
        listed = words.word_list(language)
        number = int.from_bytes(self.head.hash, "big") >> (len(self.head.hash) * 8 - CHECK_WORDS * _WORD_BITS)
        places = [
            number >> (_WORD_BITS * place) & (len(listed) - 1) for place in reversed(range(CHECK_WORDS))
        ]
        return tuple(listed[place] for place in places)


class OpenVault:
    """An unlocked vault. Use cases take it as their first argument; ``lock`` it, or use it in ``with``.

    ``store`` is for use cases of this package; ``clock`` is the clock it was opened with.
    ``erased_from_bin`` is how many incidents had their thirty days in the bin behind them and are gone.
    """

    def __init__(self, store: VaultStore, folder: Path, clock: Clock) -> None:
        self.store = store
        self.folder = folder
        self.clock = clock
        opened_at = store.settings.get(_OPENED_AT)
        self.opened = Opened(
            last_opened=datetime.fromisoformat(opened_at) if opened_at else None,
            incidents=store.incidents.counts().all,
            revisions=store.head.count,
            head=store.head,
            left_open=store.was_left_open,
            media_damaged=not store.media_is_whole,
        )
        # On a full disk one must still get in, to read and to make room.
        with suppress(NoSpace), store.transaction():
            store.settings.set(_OPENED_AT, self.timestamp())
            store.bin.move_on(now=clock.now())
        self.erased_from_bin = 0
        # Whatever stands in the way of erasing, one must still get in; the next unlock tries again.
        with suppress(FieldlogError):
            self.erased_from_bin = store.bin.erase_due(now=clock.now())

    @property
    def is_open(self) -> bool:
        """Whether ``lock`` was not called yet."""
        return self.store.is_open

    def timestamp(self) -> str:
        """The present moment as records hold it: RFC 3339, UTC, whole seconds."""
        return self.clock.now().astimezone(UTC).strftime(_MOMENT)

    def lock(self) -> None:
        """Close the vault and forget its keys; again is harmless.

        Copies that Python made stay in memory until the process image ends: replace it right after
        (``system.process.replace_image``) or end the process.

        Raises:
            MachineError: one of its subclasses: the storage refused at the very end. What was saved is
                saved.
        """
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.lock()


def exists(folder: Path) -> bool:
    """Whether there is a vault at ``folder``, or a part of one; which screen comes first depends on it.

    Raises:
        MachineError: one of its subclasses: it cannot be looked at, or no file can have such a name.
    """
    finish_replacement(folder)
    return files.exists(folder / HEADER_NAME) or _is_partial(folder)


def _is_partial(folder: Path) -> bool:
    """Whether files lie there that only a vault has: nobody is to make a new one in their place."""
    return any(files.exists(folder / name) for name in TELLING)


def propose_passphrase(language: str) -> tuple[str, ...]:
    """Seven random words (77 bits) for somebody who reads ``language``."""
    return words.passphrase_words(language)


def propose_recovery(language: str) -> tuple[str, ...]:
    """Twelve random words with a checksum (128 bits), for paper."""
    return recovery.words_for(recovery.generate(), language)


def secret_of(chosen: Sequence[str]) -> Secret:
    """The secret that words stand for, however they are spaced or capitalised.

    Raises:
        KeyTextError: ``not-text`` for something no encoding can carry.
    """
    return words.phrase(words.read_words(" ".join(chosen)))


def typed_secret(text: str) -> Secret:
    """The secret for what was typed: passphrase or recovery words.

    Raises:
        KeyTextError: ``not-text`` for something no encoding can carry.
    """
    return secret_of((text,))


def check_own_passphrase(text: str) -> None:
    """Accept a passphrase of one's own, or say why not. There is no strength score on purpose.

    Raises:
        PassphraseTooShort: below 20 characters or four words.
        PassphraseRepeats: a word comes twice.
    """
    chosen = words.read_words(text)
    if len(" ".join(chosen)) < OWN_PASSPHRASE_LETTERS or len(chosen) < OWN_PASSPHRASE_WORDS:
        raise PassphraseTooShort
    if len(set(chosen)) < len(chosen):
        raise PassphraseRepeats


def create(
    *,
    folder: Path,
    passphrase: Secret,
    recovery: Secret,
    clock: Clock,
    profile: Argon2Profile | None = None,
    fill: Callable[[NewVolume], None] | None = None,
) -> OpenVault:
    """Make a vault that passphrase and recovery words open, each through a slot of its own, and open it.

    Without ``profile`` this computer is measured once and the largest preset that suits it is taken.
    ``fill`` puts content into it before it appears.

    Raises:
        VaultExists: there is something at ``folder``; it was not touched.
        NotEnoughMemory: not even the smallest preset fits; it is never weakened.
        EncryptionUnavailable: the storage engine would not encrypt.
        MachineError: another subclass. Nothing is left behind.
    """
    chosen = profile or kdf.calibrate(process.available_memory())
    store = VaultStore.create(
        folder,
        profile=chosen,
        secrets=(
            SlotSecret(purpose=Purpose.PASSPHRASE, secret=canonical(passphrase)),
            SlotSecret(purpose=Purpose.RECOVERY, secret=canonical(recovery)),
        ),
        made_at=clock.now().astimezone(UTC).strftime(_MOMENT),
        fill=fill,
    )
    try:
        return _open_or_close(store, folder, clock, recovery=canonical(recovery))
    except BaseException:
        # Without it the next try would find a vault whose words nobody has been shown to work.
        discard(folder)
        raise


def unlock(*, folder: Path, passphrase: Secret, clock: Clock, keyfile: Path | None = None) -> OpenVault:
    """Open the vault at ``folder``. ``passphrase`` may be the recovery words as well.

    ``keyfile`` is the key file of a passphrase that was set with one. Recovery words never have one, and
    open the vault whatever is named.

    Raises:
        VaultMissing: there is none. VaultInUse: another Fieldlog has it open.
        VaultTooNew: a later version wrote it. VaultDamaged: ``part`` says what does not verify, or is
            missing.
        UnsafePermissions: others can read or change it.
        CannotUnlock: wrong passphrase or key file, or damaged slots.
        FileUnreadable: the key file is not there.
        NotEnoughMemory: ``needed`` bytes are not free.
        HistoryAltered: the records are older than when the vault was last locked.
        MachineError: another subclass.
    """
    secret = canonical(passphrase)
    try:
        store = VaultStore.unlock(
            folder,
            secret=secret,
            available_memory=process.available_memory(),
            keyfile=read_for_unlocking(keyfile, secret),
        )
    except VaultMissing:
        if _is_partial(folder):
            raise VaultDamaged(str(folder), "header") from None
        raise
    recovery = secret if recovery_keys.are_recovery_words(secret) else None
    return _open_or_close(store, folder, clock, recovery=recovery)


def _open_or_close(store: VaultStore, folder: Path, clock: Clock, *, recovery: Secret | None) -> OpenVault:
    try:
        opened = OpenVault(store, folder, clock)
        # A vault from before there were backups learns its recipient when its twelve words are typed.
        if recovery is not None and not store.settings.get(recovery_keys.SETTING):
            recipient = recovery_keys.recovery_recipient(recovery)
            with suppress(NoSpace):
                store.settings.set(recovery_keys.SETTING, recipient.to_text())
        with suppress(NoSpace):
            _follow_recovery_words(store)
    except BaseException:
        store.close()
        raise
    return opened


def _follow_recovery_words(store: VaultStore) -> None:
    """Seal backups to the words that open the vault, also when changing them was interrupted."""
    for slot in store.slots.known():
        if slot.recipient and slot.recipient != store.settings.get(recovery_keys.SETTING):
            store.settings.set(recovery_keys.SETTING, slot.recipient)


def canonical(secret: Secret) -> Secret:
    """The one form of a secret, however it was typed.

    Raises:
        KeyTextError: ``not-text``.
    """
    # Whatever a face did or did not do about case and blanks, the same words give the same key.
    try:
        return typed_secret(secret.reveal().decode("utf-8"))
    except UnicodeDecodeError:
        raise KeyTextError("not-text") from None
