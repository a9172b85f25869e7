"""Header and slots read by hand, with ``hmac`` and libsodium only, as docs/formats/vault.md sections 3.1 to 3.3 say."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from nacl import bindings

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, Purpose, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.primitives.secret import Secret

PROFILE = Argon2Profile(name="test", memory_mib=64, passes=3)
WRITTEN = b"""{
 "format": 2,
 "kdf": {
  "lanes": 1,
  "memory_mib": 64,
  "name": "argon2id",
  "passes": 3
 },
 "type": "fieldlog-vault",
 "unit_bytes": 1048576,
 "wal_bytes": 8388608
}
"""
HEADER = VaultHeader(profile=PROFILE)
WORDS = b"one two three four five six seven"
KEYFILE = bytes(range(64))
HEAD = Head(count=0x0102030405060708, hash=bytes(range(32)), epoch=0x1112131415161718)


def _hkdf(material: bytes, salt: bytes, info: bytes) -> bytes:
    extracted = hmac.digest(salt, material, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def _root(salt: bytes) -> bytes:
    argon2_salt = hashlib.sha256(b"fieldlog-vault-v1 argon2id salt" + salt).digest()[:16]
    return bindings.crypto_pwhash_alg(
        32, WORDS, argon2_salt, 3, 64 << 20, bindings.crypto_pwhash_ALG_ARGON2ID13
    )


def _opened(content: bytes, index: int, second_factor: bytes) -> bytes:
    salt, slot = content[:32], content[32 + 480 * index : 32 + 480 * (index + 1)]
    key = _hkdf(_root(salt) + second_factor, salt, b"slot" + bytes([index]))
    associated = hashlib.sha256(WRITTEN).digest() + bytes([index])
    return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(slot[24:], associated, slot[:24], key)


def test_the_header_is_written_as_the_document_shows() -> None:
    """The usual vault's ``fieldlog.json``, byte for byte."""
    assert HEADER.encode() == WRITTEN
    assert VaultHeader.parse(WRITTEN).encode() == WRITTEN


@pytest.mark.parametrize(("keyfile", "purpose"), [(None, Purpose.RECOVERY), (KEYFILE, Purpose.PASSPHRASE)])
def test_a_slot_holds_what_the_document_says_where_it_says(keyfile: bytes | None, purpose: Purpose) -> None:
    """Every field of a slot stands at its place, under the key that the document derives."""
    keys = VolumeKeys.generate()
    wanted = SlotSecret(purpose=purpose, secret=Secret(WORDS), keyfile=keyfile)
    content, (made,) = keyslots.create_all(HEADER, (wanted,), keys=keys, head=HEAD)
    assert len(content) == 4_096
    plain = _opened(content, made.index, b"" if keyfile is None else hashlib.sha256(keyfile).digest())
    assert len(plain) == 440
    assert plain[:3] == bytes([2, made.index // 4, 1 if purpose is Purpose.PASSPHRASE else 2])
    assert plain[3:35] == keys.database_key.reveal()
    assert plain[35:99] == keys.wal_key.reveal()
    assert plain[99:115] == keys.cipher_salt
    assert plain[115:147] == keys.media_key.reveal()
    assert plain[147:155] == bytes.fromhex("0102030405060708")
    assert plain[155:187] == bytes(range(32))
    assert plain[187:195] == bytes.fromhex("1112131415161718")


def test_an_empty_chain_is_zeros() -> None:
    """A head that nobody gave is that of a vault without a revision."""
    assert (Head().count, Head().hash, Head().epoch) == (0, bytes(32), 0)


@pytest.mark.parametrize(
    ("field", "smallest", "largest"), [("wal_bytes", 18, 28), ("unit_bytes", 16, 24)], ids=["log", "unit"]
)
def test_sizes_are_powers_of_two_between_their_limits(field: str, smallest: int, largest: int) -> None:
    """The smallest and the largest size are read; half, double and what lies between are not."""

    def header(size: int) -> bytes:
        return VaultHeader(profile=PROFILE, **{field: size}).encode()

    for power in range(smallest, largest + 1):
        assert getattr(VaultHeader.parse(header(1 << power)), field) == 1 << power
    for size in (1 << smallest - 1, 1 << largest + 1, (1 << smallest) + 1, 3 << smallest, -1, 1):
        with pytest.raises(errors.KeySlotError):
            VaultHeader.parse(header(size))


def test_a_header_of_another_type_is_refused_first() -> None:
    """What is no vault is not called one that is too new."""
    other = WRITTEN.replace(b"fieldlog-vault", b"something-else").replace(b'"format": 2', b'"format": 3')
    with pytest.raises(errors.KeySlotError) as caught:
        VaultHeader.parse(other)
    assert caught.value.reason == "header"


def test_a_header_that_is_too_long_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its limit holds before anything is read out of it."""
    monkeypatch.setattr(keyslots.json, "loads", lambda _content: pytest.fail("it was parsed"))
    with pytest.raises(errors.KeySlotError):
        VaultHeader.parse(WRITTEN.ljust(1_025))


def test_keys_on_the_way_are_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what Argon2id gave nor what it was joined with stays in memory."""
    on_the_way: list[Secret] = []
    derive, expand = keyslots.argon2id, keyslots.hkdf_sha256

    def derived(secret: Secret, *, salt: bytes, profile: Argon2Profile) -> Secret:
        on_the_way.append(derive(secret, salt=salt, profile=profile))
        return on_the_way[-1]

    def expanded(material: Secret, *, salt: bytes, info: bytes, length: int) -> Secret:
        on_the_way.append(material)
        return expand(material, salt=salt, info=info, length=length)

    monkeypatch.setattr(keyslots, "argon2id", derived)
    monkeypatch.setattr(keyslots, "hkdf_sha256", expanded)
    slot_keys = keyslots.keys_for(HEADER, bytes(4_096), Secret(WORDS), keyfile=KEYFILE)
    assert len({id(one) for one in on_the_way}) == 2
    for one in on_the_way:
        with pytest.raises(errors.FieldlogError):
            one.reveal()
    assert len({key.reveal() for key in slot_keys}) == 8


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_secrets_make_a_vault(count: int) -> None:
    """None and five are refused before anything is derived."""
    wanted = [SlotSecret(purpose=Purpose.PASSPHRASE, secret=Secret(b"%d" % one)) for one in range(count)]
    with pytest.raises(errors.KeySlotError) as caught:
        keyslots.create_all(HEADER, wanted, keys=VolumeKeys.generate(), head=HEAD)
    assert caught.value.reason == "slot-count"


@pytest.mark.usefixtures("cheap")
def test_four_secrets_fill_a_volume() -> None:
    """Four is the most, and each opens its own slot of one volume."""
    wanted = [SlotSecret(purpose=Purpose.PASSPHRASE, secret=Secret(b"%d" % one)) for one in range(4)]
    content, made = keyslots.create_all(HEADER, wanted, keys=VolumeKeys.generate(), head=HEAD)
    assert sorted(one.index % 4 for one in made) == [0, 1, 2, 3]
    assert len({one.index // 4 for one in made}) == 1
    for secret, slot in zip(wanted, made, strict=True):
        assert keyslots.open_slots(HEADER, content, secret.secret).index == slot.index
