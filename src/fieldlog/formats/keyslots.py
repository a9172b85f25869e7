"""The key slots of a vault: ``fieldlog.json`` and ``slots`` as bytes (docs/formats/vault.md section 3).

A vault is opened by a secret (passphrase or recovery words) that opens one of eight slots.
This module promises that opening costs one Argon2id and then always eight trials, whichever slot fits
or none, so that time tells nothing; that an unused slot is indistinguishable from a used one; and that
no byte of either file can change without every slot refusing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, Self

from fieldlog.errors import CannotUnlock, KeySlotError, SecretInUse, SignatureInvalid
from fieldlog.primitives import rng
from fieldlog.primitives.aead import TAG_BYTES, XCHACHA_NONCE_BYTES, XChaCha
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.kdf import ARGON2_SALT_BYTES, Argon2Profile, argon2id, hkdf_sha256
from fieldlog.primitives.secret import Secret

FORMAT: Final = 2
FIRST_FORM: Final = 1
"""One volume in files of its own; still read."""
SLOTS_BYTES: Final = 4_096
SLOT_COUNT: Final = 8
SLOT_BYTES: Final = 480
SALT_BYTES: Final = 32
SLOTS_PER_VOLUME: Final = 4
HEADER_LIMIT: Final = 1_024
"""Bytes of ``fieldlog.json``; what version 1 writes is about 150 and a later one may add a little."""

WAL_SIZES: Final = frozenset(1 << power for power in range(18, 29))
UNIT_SIZES: Final = frozenset(1 << power for power in range(16, 25))
"""256 KiB to 256 MiB, and 64 KiB to 16 MiB: enough to work with, and nothing that fills a disk."""

KEY_BYTES: Final = 32
WAL_KEY_BYTES: Final = 64
CIPHER_SALT_BYTES: Final = 16
HASH_BYTES: Final = 32

_PAYLOAD_BYTES: Final = SLOT_BYTES - XCHACHA_NONCE_BYTES - TAG_BYTES
_PAYLOAD_VERSION: Final = 2
_COUNT_BYTES: Final = 8
_FIXED_BYTES: Final = (
    3 + KEY_BYTES + WAL_KEY_BYTES + CIPHER_SALT_BYTES + KEY_BYTES + _COUNT_BYTES + HASH_BYTES + _COUNT_BYTES
)
_ARGON2_SALT_LABEL: Final = b"fieldlog-vault-v1 argon2id salt"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultHeader:
    """``fieldlog.json``: what must be known before there is a key. Nothing in it is secret.

    ``wal_bytes`` is the size of a volume's WAL region; 0 is format 1, where the WAL is a file of its own.
    ``unit_bytes`` is the size of one unit of the attachment area.
    """

    profile: Argon2Profile
    wal_bytes: int = 8 << 20
    unit_bytes: int = 1 << 20

    @property
    def format(self) -> int:
        """1 or 2."""
        return FORMAT if self.wal_bytes else FIRST_FORM

    def encode(self) -> bytes:
        """The one byte string for this header."""
        plain = {
            "format": self.format,
            "kdf": {
                "lanes": 1,
                "memory_mib": self.profile.memory_mib,
                "name": "argon2id",
                "passes": self.profile.passes,
            },
            "type": "fieldlog-vault",
            "unit_bytes": self.unit_bytes,
            "wal_bytes": self.wal_bytes,
        }
        return json.dumps(plain, sort_keys=True, indent=1).encode("ascii") + b"\n"

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read what ``encode`` wrote, and nothing else.

        Raises:
            KeySlotError: ``too-new`` when a later version wrote it, ``argon2-memory`` and
                ``argon2-passes`` outside the limits, ``header`` for everything else.
        """
        if len(content) > HEADER_LIMIT:
            raise KeySlotError("header")
        try:
            plain = json.loads(content)
            if plain["type"] != "fieldlog-vault":
                raise KeySlotError("header")
            if type(plain["format"]) is int and plain["format"] > FORMAT:
                raise KeySlotError("too-new")
            memory, passes = plain["kdf"]["memory_mib"], plain["kdf"]["passes"]
            wal_bytes, unit_bytes = plain["wal_bytes"], plain["unit_bytes"]
            if {type(number) for number in (memory, passes, wal_bytes, unit_bytes)} != {int}:
                raise KeySlotError("header")
        except (ValueError, TypeError, KeyError, RecursionError):
            raise KeySlotError("header") from None
        if (wal_bytes and wal_bytes not in WAL_SIZES) or unit_bytes not in UNIT_SIZES:
            raise KeySlotError("header")
        profile = Argon2Profile(name="stored", memory_mib=memory, passes=passes)
        header = cls(profile=profile, wal_bytes=wal_bytes, unit_bytes=unit_bytes)
        # One byte string per value: unknown keys, other sizes and other spellings all differ here.
        if header.encode() != content:
            raise KeySlotError("header")
        return header


class Purpose(IntEnum):
    """What the secret of a slot is. Only the holder of the slot's key learns it."""

    PASSPHRASE = 1
    RECOVERY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeKeys:
    """Everything that opens one volume."""

    database_key: Secret
    wal_key: Secret
    cipher_salt: bytes
    media_key: Secret

    @classmethod
    def generate(cls) -> Self:
        """New random keys."""
        return cls(
            database_key=rng.random_secret(KEY_BYTES),
            wal_key=rng.random_secret(WAL_KEY_BYTES),
            cipher_salt=rng.random_bytes(CIPHER_SALT_BYTES),
            media_key=rng.random_secret(KEY_BYTES),
        )

    def wipe(self) -> None:
        """Overwrite the keys; using them afterwards is an error."""
        for secret in (self.database_key, self.wal_key, self.media_key):
            secret.wipe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How long the chain of revisions is and the hash of its last link. Zeros when it is empty.

    ``epoch`` counts the transactions that wrote to the database, those without a revision too; it stays
    0 where nobody counts them.
    """

    count: int = 0
    hash: bytes = bytes(HASH_BYTES)
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotPayload:
    """What a slot holds. ``volume`` is 0 or 1."""

    volume: int
    purpose: Purpose
    keys: VolumeKeys
    head: Head

    def encode(self) -> bytes:
        """440 bytes, the tail of which is random."""
        fixed = b"".join(
            (
                bytes((_PAYLOAD_VERSION, self.volume, self.purpose)),
                self.keys.database_key.reveal(),
                self.keys.wal_key.reveal(),
                self.keys.cipher_salt,
                self.keys.media_key.reveal(),
                self.head.count.to_bytes(_COUNT_BYTES, "big"),
                self.head.hash,
                self.head.epoch.to_bytes(_COUNT_BYTES, "big"),
            )
        )
        if len(fixed) != _FIXED_BYTES:
            raise KeySlotError("payload-length")
        return fixed + rng.random_bytes(_PAYLOAD_BYTES - _FIXED_BYTES)

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Read an opened slot.

        Raises:
            KeySlotError: ``payload`` of a version or with a value that is not known.
        """
        version, volume, purpose = content[:3]
        if version != _PAYLOAD_VERSION or volume > 1 or purpose not in set(Purpose):
            raise KeySlotError("payload")
        rest = memoryview(content)[3:]

        def take(length: int) -> bytes:
            nonlocal rest
            taken, rest = bytes(rest[:length]), rest[length:]
            return taken

        return cls(
            volume=volume,
            purpose=Purpose(purpose),
            keys=VolumeKeys(
                database_key=Secret(take(KEY_BYTES)),
                wal_key=Secret(take(WAL_KEY_BYTES)),
                cipher_salt=take(CIPHER_SALT_BYTES),
                media_key=Secret(take(KEY_BYTES)),
            ),
            head=Head(
                count=int.from_bytes(take(_COUNT_BYTES), "big"),
                hash=take(HASH_BYTES),
                epoch=int.from_bytes(take(_COUNT_BYTES), "big"),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSlot:
    """A slot that was opened, with the key that writes it again."""

    index: int
    slot_key: Secret
    payload: SlotPayload


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSecret:
    """What is to open one slot: a secret, and the content of a key file where one is used."""

    purpose: Purpose
    secret: Secret
    keyfile: bytes | None = None


def create_all(
    header: VaultHeader,
    secrets: Sequence[SlotSecret],
    *,
    keys: VolumeKeys,
    head: Head,
) -> tuple[bytes, tuple[OpenedSlot, ...]]:
    """The first content of ``slots``, and the slot of each secret as if it had been opened.

    Each secret gets a slot of one volume; which volume is a coin toss, which of its slots another.

    Args:
        header: goes into every slot's associated data.
        secrets: at most four, all different.
        keys: of the volume that is used first.
        head: of the chain in its database.

    Raises:
        KeySlotError: too many secrets for one volume, or none.
        SecretInUse: two of them are the same.
        NotEnoughMemory: Argon2id did not get its memory; it is never weakened instead.
    """
    if not 0 < len(secrets) <= SLOTS_PER_VOLUME:
        raise KeySlotError("slot-count")
    salt = rng.random_bytes(SALT_BYTES)
    content = salt + rng.random_bytes(SLOTS_BYTES - SALT_BYTES)
    volume = rng.randbelow(2)
    free = list(range(volume * SLOTS_PER_VOLUME, (volume + 1) * SLOTS_PER_VOLUME))
    used: list[OpenedSlot] = []
    for wanted in secrets:
        index = free.pop(rng.randbelow(len(free)))
        slot_keys = keys_for(header, content, wanted.secret, keyfile=wanted.keyfile)
        require_unused(header, content, slot_keys)
        payload = SlotPayload(volume=volume, purpose=wanted.purpose, keys=keys, head=head)
        used.append(OpenedSlot(index=index, slot_key=slot_keys[index], payload=payload))
        content = replace(header, content, used[-1])
    return content, tuple(used)


def keys_for(
    header: VaultHeader, content: bytes, secret: Secret, *, keyfile: bytes | None = None
) -> tuple[Secret, ...]:
    """The key that ``secret`` has for each of the eight slots of ``content``. Costs one Argon2id.

    Raises:
        KeySlotError: ``slots`` is not 4,096 bytes long.
        NotEnoughMemory: Argon2id did not get its memory.
    """
    if len(content) != SLOTS_BYTES:
        raise KeySlotError("slots-length")
    salt = content[:SALT_BYTES]
    # libsodium's Argon2id takes 16 bytes of salt; the whole 32 go into both derivations.
    argon2_salt = sha256(_ARGON2_SALT_LABEL + salt)[:ARGON2_SALT_BYTES]
    root = argon2id(secret, salt=argon2_salt, profile=header.profile)
    second_factor = b"" if keyfile is None else sha256(keyfile)
    material = Secret(root.reveal() + second_factor)
    root.wipe()
    found = tuple(
        hkdf_sha256(material, salt=salt, info=b"slot" + bytes((index,)), length=KEY_BYTES)
        for index in range(SLOT_COUNT)
    )
    material.wipe()
    return found


def open_slots(
    header: VaultHeader, content: bytes, secret: Secret, *, keyfile: bytes | None = None
) -> OpenedSlot:
    """Find the slot that ``secret`` opens.

    Every call runs Argon2id once and tries all eight slots, so neither a wrong secret nor a slot's
    number shows in the time it takes.

    Raises:
        KeySlotError: ``slots`` is not 4,096 bytes long, or the opened payload is of an unknown version.
        CannotUnlock: no slot opens: wrong secret, or altered slot or header. Which one cannot be told.
        NotEnoughMemory: Argon2id did not get its memory.
    """
    return open_with(header, content, keys_for(header, content, secret, keyfile=keyfile))


def open_with(header: VaultHeader, content: bytes, slot_keys: Sequence[Secret]) -> OpenedSlot:
    """Find the slot that one of ``slot_keys`` opens, the key of each slot tried on that slot only.

    Raises:
        KeySlotError: the opened payload is of an unknown version.
        CannotUnlock: no slot opens.
    """
    found: tuple[int, Secret, bytes] | None = None
    for index, slot_key in enumerate(slot_keys):
        start = _start_of(index)
        nonce = content[start : start + XCHACHA_NONCE_BYTES]
        sealed = content[start + XCHACHA_NONCE_BYTES : start + SLOT_BYTES]
        try:
            plain = XChaCha(slot_key).open(sealed, nonce=nonce, associated=_associated(header, index))
        except SignatureInvalid:
            continue
        # No early end of the loop: all eight trials are always made.
        found = (index, slot_key, plain)
    if found is None:
        raise CannotUnlock
    index, slot_key, plain = found
    return OpenedSlot(index=index, slot_key=slot_key, payload=SlotPayload.parse(plain))


def require_unused(header: VaultHeader, content: bytes, slot_keys: Sequence[Secret]) -> None:
    """Check that a secret opens no slot of either volume yet.

    Of two slots with one secret only one would ever be reached, and giving up the other would not shut the
    secret out.

    Raises:
        SecretInUse: it opens one.
    """
    try:
        open_with(header, content, slot_keys)
    except CannotUnlock:
        return
    raise SecretInUse


def replace(header: VaultHeader, content: bytes, opened: OpenedSlot) -> bytes:
    """``content`` with one slot sealed anew, under a fresh nonce and fresh padding.

    Raises:
        KeySlotError: ``content`` is not 4,096 bytes long.
    """
    if len(content) != SLOTS_BYTES:
        raise KeySlotError("slots-length")
    nonce = rng.random_bytes(XCHACHA_NONCE_BYTES)
    sealed = XChaCha(opened.slot_key).seal(
        opened.payload.encode(), nonce=nonce, associated=_associated(header, opened.index)
    )
    start = _start_of(opened.index)
    return content[:start] + nonce + sealed + content[start + SLOT_BYTES :]


def _associated(header: VaultHeader, index: int) -> bytes:
    # A weaker profile written into fieldlog.json, or a slot moved elsewhere, opens nothing.
    return _digest_of(header) + bytes((index,))


@lru_cache(maxsize=1024)
def _digest_of(header: VaultHeader) -> bytes:
    return sha256(header.encode())


def _start_of(index: int) -> int:
    return SALT_BYTES + index * SLOT_BYTES
