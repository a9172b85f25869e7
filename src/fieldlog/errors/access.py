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
