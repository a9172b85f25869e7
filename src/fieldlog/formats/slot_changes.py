"""Changing who can open a volume: new content of ``slots`` from the old (docs/formats/vault.md section 3.4).

Pure functions from bytes to bytes. They promise that only the slots that are named change, always under
a fresh nonce and fresh padding; that no slot of the other volume is ever touched, used or not; and that a
slot that is given up is random bytes, as if nobody had ever used it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from fieldlog.errors import KeySlotError
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import (
    SALT_BYTES,
    SLOT_BYTES,
    SLOTS_BYTES,
    SLOTS_PER_VOLUME,
    Head,
    OpenedSlot,
    SlotPayload,
    VaultHeader,
)
from fieldlog.primitives import rng
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.secret import Secret

VOLUMES: Final = 2


def slots_of(volume: int) -> range:
    """The numbers of the slots that belong to ``volume``: fixed, so that no session ever writes another's.

    Raises:
        KeySlotError: ``slot-volume`` for a volume that no vault has.
    """
    if volume not in range(VOLUMES):
        raise KeySlotError("slot-volume")
    return range(volume * SLOTS_PER_VOLUME, (volume + 1) * SLOTS_PER_VOLUME)


def digest_of(content: bytes, index: int) -> bytes:
    """SHA-256 of one slot as it stands in ``content``; no two writings of a slot have the same.

    Raises:
        KeySlotError: ``content`` is not 4,096 bytes long, or there is no such slot.
    """
    start = _place_of(content, index)
    return sha256(content[start : start + SLOT_BYTES])


def put(
    header: VaultHeader,
    content: bytes,
    slot_keys: Sequence[Secret],
    *,
    index: int,
    payload: SlotPayload,
) -> tuple[bytes, OpenedSlot]:
    """Let a secret open slot ``index``, in place of whatever opened it before.

    Args:
        header: of the vault.
        content: of ``slots``.
        slot_keys: of the new secret, from ``keyslots.keys_for``.
        index: a slot of the payload's volume.
        payload: what the slot is to hold.

    Returns:
        The new content, and the slot as if it had been opened.

    Raises:
        SecretInUse: the secret opens some slot already, of either volume.
        KeySlotError: ``content`` is not 4,096 bytes long, or the slot is not of the payload's volume.
    """
    _require_of(payload.volume, index)
    _require_length(content)
    keyslots.require_unused(header, content, slot_keys)
    slot = OpenedSlot(index=index, slot_key=slot_keys[index], payload=payload)
    return keyslots.replace(header, content, slot), slot


def clear(content: bytes, indexes: Iterable[int], *, volume: int) -> bytes:
    """Give slots of ``volume`` up: random bytes take their place, and what opened them opens nothing.

    Raises:
        KeySlotError: ``content`` is not 4,096 bytes long, or a slot is not of that volume.
    """
    for index in indexes:
        _require_of(volume, index)
        start = _place_of(content, index)
        content = content[:start] + rng.random_bytes(SLOT_BYTES) + content[start + SLOT_BYTES :]
    return content


def reseal(header: VaultHeader, content: bytes, slots: Iterable[OpenedSlot], *, head: Head) -> bytes:
    """Write ``head`` into every slot of ``slots``, which keep their secrets and their keys.

    Raises:
        KeySlotError: ``content`` is not 4,096 bytes long, or a slot is not of its payload's volume.
    """
    for slot in slots:
        _require_of(slot.payload.volume, slot.index)
        with_head = replace(slot, payload=replace(slot.payload, head=head))
        content = keyslots.replace(header, content, with_head)
    return content


def splice(content: bytes, source: bytes, *, volume: int) -> bytes:
    """``content`` with the slots of ``volume`` as they are in ``source``; every other byte stays.

    Raises:
        KeySlotError: one of the two is not 4,096 bytes long, or no vault has this volume.
    """
    _require_length(source)
    indexes = slots_of(volume)
    start, end = _place_of(content, indexes[0]), _place_of(content, indexes[-1]) + SLOT_BYTES
    return content[:start] + source[start:end] + content[end:]


def _require_of(volume: int, index: int) -> None:
    if index not in slots_of(volume):
        raise KeySlotError("slot-volume")


def _require_length(content: bytes) -> None:
    if len(content) != SLOTS_BYTES:
        raise KeySlotError("slots-length")


def _place_of(content: bytes, index: int) -> int:
    _require_length(content)
    if index not in range(VOLUMES * SLOTS_PER_VOLUME):
        raise KeySlotError("slot-volume")
    return SALT_BYTES + index * SLOT_BYTES
