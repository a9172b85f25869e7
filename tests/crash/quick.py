"""What makes thousands of vaults affordable: a quick stand-in for Argon2id, and small files.

The same words, salt and numbers give the same key and others another one, as with Argon2id; what the crash
tests are about begins after it. The real function and the usual sizes have tests of their own.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Final

import pytest

from fieldlog.primitives import kdf
from fieldlog.store.volume import sizes

FIRST_FORM: Final = Path(__file__).resolve().parents[1] / "fixtures" / "vaults" / "format-1"
_OLD = json.loads((FIRST_FORM / "contents.json").read_text("utf-8"))

SECRETS: Final = {
    "first": "one two three four five six seven",
    "changed": "eight nine ten eleven twelve thirteen fourteen",
    "added": "fifteen sixteen seventeen eighteen nineteen twenty more",
    "recovery": "abandon " * 11 + "about",
    "new recovery": "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "other": "the seven words of the other vault",
    "other recovery": "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
    "old": _OLD["passphrase"],
    "old recovery": _OLD["recovery"],
}
"""Names and words of whatever may open a vault in these tests. The old ones belong to the fixture."""

SMALL: Final = sizes.Sizes(log=256 << 10, volume=512 << 10, media=128 << 10, unit=64 << 10)

_really = functools.cache(kdf.sodium.crypto_pwhash_alg)


def _derived(length: int, words: bytes, salt: bytes, passes: int, memory: int, algorithm: int) -> bytes:
    if bytes(words) in {_OLD["passphrase"].encode(), _OLD["recovery"].encode()}:
        derived: bytes = _really(length, bytes(words), bytes(salt), passes, memory, algorithm)
        return derived
    told = repr((bytes(salt), passes, memory, algorithm)).encode()
    return hashlib.blake2b(told + bytes(words), digest_size=length).digest()


def be_quick(patch: pytest.MonkeyPatch | None = None) -> None:
    """From now on, in this process. Every process that touches a vault of these tests has to."""
    change = setattr if patch is None else patch.setattr
    change(kdf.sodium, "crypto_pwhash_alg", _derived)
    change(sizes, "USUAL", SMALL)
