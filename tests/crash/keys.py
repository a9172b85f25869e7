"""A quick stand-in for Argon2id, for processes that open a vault thousands of times.

The same words, salt and numbers give the same key and others another one, as with Argon2id; what the crash
tests are about begins after it. The real function has tests of its own.
"""

from __future__ import annotations

import hashlib
from typing import Final

from fieldlog.primitives import kdf

SECRETS: Final = {
    "first": "one two three four five six seven",
    "second": "eight nine ten eleven twelve thirteen fourteen",
    "third": "some other seven words for this test",
    "recovery": "abandon " * 11 + "about",
    "cover": "the words of the other vault here",
}
"""Names and words of whatever may open a vault in these tests."""


def _derived(length: int, words: bytes, salt: bytes, passes: int, memory: int, algorithm: int) -> bytes:
    told = repr((bytes(salt), passes, memory, algorithm)).encode()
    return hashlib.blake2b(told + bytes(words), digest_size=length).digest()


def derive_quickly() -> None:
    """From now on, in this process. Every process that touches a vault of these tests has to."""
    kdf.sodium.crypto_pwhash_alg = _derived


def derive_really() -> None:
    """As before."""
    kdf.sodium.crypto_pwhash_alg = _REAL


_REAL = kdf.sodium.crypto_pwhash_alg
