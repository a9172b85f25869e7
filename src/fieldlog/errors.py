"""Every error Fieldlog raises on purpose, each with a stable code and an exit status.

An error carries typed fields and no sentence: the faces look the sentences up by ``code``
(``i18n/sentences.py``).
``str(error)`` is the code and its *safe* fields only, so that a traceback, a log of another program
or a crash screen never shows a path, a name or a word somebody wrote.

Exit statuses: 2 usage, 10-19 formats, 20-29 access, 30-39 vault, 40-49 records, 50-59 intake,
60-69 machine.
"""

from __future__ import annotations

from typing import ClassVar


class FieldlogError(Exception):
    """Base of every deliberate error. Never raised itself."""

    code: ClassVar[str] = "fieldlog"
    exit_status: ClassVar[int] = 1

    def __init__(self, **safe_fields: str | int) -> None:
        self.safe_fields = safe_fields
        super().__init__(self.code)

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value}" for name, value in self.safe_fields.items())
        return f"{self.code} ({fields})" if fields else self.code


class _ReasonedError(FieldlogError):
    """An error with one machine-readable reason, such as ``"too-many-stanzas"``."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class _PathError(FieldlogError):
    """An error about one path. The path is for the faces; ``str()`` leaves it out."""

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__()


class UsageError(_ReasonedError):
    """The request is impossible as asked; ``reason`` is a slug such as ``"empty-selection"``."""

    code = "usage"
    exit_status = 2


class Cancelled(FieldlogError):  # noqa: N818
    """The person stopped a long job; what it had begun was taken away again."""

    code = "cancelled"
    exit_status = 130


# --- 10-19: bytes that are not what they should be -------------------------------------------


class FormatError(_ReasonedError):
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


class NoMatch(FormatError):  # noqa: N818 - the CCTV name of this class of failure
    """None of the given identities opens this file."""

    code = "format.no-match"
    exit_status = 14


class KeyTextError(FormatError):
    """A recipient, identity or recovery phrase that is mistyped or of an unknown kind."""

    code = "format.key-text"
    exit_status = 14


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


class SignatureInvalid(FormatError):  # noqa: N818
    """A signature or authentication tag that does not verify."""

    code = "format.signature"
    exit_status = 19


# --- 20-29: not allowed to ---------------------------------------------------------------------


class AccessError(FieldlogError):
    """Something that needs a key, a check or a consent that is not there."""

    code = "access"
    exit_status = 20


class CannotUnlock(AccessError):  # noqa: N818
    """Wrong passphrase or damaged slot: one class, so that nobody learns which."""

    code = "access.cannot-unlock"


class NoMatchingKey(AccessError):  # noqa: N818
    """This register holds no key that opens the bundle."""

    code = "access.no-matching-key"
    exit_status = 21


class CardNotVerified(AccessError):  # noqa: N818
    """The organisation's card was kept but its check code was never typed."""

    code = "access.card-not-verified"
    exit_status = 22


class CardExpired(AccessError):  # noqa: N818
    """The organisation's card is past its date, or not valid yet."""

    code = "access.card-expired"
    exit_status = 23


class ConsentMissing(AccessError):  # noqa: N818
    """A person in the selection has not agreed to what is about to happen."""

    code = "access.consent-missing"
    exit_status = 24

    def __init__(self, record_codes: tuple[str, ...]) -> None:
        self.record_codes = record_codes
        super().__init__(count=len(record_codes))


class CheckCodeMismatch(AccessError):  # noqa: N818
    """The typed check code is not the card's."""

    code = "access.check-code-mismatch"
    exit_status = 25


class UnknownCard(AccessError):  # noqa: N818
    """No pinned card has this name or id."""

    code = "access.unknown-card"
    exit_status = 26


# --- 30-39: the vault or register as a whole ------------------------------------------------------


class VaultError(_PathError):
    """A vault or register folder that cannot be used as asked."""

    code = "vault"
    exit_status = 30


class VaultMissing(VaultError):  # noqa: N818
    """There is no vault at this place."""

    code = "vault.missing"


class VaultExists(VaultError):  # noqa: N818
    """There is already something at this place; nothing was overwritten."""

    code = "vault.exists"
    exit_status = 31


class VaultInUse(VaultError):  # noqa: N818
    """Another Fieldlog has this vault open."""

    code = "vault.in-use"
    exit_status = 32


class VaultTooNew(VaultError):  # noqa: N818
    """The vault was written by a newer Fieldlog."""

    code = "vault.too-new"
    exit_status = 33


class VaultDamaged(VaultError):  # noqa: N818
    """A part of the vault does not verify. ``part`` is a slug such as ``"database"``."""

    code = "vault.damaged"
    exit_status = 34

    def __init__(self, path: str, part: str) -> None:
        super().__init__(path)
        self.part = part
        self.safe_fields = {"part": part}


class EncryptionUnavailable(VaultError):  # noqa: N818
    """The storage engine would not encrypt: nothing was opened or written."""

    code = "vault.encryption-unavailable"
    exit_status = 35

    def __init__(self, reason: str) -> None:
        super().__init__("")
        self.reason = reason
        self.safe_fields = {"reason": reason}


class HistoryAltered(VaultError):  # noqa: N818
    """The chain of revisions does not verify, or is shorter than when it was last locked."""

    code = "vault.history-altered"
    exit_status = 36


class RegisterMissing(VaultError):  # noqa: N818
    """There is no register at this place."""

    code = "vault.register-missing"
    exit_status = 37


# --- 40-49: records ---------------------------------------------------------------------------------


class RecordError(FieldlogError):
    """A record that is not there or not as it must be."""

    code = "record"
    exit_status = 40


class UnknownRecord(RecordError):  # noqa: N818
    """No record has this code."""

    code = "record.unknown"


class InvalidRecord(RecordError):  # noqa: N818
    """A record breaks its rules; ``problems`` are values of ``model.rules.Problem``."""

    code = "record.invalid"
    exit_status = 41

    def __init__(self, problems: tuple[object, ...]) -> None:
        self.problems = problems
        super().__init__(count=len(problems))


class UnknownTerm(RecordError):  # noqa: N818
    """A code that is in no vocabulary of this version."""

    code = "record.unknown-term"
    exit_status = 42

    def __init__(self, vocabulary: str) -> None:
        self.vocabulary = vocabulary
        super().__init__(vocabulary=vocabulary)


class MalformedRecord(RecordError):  # noqa: N818
    """Stored or received data that is not a record of a known version."""

    code = "record.malformed"
    exit_status = 43

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


class UnreadableDate(RecordError):  # noqa: N818
    """A typed or stored date that cannot be read."""

    code = "record.unreadable-date"
    exit_status = 44


class EditConflict(RecordError):  # noqa: N818
    """The record was changed since it was read; nothing was overwritten."""

    code = "record.edit-conflict"
    exit_status = 45


# --- 50-59: intake ----------------------------------------------------------------------------------


class IntakeError(FieldlogError):
    """A bundle the desk will not take in."""

    code = "intake"
    exit_status = 50


class AlreadyRegistered(IntakeError):  # noqa: N818
    """This bundle is in the register already."""

    code = "intake.already-registered"


class NotForUs(IntakeError):  # noqa: N818
    """The signed list of recipients does not name this organisation."""

    code = "intake.not-for-us"
    exit_status = 51


class BundleRefused(IntakeError):  # noqa: N818
    """A bundle that does not verify; ``reason`` is a slug, and nothing was written."""

    code = "intake.refused"
    exit_status = 52

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


# --- 60-69: the machine -----------------------------------------------------------------------------


class MachineError(_PathError):
    """The computer, disk or terminal cannot do what is needed."""

    code = "machine"
    exit_status = 60

    def __init__(self, path: str = "") -> None:
        super().__init__(path)


class NoSpace(MachineError):  # noqa: N818
    """The disk is full; nothing was half-written. Sizes are in bytes, 0 when not known."""

    code = "machine.no-space"

    def __init__(self, path: str = "", needed: int = 0, free: int = 0) -> None:
        super().__init__(path)
        self.needed = needed
        self.free = free
        self.safe_fields = {"needed": needed, "free": free}


class UnsafePermissions(MachineError):  # noqa: N818
    """Others can read or change this folder or file."""

    code = "machine.unsafe-permissions"
    exit_status = 61


class ReadOnly(MachineError):  # noqa: N818
    """The target cannot be written."""

    code = "machine.read-only"
    exit_status = 62


class MissingTerminal(MachineError):  # noqa: N818
    """A screen or a typed answer is needed and there is no terminal."""

    code = "machine.missing-terminal"
    exit_status = 63


class NoPostQuantum(MachineError):  # noqa: N818
    """The installed cryptography package cannot do the hybrid key exchange."""

    code = "machine.no-post-quantum"
    exit_status = 64


class NotEnoughMemory(MachineError):  # noqa: N818
    """Not enough free memory for the vault's key derivation; it is never weakened instead."""

    code = "machine.not-enough-memory"
    exit_status = 65

    def __init__(self, needed: int) -> None:
        super().__init__()
        self.needed = needed
        self.safe_fields = {"needed": needed}


class TargetVanished(MachineError):  # noqa: N818
    """The folder or device went away while it was used."""

    code = "machine.target-vanished"
    exit_status = 66


class TargetExists(MachineError):  # noqa: N818
    """A file of this name is there already; it was not overwritten."""

    code = "machine.target-exists"
    exit_status = 67


class FileUnreadable(MachineError):  # noqa: N818
    """The file is not there, is not a plain file, or cannot be read."""

    code = "machine.file-unreadable"
    exit_status = 68


class StorageFailed(MachineError):  # noqa: N818
    """The disk reported an input/output error."""

    code = "machine.storage-failed"
    exit_status = 69
