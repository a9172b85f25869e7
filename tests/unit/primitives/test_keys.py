"""AEAD, X25519, the hybrid KEM and Ed25519: published vectors, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from fieldlog.errors import KeyTextError, NoPostQuantum, SignatureInvalid, UsageError
from fieldlog.primitives import aead, dh, kem, signing
from fieldlog.primitives.secret import Secret

LOW_ORDER = (
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
)
SUNSCREEN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    b"sunscreen would be it."
)
KEY = bytes(range(0x80, 0xA0))
ASSOCIATED = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
CIPHERS = [(aead.ChaCha, 12), (aead.XChaCha, 24)]


def test_chacha_vector() -> None:
    """RFC 8439 section 2.8.2."""
    sealed = aead.ChaCha(Secret(KEY)).seal(
        SUNSCREEN, nonce=bytes.fromhex("070000004041424344454647"), associated=ASSOCIATED
    )
    assert sealed.startswith(bytes.fromhex("d31a8d34648e60db7b86afbc53ef7ec2"))
    assert sealed.endswith(bytes.fromhex("1ae10b594f09e26a7e902ecbd0600691"))


def test_xchacha_vector() -> None:
    """draft-irtf-cfrg-xchacha-03 appendix A.3.1."""
    nonce = bytes(range(0x40, 0x58))
    sealed = aead.XChaCha(Secret(KEY)).seal(SUNSCREEN, nonce=nonce, associated=ASSOCIATED)
    assert sealed.startswith(bytes.fromhex("bd6d179d3e83d43b9576579493c0e939"))
    assert sealed.endswith(bytes.fromhex("c0875924c1c7987947deafd8780acf49"))


@pytest.mark.parametrize(("cipher", "length"), CIPHERS)
def test_every_altered_byte_is_refused(cipher: Any, length: int) -> None:
    """Each flipped byte of text, tag, nonce or associated data is an error."""
    box = cipher(Secret(KEY))
    nonce = bytes(length)
    sealed = box.seal(b"text", nonce=nonce, associated=b"about")
    assert box.open(sealed, nonce=nonce, associated=b"about") == b"text"
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(SignatureInvalid):
            box.open(bytes(altered), nonce=nonce, associated=b"about")
    for cut in range(len(sealed)):
        with pytest.raises(SignatureInvalid):
            box.open(sealed[:cut], nonce=nonce, associated=b"about")
    with pytest.raises(SignatureInvalid):
        box.open(sealed, nonce=b"\x01" * length, associated=b"about")
    with pytest.raises(SignatureInvalid):
        box.open(sealed, nonce=nonce)


@pytest.mark.parametrize(("cipher", "length"), CIPHERS)
def test_lengths_are_checked(cipher: Any, length: int) -> None:
    """A key or nonce of the wrong length is refused before anything is done."""
    with pytest.raises(UsageError):
        cipher(Secret(bytes(31)))
    box = cipher(Secret(KEY))
    for refused in (box.seal, box.open):
        with pytest.raises(UsageError):
            refused(bytes(32), nonce=bytes(length - 1))


def test_into_buffers() -> None:
    """Sealing and opening in place give the same, and check their buffers."""
    box = aead.ChaCha(Secret(KEY))
    nonce = bytes(12)
    sealed, opened = bytearray(20), bytearray(4)
    box.seal_into(memoryview(sealed), b"text", nonce=nonce)
    assert sealed == box.seal(b"text", nonce=nonce)
    box.open_into(memoryview(opened), sealed, nonce=nonce)
    assert opened == b"text"
    sealed[0] ^= 1
    with pytest.raises(SignatureInvalid):
        box.open_into(memoryview(opened), sealed, nonce=nonce)
    with pytest.raises(UsageError):
        box.seal_into(memoryview(sealed), b"longer", nonce=nonce)
    with pytest.raises(UsageError):
        box.open_into(memoryview(sealed), sealed, nonce=nonce)
    for refused in (box.seal_into, box.open_into):
        with pytest.raises(UsageError):
            refused(
                memoryview(bytearray(20 if refused == box.seal_into else 4)),
                b"text" if refused == box.seal_into else bytes(20),
                nonce=b"",
            )


def test_x25519() -> None:
    """RFC 7748 section 5.2; and both sides get the same secret."""
    scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
    point = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"
    shared = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    assert dh.X25519(Secret(bytes.fromhex(scalar))).exchange(bytes.fromhex(point)).reveal().hex() == shared
    one, other = dh.X25519.generate(), dh.X25519.generate()
    assert one.exchange(other.public) == other.exchange(one.public)
    assert dh.X25519(one.private).public == one.public


@pytest.mark.parametrize("public", LOW_ORDER)
def test_low_order_points_are_refused(public: bytes) -> None:
    """No shared secret is ever all zeros."""
    with pytest.raises(KeyTextError):
        dh.X25519.generate().exchange(public)


def test_x25519_lengths() -> None:
    """Keys of another length are refused."""
    with pytest.raises(KeyTextError):
        dh.X25519(Secret(bytes(31)))
    with pytest.raises(KeyTextError):
        dh.X25519.generate().exchange(bytes(33))


def test_hybrid_round_trip() -> None:
    """Only the holder of the seed opens, and only what was sealed."""
    key = kem.Hybrid.generate()
    encapsulated, sealed = kem.HybridPublic(key.public).seal(Secret(b"file key"), info=b"use")
    again = kem.Hybrid(key.seed)
    assert again.public == key.public
    assert again.open(encapsulated, sealed, info=b"use") == Secret(b"file key")
    for altered, text, info in (
        (b"\x00" + encapsulated[1:], sealed, b"use"),
        (encapsulated, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"use"),
        (encapsulated, b"", b"use"),
        (encapsulated, sealed, b"other"),
    ):
        with pytest.raises(SignatureInvalid):
            key.open(altered, text, info=info)
    with pytest.raises(SignatureInvalid):
        kem.Hybrid.generate().open(encapsulated, sealed, info=b"use")


@pytest.mark.parametrize("point", LOW_ORDER)
def test_hybrid_refuses_low_order_points(point: bytes) -> None:
    """Neither a recipient nor a sender can switch the X25519 half off."""
    key = kem.Hybrid.generate()
    encapsulated, sealed = kem.HybridPublic(key.public).seal(Secret(b"k"), info=b"")
    with pytest.raises(KeyTextError):
        key.open(encapsulated[:1088] + point, sealed, info=b"")
    with pytest.raises(KeyTextError):
        kem.HybridPublic(key.public[:1184] + point)


def test_hybrid_lengths() -> None:
    """Keys of another length or outside the field are refused."""
    key = kem.Hybrid.generate()
    for refused in (
        lambda: kem.Hybrid(Secret(bytes(31))),
        lambda: kem.HybridPublic(bytes(1215)),
        lambda: kem.HybridPublic(b"\xff" * 1184 + key.public[1184:]),
        lambda: key.open(bytes(1119), bytes(32), info=b""),
    ):
        with pytest.raises(KeyTextError):
            refused()


def test_hybrid_without_support(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library without ML-KEM is named as the reason."""
    key = kem.Hybrid.generate()

    class Missing:
        @staticmethod
        def from_seed_bytes(seed: bytes) -> None:
            raise UnsupportedAlgorithm("no")

        from_public_bytes = from_seed_bytes

    monkeypatch.setattr(kem, "MLKEM768PrivateKey", Missing)
    monkeypatch.setattr(kem, "MLKEM768PublicKey", Missing)
    with pytest.raises(NoPostQuantum):
        kem.Hybrid(key.seed)
    with pytest.raises(NoPostQuantum):
        kem.HybridPublic(key.public)


def test_ed25519() -> None:
    """RFC 8032 section 7.1 test 2; altered signature, message or key is an error."""
    key = signing.Ed25519(
        Secret(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    )
    assert key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = key.sign(b"\x72")
    assert signature.hex().startswith("92a009a9f0d4cab8720e820b5f642540")
    signing.verify(key.public, signature, b"\x72")
    other = signing.Ed25519.generate()
    assert signing.Ed25519(other.seed).public == other.public
    for public, wrong, message in (
        (key.public, signature, b"\x73"),
        (other.public, signature, b"\x72"),
        (key.public, bytes(64), b"\x72"),
        (key.public, b"", b"\x72"),
        (b"\xff" * 32, signature, b"\x72"),
    ):
        with pytest.raises(SignatureInvalid):
            signing.verify(public, wrong, message)
    with pytest.raises(KeyTextError):
        signing.verify(bytes(31), signature, b"\x72")
    with pytest.raises(KeyTextError):
        signing.Ed25519(Secret(b""))
