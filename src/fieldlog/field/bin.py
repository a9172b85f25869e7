"""The bin, and erasing for good.

How a face uses it::

    vault.erased_from_bin                        # after unlock: how many have gone, to say so
    move_to_bin(vault, code)                     # nothing is deleted
    for one in binned(vault): one.row, one.days_left
    restore_from_bin(vault, code)
    erase(vault, code, typed=text)               # what the person typed must be the code
    empty_bin(vault, typed=text)                 # what the person typed must be how many there are

What is erased is gone from the vault: no use case and no tool brings it back from these files. Earlier
backups, bundles that were handed over and copies of the folder still have it.
"""

from __future__ import annotations

from fieldlog import errors
from fieldlog.field.vault import OpenVault
from fieldlog.model.ids import PREFIXES, read_code
from fieldlog.store.vault.binned import KEPT, BinnedIncident

__all__ = [
    "DAYS",
    "BinnedIncident",
    "binned",
    "empty_bin",
    "erase",
    "is_typed_code",
    "is_typed_count",
    "move_to_bin",
    "restore_from_bin",
]

DAYS = KEPT.days
"""Days that an incident stays in the bin."""


def binned(vault: OpenVault) -> tuple[BinnedIncident, ...]:
    """Everything in the bin with the days it has left, what goes first at the beginning."""
    return vault.store.bin.rows(now=vault.clock.now())


def move_to_bin(vault: OpenVault, code: str) -> None:
    """Put an incident aside for ``DAYS`` days. Nothing is deleted.

    Raises:
        UnknownRecord: no such incident.
    """
    vault.store.bin.put(code, now=vault.clock.now())


def restore_from_bin(vault: OpenVault, code: str) -> None:
    """Bring an incident back from the bin; put there again, it has all its days again.

    Raises:
        UnknownRecord: no such incident.
    """
    vault.store.bin.restore(code)


def is_typed_code(typed: str, code: str) -> bool:
    """Whether somebody typed ``code``, in any case and with or without its prefix, for a form to show."""
    try:
        return read_code(typed, PREFIXES["incident"]) == code
    except errors.MalformedRecord:
        return False


def erase(vault: OpenVault, code: str, *, typed: str) -> None:
    """Erase an incident for good, in the bin or not, if ``typed`` is its code.

    Raises:
        UsageError: ``code-differs``: what was typed is not the code; nothing was changed.
        UnknownRecord: no such incident.
        NoSpace: the disk is full. The incident is out of sight; the next unlock erases the rest.
        FieldlogError: another error of the storage, likewise.
    """
    vault.store.incidents.row(code)
    if not is_typed_code(typed, code):
        raise errors.UsageError("code-differs")
    vault.store.erasing.erase((code,))


def is_typed_count(typed: str, count: int) -> bool:
    """Whether somebody typed ``count``, for a form to show."""
    return typed.strip() == str(count)


def empty_bin(vault: OpenVault, *, typed: str) -> int:
    """Erase everything in the bin for good if ``typed`` is how many incidents that are; returns how many.

    Raises:
        UsageError: ``count-differs``: what was typed is another number; nothing was changed.
        FieldlogError: as ``erase``.
    """
    count = len(binned(vault))
    if count and not is_typed_count(typed, count):
        raise errors.UsageError("count-differs")
    return vault.store.bin.empty()
