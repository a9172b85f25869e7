"""Files exchanged with ``pyrage``, the Rust implementation: X25519 and passphrases, both directions."""

from __future__ import annotations

import io
import os
import random
from types import ModuleType

import pytest

from fieldlog.formats import age
from fieldlog.primitives.secret import Secret

COUNTS = [25, pytest.param(1000, marks=pytest.mark.slow)]
SIZES = [0, 1, 65535, 65536, 65537, 131072, 200_000]


@pytest.fixture
def pyrage() -> ModuleType:
    try:
        import pyrage
    except ImportError:
        if "CI" in os.environ:
            pytest.fail("pyrage must be installed here")
        pytest.skip("pyrage is not installed")
    return pyrage


def sealed(plaintext: bytes, *recipients: age.Recipient) -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, recipients) as file:
        file.write(plaintext)
    return sink.getvalue()


@pytest.mark.parametrize("count", COUNTS)
def test_x25519(pyrage: ModuleType, count: int) -> None:
    """Random files of every boundary size are opened by the other."""
    identity = age.X25519Identity.generate()
    their_identity = pyrage.x25519.Identity.from_str(identity.to_text().reveal().decode())
    assert str(their_identity.to_public()) == identity.recipient().to_text()
    draw = random.Random(count)
    sizes = [*SIZES, *(int(2 ** draw.uniform(0, 18)) for _ in range(count))]
    for size in sizes[:count]:
        plaintext = draw.randbytes(size)
        assert pyrage.decrypt(sealed(plaintext, identity.recipient()), [their_identity]) == plaintext
        theirs = pyrage.encrypt(plaintext, [their_identity.to_public()])
        with age.open_seekable(io.BytesIO(theirs), [identity]) as reader:
            assert reader.read() == plaintext


def test_passphrase(pyrage: ModuleType) -> None:
    """A file under a passphrase is opened by the other, also in Cyrillic."""
    passphrase = "кофта йод киоск"
    secret = Secret.from_text(passphrase)
    ours = sealed(b"text", age.PassphraseRecipient(secret, work_factor=10))
    assert pyrage.passphrase.decrypt(ours, passphrase) == b"text"
    theirs = pyrage.passphrase.encrypt(b"text", passphrase)
    with age.decrypt(io.BytesIO(theirs), [age.PassphraseIdentity(secret)]) as reader:
        assert reader.read() == b"text"
