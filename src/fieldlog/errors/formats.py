"""Bytes that are not what they should be: exit statuses 10 to 19."""

from __future__ import annotations

from fieldlog.errors.base import ReasonedError


class FormatError(ReasonedError):
    """Bytes that do not follow their format."""

    code = "format"
    exit_status = 10


class HeaderError(FormatError):
    """An age header that breaks the specification or a limit."""

    code = "format.header"


class MacError(FormatError):
    """An age header whose MAC is wrong: altered after it was written."""

    code = "format.mac"
    exit_status = 11


class PayloadError(FormatError):
    """An encrypted payload that was altered, cut short or extended."""

    code = "format.payload"
    exit_status = 12


class ArmorError(FormatError):
    """Text armor that is not canonical."""

    code = "format.armor"
    exit_status = 13


class NoMatch(FormatError):
    """None of the given identities opens this file."""

    code = "format.no-match"
    exit_status = 14


class KeyTextError(FormatError):
    """A recipient, identity or recovery phrase that is mistyped or of an unknown kind."""

    code = "format.key-text"
    exit_status = 14


class PassphraseTooShort(KeyTextError):
    """A passphrase of one's own below four words or twenty characters."""

    code = "format.passphrase-short"

    def __init__(self) -> None:
        super().__init__("passphrase-short")


class PassphraseRepeats(KeyTextError):
    """A passphrase of one's own in which a word comes twice."""

    code = "format.passphrase-repeated"

    def __init__(self) -> None:
        super().__init__("passphrase-repeated")


class KeySlotError(FormatError):
    """The ``slots`` or ``fieldlog.json`` file of a vault is not well formed."""

    code = "format.key-slot"
    exit_status = 15


class BagError(FormatError):
    """A bag that is incomplete, altered or not BagIt 1.0 as Fieldlog writes it."""

    code = "format.bag"
    exit_status = 16


class ArchiveError(FormatError):
    """An archive that is not exactly of the shape Fieldlog writes."""

    code = "format.archive"
    exit_status = 17


class CardError(FormatError):
    """An organisation card that is malformed or not signed by its root."""

    code = "format.card"
    exit_status = 18


class SignatureInvalid(FormatError):
    """A signature or authentication tag that does not verify."""

    code = "format.signature"
    exit_status = 19
