"""Keys from keys (HKDF) and keys from passphrases (scrypt for age files, Argon2id for vaults).

A passphrase profile is named, so that a change of numbers is a change of a name. The numbers come from
``formats.md`` section 1.1; the limits for stored profiles keep a planted file from asking for a week of
work (too high) or from making guessing cheap (too low).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from fieldlog.errors import KeySlotError, NotEnoughMemory, UsageError
from fieldlog.primitives.secret import Secret

ARGON2_SALT_BYTES = 16
ARGON2_MEMORY_MIB_MIN, ARGON2_MEMORY_MIB_MAX = 64, 2048
ARGON2_PASSES_MIN, ARGON2_PASSES_MAX = 3, 64
SCRYPT_WORK_FACTOR_MAX = 30  # age: 2**30 blocks would be 1 TiB; callers choose a limit far below
_MIB = 1 << 20
_UNLOCK_SECONDS = 1.5  # the longest wait a preset may cost at each unlock
_MEMORY_SHARE = 4  # a preset may take one fourth of the free memory
_SCRYPT_BLOCK_SIZE = 8  # r of the age specification
_SCRYPT_LANE_BYTES = 128 * _SCRYPT_BLOCK_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Profile:
    """One choice of Argon2id parameters, always with one lane (libsodium).

    Args:
        name: for people and tests; no meaning to the algorithm.
        memory_mib: memory in MiB, 64 to 2,048.
        passes: passes over that memory, 3 to 64.

    Raises:
        KeySlotError: outside these limits.
    """

    name: str
    memory_mib: int
    passes: int

    def __post_init__(self) -> None:
        if not ARGON2_MEMORY_MIB_MIN <= self.memory_mib <= ARGON2_MEMORY_MIB_MAX:
            raise KeySlotError("argon2-memory")
        if not ARGON2_PASSES_MIN <= self.passes <= ARGON2_PASSES_MAX:
            raise KeySlotError("argon2-passes")

    @property
    def memory_bytes(self) -> int:
        """Memory one derivation takes."""
        return self.memory_mib * _MIB

    @property
    def work(self) -> int:
        """MiB written, to which the time is proportional."""
        return self.memory_mib * self.passes


XL = Argon2Profile(name="XL", memory_mib=1024, passes=4)
L = Argon2Profile(name="L", memory_mib=512, passes=4)
M = Argon2Profile(name="M", memory_mib=256, passes=4)
S = Argon2Profile(name="S", memory_mib=64, passes=12)
CHEAPEST_FOR_TESTS = Argon2Profile(name="CHEAPEST_FOR_TESTS", memory_mib=64, passes=3)
PRESETS = (XL, L, M, S)


def hkdf_sha256(key: Secret, *, salt: bytes, info: bytes, length: int = 32) -> Secret:
    """Return ``length`` bytes of HKDF-SHA-256 (RFC 5869, extract and expand). Empty salts are allowed."""
    return Secret(HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key.reveal()))


def scrypt(passphrase: Secret, *, salt: bytes, work_factor: int) -> Secret:
    """Return 32 bytes of scrypt (RFC 7914) with N = 2**work_factor, r = 8, p = 1.

    Takes 2**work_factor KiB of memory: 256 MiB at 18. The caller has its own, lower limit.

    Raises:
        UsageError: a work factor outside 1 to 30.
        NotEnoughMemory: the memory could not be had.
    """
    if not 1 <= work_factor <= SCRYPT_WORK_FACTOR_MAX:
        raise UsageError("scrypt-work-factor")
    try:
        derivation = Scrypt(salt=salt, length=32, n=1 << work_factor, r=_SCRYPT_BLOCK_SIZE, p=1)
        return Secret(derivation.derive(passphrase.reveal()))
    except MemoryError:
        raise NotEnoughMemory(needed=_SCRYPT_LANE_BYTES << work_factor) from None


def argon2id(passphrase: Secret, *, salt: bytes, profile: Argon2Profile) -> Secret:
    """Return 32 bytes of Argon2id (RFC 9106, version 1.3, one lane) through libsodium.

    Args:
        passphrase: as typed, see ``Secret.from_text``.
        salt: exactly 16 bytes, which is what libsodium takes.
        profile: never weakened here, whatever the machine can do.

    Raises:
        UsageError: the salt is not 16 bytes long.
        NotEnoughMemory: the memory could not be had.
    """
    if len(salt) != ARGON2_SALT_BYTES:
        raise UsageError("argon2-salt-length")
    try:
        derived = sodium.crypto_pwhash_alg(
            32,
            passphrase.reveal(),
            salt,
            profile.passes,
            profile.memory_bytes,
            sodium.crypto_pwhash_ALG_ARGON2ID13,
        )
    except CryptoError:
        # The arguments were checked; what is left is the allocation (libsodium, crypto_pwhash).
        raise NotEnoughMemory(needed=profile.memory_bytes) from None
    return Secret(derived)


def require_memory(profile: Argon2Profile, available_bytes: int) -> None:
    """Refuse a profile that does not fit before it is tried.

    Linux promises memory it does not have and then kills a process; so the check comes first.

    Raises:
        NotEnoughMemory: the profile needs more than ``available_bytes``.
    """
    if profile.memory_bytes > available_bytes:
        raise NotEnoughMemory(needed=profile.memory_bytes)


def calibrate(
    available_memory_bytes: int, *, timer: Callable[[], float] = time.perf_counter
) -> Argon2Profile:
    """Return the largest preset that unlocks within 1.5 s in a quarter of the free memory.

    One derivation with ``CHEAPEST_FOR_TESTS`` measures the machine. ``S`` is the floor: a machine too
    slow for it waits longer, it does not get a weaker vault.

    Raises:
        NotEnoughMemory: not even ``S`` fits into the free memory.
    """
    require_memory(S, available_memory_bytes)
    begun = timer()
    argon2id(Secret(b"calibration"), salt=bytes(ARGON2_SALT_BYTES), profile=CHEAPEST_FOR_TESTS)
    seconds_per_work = (timer() - begun) / CHEAPEST_FOR_TESTS.work
    for preset in PRESETS:
        fits = preset.memory_bytes * _MEMORY_SHARE <= available_memory_bytes
        if fits and preset.work * seconds_per_work <= _UNLOCK_SECONDS:
            return preset
    return S
