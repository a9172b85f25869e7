"""An open vault as it is now: what to note before locking, and whether its owner is here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fieldlog.field.keyfile import read_for_unlocking
from fieldlog.field.vault import Opened, OpenVault, canonical
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.slot_keeper import KnownSlot


def opened_now(vault: OpenVault) -> Opened:
    """What the next unlock will say if nothing is saved or put back until then.

    Raises:
        FieldlogError: the storage cannot be read.
    """
    head = vault.store.head
    return replace(
        vault.opened, incidents=vault.store.incidents.counts().all, revisions=head.count, head=head
    )


def require(vault: OpenVault, present: Secret, *, keyfile: Path | None = None) -> None:
    """Check that ``present`` opens this vault, at the price of an unlock: call it on a worker thread.

    Raises:
        CannotUnlock: it does not, or its key file is another one.
        FileUnreadable: the key file is not there.
        NotEnoughMemory: the key could not be derived.
        MachineError: another subclass.
    """
    proven_slot(vault, present, keyfile=keyfile)


def proven_slot(vault: OpenVault, present: Secret, *, keyfile: Path | None = None) -> KnownSlot:
    """``require``, and the slot that ``present`` opens.

    Raises:
        FieldlogError: as ``require``.
    """
    secret = canonical(present)
    return vault.store.slots.opened_by(secret, keyfile=read_for_unlocking(keyfile, secret))
