"""A key, a check or a consent that is not there: exit statuses 20 to 29."""

from __future__ import annotations

from fieldlog.errors.base import FieldlogError


class AccessError(FieldlogError):
    """Something that needs a key, a check or a consent that is not there."""

    code = "access"
    exit_status = 20


class CannotUnlock(AccessError):
    """Wrong passphrase or damaged slot: one class, so that nobody learns which."""

    code = "access.cannot-unlock"


class NoMatchingKey(AccessError):
    """This register holds no key that opens the bundle."""

    code = "access.no-matching-key"
    exit_status = 21


class CardNotVerified(AccessError):
    """The organisation's card was kept but its check code was never typed."""

    code = "access.card-not-verified"
    exit_status = 22


class CardExpired(AccessError):
    """The organisation's card is past its date, or not valid yet."""

    code = "access.card-expired"
    exit_status = 23


class ConsentMissing(AccessError):
    """A person in the selection has not agreed to what is about to happen."""

    code = "access.consent-missing"
    exit_status = 24

    def __init__(self, record_codes: tuple[str, ...]) -> None:
        self.record_codes = record_codes
        super().__init__(count=len(record_codes))


class CheckCodeMismatch(AccessError):
    """The typed check code is not the card's."""

    code = "access.check-code-mismatch"
    exit_status = 25


class UnknownCard(AccessError):
    """No pinned card has this name or id."""

    code = "access.unknown-card"
    exit_status = 26


class BackupNotOpened(AccessError):
    """These recovery words do not open this file: other words, or no backup of this vault."""

    code = "access.backup-not-opened"
    exit_status = 27


class SlotsFull(AccessError):
    """All four slots of the volume are used."""

    code = "access.slots-full"
    exit_status = 27


class SlotsUnknown(AccessError):
    """A vault of the first form: which slots are free is known once both of its secrets have opened it."""

    code = "access.slots-unknown"
    exit_status = 27


class UnknownSlot(AccessError):
    """No passphrase or recovery words have this number."""

    code = "access.unknown-slot"
    exit_status = 27


class SecretInUse(AccessError):
    """These words open some slot already; nothing was changed."""

    code = "access.secret-in-use"
    exit_status = 28


class SecretNeeded(AccessError):
    """The last passphrase, the recovery words, or the secret that was typed just now: it stays."""

    code = "access.secret-needed"
    exit_status = 29


class KeyFileInVault(AccessError):
    """A key file inside the vault's folder would be taken together with it."""

    code = "access.key-file-in-vault"
    exit_status = 29


class NotAKeyFile(AccessError):
    """The chosen file is none that Fieldlog made to be a second factor."""

    code = "access.not-a-key-file"
    exit_status = 29
