"""Secrets hide, compare and refuse to be copied; randomness and hashes do what their names say."""

from __future__ import annotations

import copy
import hashlib
import pickle
import zlib

import pytest

from fieldlog.errors import KeyTextError, SignatureInvalid, UsageError
from fieldlog.primitives import hash as hashes
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret


def test_hidden() -> None:
    """A secret shows itself in no text form."""
    secret = Secret(b"hunter2")
    assert "hunter2" not in f"{secret!r} {secret}"
    assert secret.reveal() == b"hunter2"
    assert len(secret) == 7


def test_equality() -> None:
    """Secrets are equal by content, and never equal to bytes."""
    assert Secret(b"a") == Secret(bytearray(b"a"))
    assert Secret(b"a") != Secret(b"b")
    assert Secret(b"a") != b"a"


def test_not_copied_and_not_hashed() -> None:
    """A secret cannot be a key, a pickle or a copy."""
    secret = Secret(b"a")
    with pytest.raises(TypeError):
        hash(secret)
    for multiply in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(UsageError):
            multiply(secret)


def test_wiped() -> None:
    """A wiped secret is gone and says so instead of being zeros."""
    secret = Secret(b"abc")
    secret.wipe()
    with pytest.raises(UsageError):
        secret.reveal()


def test_text_is_composed() -> None:
    """The same passphrase from two keyboards is the same secret."""
    assert Secret.from_text("\u0438\u0306") == Secret.from_text("\u0439")
    with pytest.raises(KeyTextError) as caught:
        Secret.from_text("\ud800 word")
    assert caught.value.__cause__ is None
    assert "word" not in str(caught.value)


def test_randomness() -> None:
    """Draws have the asked size and stay in their range."""
    assert len(rng.random_bytes(24)) == 24
    assert len(rng.random_secret(32)) == 32
    assert rng.random_bytes(16) != rng.random_bytes(16)
    assert {rng.randbelow(3) for _ in range(200)} == {0, 1, 2}
    assert {rng.choose("ab") for _ in range(200)} == {"a", "b"}
    for refused in (lambda: rng.randbelow(0), lambda: rng.choose("")):
        with pytest.raises(UsageError):
            refused()


def test_hashes() -> None:
    """Whole and in pieces give the same as the reference."""
    for whole, pieces, name in (
        (hashes.sha256, hashes.Sha256, "sha256"),
        (hashes.sha512, hashes.Sha512, "sha512"),
    ):
        state = pieces()
        state.update(b"ab")
        state.update(memoryview(b"c"))
        assert state.digest() == whole(b"abc") == hashlib.new(name, b"abc").digest()
    assert hashes.crc32(b"c", hashes.crc32(b"ab")) == zlib.crc32(b"abc")


def test_hmac() -> None:
    """RFC 4231 case 2; another tag is refused by an error."""
    key = Secret(b"Jefe")
    message = b"what do ya want for nothing?"
    tag = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert hashes.hmac_sha256(key, message) == tag
    hashes.verify_hmac_sha256(key, message, tag)
    for wrong in (tag[:-1], bytes(32), b""):
        with pytest.raises(SignatureInvalid):
            hashes.verify_hmac_sha256(key, message, wrong)
