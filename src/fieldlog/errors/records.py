"""Records (40 to 49) and bundles taken in at the desk (50 to 59)."""

from __future__ import annotations

from fieldlog.errors.base import FieldlogError, ReasonedError


class RecordError(FieldlogError):
    """A record that is not there or not as it must be."""

    code = "record"
    exit_status = 40


class UnknownRecord(RecordError):
    """No record has this code."""

    code = "record.unknown"


class InvalidRecord(RecordError):
    """A record breaks its rules; ``problems`` are values of ``model.rules.Problem``."""

    code = "record.invalid"
    exit_status = 41

    def __init__(self, problems: tuple[object, ...]) -> None:
        self.problems = problems
        super().__init__(count=len(problems))


class UnknownTerm(RecordError):
    """A code that is in no vocabulary of this version."""

    code = "record.unknown-term"
    exit_status = 42

    def __init__(self, vocabulary: str) -> None:
        self.vocabulary = vocabulary
        super().__init__(vocabulary=vocabulary)


class MalformedRecord(ReasonedError, RecordError):
    """Stored or received data that is not a record of a known version."""

    code = "record.malformed"
    exit_status = 43


class UnreadableDate(RecordError):
    """A typed or stored date that cannot be read."""

    code = "record.unreadable-date"
    exit_status = 44


class TextTooLong(RecordError):
    """More was typed than is kept; nothing was changed. Both numbers are characters."""

    code = "record.text-too-long"
    exit_status = 46

    def __init__(self, *, length: int, most: int) -> None:
        super().__init__(length=length, most=most)


class EditConflict(RecordError):
    """The record was changed since it was read; nothing was overwritten."""

    code = "record.edit-conflict"
    exit_status = 45


class IntakeError(FieldlogError):
    """A bundle the desk will not take in."""

    code = "intake"
    exit_status = 50


class AlreadyRegistered(IntakeError):
    """This bundle is in the register already."""

    code = "intake.already-registered"


class NotForUs(IntakeError):
    """The signed list of recipients does not name this organisation."""

    code = "intake.not-for-us"
    exit_status = 51


class BundleRefused(ReasonedError, IntakeError):
    """A bundle that does not verify; ``reason`` is a slug, and nothing was written."""

    code = "intake.refused"
    exit_status = 52
