"""The keys of a vault whose header or slots may be damaged.

A damaged header can be made again: it holds nothing but numbers out of a short list, and every slot says
whether it is the right one. A damaged slot cannot: then another slot or the backup is the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import OpenedSlot, VaultHeader
from fieldlog.primitives import kdf
from fieldlog.primitives.kdf import Argon2Profile, require_memory
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder
from fieldlog.store.vault.findings import Findings
from fieldlog.system import files

_NUMBER: Final = re.compile(rb'"(memory_mib|passes)": (\d{1,4})')
_RARE_LIKENESS: Final = 0.8
"""A profile that is no preset is tried only where most of the damaged header says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """What opened: the header as it must have been, ``slots`` as it is, and the slot."""

    header: VaultHeader
    slots: bytes
    slot: OpenedSlot


def unlock(
    place: Path, *, secret: Secret, available_memory: int, keyfile: bytes | None, findings: Findings
) -> Unlocked:
    """Open a vault's keys, as far as that is possible.

    Raises:
        VaultMissing: there are neither header nor slots.
        VaultTooNew: a later version wrote it.
        CannotUnlock: wrong secret, or its slot is damaged: which one cannot be told.
        VaultDamaged: ``slots`` when there are none, or not all and ``secret`` opens none of them.
        NotEnoughMemory: before or while the key is derived.
    """
    content = _first_bytes(place / folder.HEADER_NAME, keyslots.HEADER_LIMIT)
    slots = _first_bytes(place / folder.SLOTS_NAME, keyslots.SLOTS_BYTES + 1)
    if not content and not slots:
        raise errors.VaultMissing(str(place))
    headers = _headers(place, content)
    if len(slots) != keyslots.SLOTS_BYTES:
        findings.add("slots-damaged")
        if len(slots) <= keyslots.SALT_BYTES:
            raise errors.VaultDamaged(str(place), "slots")
    # Each slot is authenticated by itself: those that are there can be tried, whatever is cut off.
    whole = slots[: keyslots.SLOTS_BYTES].ljust(keyslots.SLOTS_BYTES, b"\x00")
    try:
        header, slot = _try(place, headers, whole, secret, keyfile=keyfile, available_memory=available_memory)
    except errors.CannotUnlock:
        if len(slots) != keyslots.SLOTS_BYTES:
            # Its slot may be what is missing: nobody is to look for the fault in the words.
            raise errors.VaultDamaged(str(place), "slots") from None
        raise
    if header.encode() != content:
        findings.add("header-damaged")
    return Unlocked(header=header, slots=whole, slot=slot)


def _try(
    place: Path,
    headers: Sequence[VaultHeader],
    slots: bytes,
    secret: Secret,
    *,
    keyfile: bytes | None,
    available_memory: int,
) -> tuple[VaultHeader, OpenedSlot]:
    derived: dict[tuple[int, int], tuple[Secret, ...]] = {}
    short: errors.NotEnoughMemory | None = None
    for header in headers:
        parameters = (header.profile.memory_mib, header.profile.passes)
        try:
            require_memory(header.profile, available_memory)
            if parameters not in derived:
                derived[parameters] = keyslots.keys_for(header, slots, secret, keyfile=keyfile)
            return header, keyslots.open_with(header, slots, derived[parameters])
        except errors.CannotUnlock:
            continue
        except errors.NotEnoughMemory as error:
            short = error
        except errors.KeySlotError:
            raise errors.VaultDamaged(str(place), "slots") from None
    raise short or errors.CannotUnlock


def _headers(place: Path, content: bytes) -> tuple[VaultHeader, ...]:
    """The header, or where it is damaged every one it may have been, the most likely first."""
    try:
        return (VaultHeader.parse(content),)
    except errors.KeySlotError as error:
        if error.reason == "too-new":
            raise errors.VaultTooNew(str(place)) from None
    candidates = {header.encode(): header for profile in _profiles(content) for header in _forms(profile)}

    def likeness(encoded: bytes) -> float:
        return sum(a == b for a, b in zip(encoded, content, strict=False)) / len(encoded)

    presets = {(preset.memory_mib, preset.passes) for preset in kdf.PRESETS}
    return tuple(
        candidates[encoded]
        for encoded in sorted(candidates, key=likeness, reverse=True)
        if (candidates[encoded].profile.memory_mib, candidates[encoded].profile.passes) in presets
        or likeness(encoded) >= _RARE_LIKENESS
    )


def _profiles(content: bytes) -> list[Argon2Profile]:
    profiles = [*kdf.PRESETS, kdf.CHEAPEST_FOR_TESTS]
    numbers = dict(_NUMBER.findall(content))
    with suppress(KeyError, errors.KeySlotError):
        memory, passes = int(numbers[b"memory_mib"]), int(numbers[b"passes"])
        profiles.append(Argon2Profile(name="stored", memory_mib=memory, passes=passes))
    return profiles


def _forms(profile: Argon2Profile) -> list[VaultHeader]:
    # Hundreds, which cost one derivation together.
    return [
        VaultHeader(profile=profile, wal_bytes=wal_bytes, unit_bytes=unit_bytes)
        for wal_bytes in (0, *sorted(keyslots.WAL_SIZES))
        for unit_bytes in sorted(keyslots.UNIT_SIZES)
    ]


def _first_bytes(path: Path, limit: int) -> bytes:
    """Up to ``limit`` bytes of a file that may not be there or break off."""
    content = b""
    with suppress(errors.MachineError), files.open_source(path) as source:
        while len(content) < limit and (piece := source.read(limit - len(content))):
            content += piece
    return content
