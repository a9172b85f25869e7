import contextlib
import json

import pytest

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import (
    Head,
    Purpose,
    SlotPayload,
    SlotSecret,
    VaultHeader,
    VolumeKeys,
)
from fieldlog.primitives import kdf
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret

HEADER = VaultHeader(profile=CHEAPEST_FOR_TESTS)
PASSPHRASE = Secret.from_text("щека батарея лютый июнь фронт житель голова")
RECOVERY = Secret.from_text("farm happy cluster")
HEAD = Head(count=7, hash=b"\x07" * 32, epoch=(1 << 40) + 3)


def _same(one, other):
    return (
        one.database_key == other.database_key
        and one.wal_key == other.wal_key
        and one.cipher_salt == other.cipher_salt
        and one.media_key == other.media_key
    )


@pytest.fixture
def keys():
    return VolumeKeys.generate()


@pytest.fixture
def slots(cheap, keys):
    wanted = (
        SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE),
        SlotSecret(purpose=Purpose.RECOVERY, secret=RECOVERY),
    )
    return keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)[0]


def test_passphrase_and_recovery_words_open_with_real_argon2id(keys):
    """Both secrets lead to the same keys, each through its own slot; a wrong one leads nowhere."""
    wanted = (
        SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE),
        SlotSecret(purpose=Purpose.RECOVERY, secret=RECOVERY),
    )
    content, (first, _) = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
    assert len(content) == 4096
    by_passphrase = keyslots.open_slots(HEADER, content, PASSPHRASE)
    by_recovery = keyslots.open_slots(HEADER, content, RECOVERY)
    assert by_passphrase.payload.purpose is Purpose.PASSPHRASE
    assert by_recovery.payload.purpose is Purpose.RECOVERY
    assert by_passphrase.index != by_recovery.index
    assert by_passphrase.index // 4 == by_recovery.index // 4 == by_passphrase.payload.volume
    assert (first.index, first.slot_key) == (by_passphrase.index, by_passphrase.slot_key)
    for opened in (by_passphrase, by_recovery):
        assert _same(opened.payload.keys, keys)
        assert opened.payload.head == HEAD
    with pytest.raises(errors.CannotUnlock):
        keyslots.open_slots(HEADER, content, Secret.from_text("wrong"))


def test_one_argon2id_and_eight_trials_whatever_opens(slots, monkeypatch):
    """The work is the same for every slot and for a wrong passphrase."""
    derivations, trials = [], []
    derive, opener = keyslots.argon2id, keyslots.XChaCha.open

    def counting(*arguments, **options):
        derivations.append(1)
        return derive(*arguments, **options)

    def trying(self, *arguments, **options):
        trials.append(1)
        return opener(self, *arguments, **options)

    monkeypatch.setattr(keyslots, "argon2id", counting)
    monkeypatch.setattr(keyslots.XChaCha, "open", trying)
    for secret in (PASSPHRASE, RECOVERY, Secret.from_text("wrong")):
        derivations.clear()
        trials.clear()
        with contextlib.suppress(errors.CannotUnlock):
            keyslots.open_slots(HEADER, slots, secret)
        assert (len(derivations), len(trials)) == (1, 8)


def test_which_volume_and_slot_is_used_is_random(cheap, keys):
    """Over many vaults every one of the eight slots is used."""
    used = set()
    for _ in range(200):
        wanted = (SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE),)
        _, (opened,) = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
        assert opened.payload.volume == opened.index // 4
        used.add(opened.index)
    assert used == set(range(8))


def test_an_unused_slot_looks_like_a_used_one(cheap, keys):
    """No byte position of the file is constant over many vaults."""
    seen = [set() for _ in range(4096)]
    for _ in range(60):
        wanted = (SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE),)
        content, _ = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
        for place, byte in enumerate(content):
            seen[place].add(byte)
    assert min(len(values) for values in seen) > 20


def test_a_key_file_is_a_second_factor(cheap, keys):
    """With a key file, the passphrase alone opens nothing, nor does another file."""
    wanted = (SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE, keyfile=b"k" * 64),)
    content, _ = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
    assert _same(keyslots.open_slots(HEADER, content, PASSPHRASE, keyfile=b"k" * 64).payload.keys, keys)
    for keyfile in (None, b"", b"k" * 63):
        with pytest.raises(errors.CannotUnlock):
            keyslots.open_slots(HEADER, content, PASSPHRASE, keyfile=keyfile)


@pytest.mark.claim("C-REST-02")
def test_every_altered_byte_of_the_used_slot_and_the_salt_is_noticed(slots):
    """One flipped bit anywhere in the salt or the slot, and it opens no more."""
    index = keyslots.open_slots(HEADER, slots, PASSPHRASE).index
    start = 32 + 480 * index
    for place in [*range(32), *range(start, start + 480)]:
        altered = bytearray(slots)
        altered[place] ^= 1
        with pytest.raises(errors.CannotUnlock):
            keyslots.open_slots(HEADER, bytes(altered), PASSPHRASE)
    for place in (31 + 480 * ((index + 1) % 8) + 33, 4095):
        altered = bytearray(slots)
        altered[place] ^= 1
        keyslots.open_slots(HEADER, bytes(altered), PASSPHRASE)


def test_a_slot_moved_to_another_place_does_not_open(slots):
    """A slot belongs to its place."""
    index = keyslots.open_slots(HEADER, slots, PASSPHRASE).index
    start, other = 32 + 480 * index, 32 + 480 * ((index + 4) % 8)
    moved = bytearray(slots)
    moved[other : other + 480] = slots[start : start + 480]
    moved[start : start + 480] = slots[other : other + 480]
    with pytest.raises(errors.CannotUnlock):
        keyslots.open_slots(HEADER, bytes(moved), PASSPHRASE)


def test_another_header_opens_nothing(slots):
    """The slots are bound to every byte of fieldlog.json."""
    other = VaultHeader(profile=kdf.S)
    with pytest.raises(errors.CannotUnlock):
        keyslots.open_slots(other, slots, PASSPHRASE)


@pytest.mark.parametrize("length", [0, 32, 512, 4095, 4097])
def test_slots_have_exactly_one_length(slots, length):
    """A shorter or longer file is refused before anything is derived."""
    content = (slots + b"\0")[:length]
    with pytest.raises(errors.KeySlotError) as caught:
        keyslots.open_slots(HEADER, content, PASSPHRASE)
    assert caught.value.reason == "slots-length"
    with pytest.raises(errors.KeySlotError):
        keyslots.replace(HEADER, content, keyslots.open_slots(HEADER, slots, PASSPHRASE))


def test_a_slot_is_sealed_anew_without_touching_the_others(slots):
    """Writing the head changes one slot only, and every byte of it that may change."""
    opened = keyslots.open_slots(HEADER, slots, PASSPHRASE)
    later = Head(count=9, hash=b"\x09" * 32, epoch=(1 << 40) + 4)
    payload = SlotPayload(
        volume=opened.payload.volume, purpose=Purpose.PASSPHRASE, keys=opened.payload.keys, head=later
    )
    changed = keyslots.replace(
        HEADER, slots, keyslots.OpenedSlot(index=opened.index, slot_key=opened.slot_key, payload=payload)
    )
    start = 32 + 480 * opened.index
    assert changed[:start] == slots[:start]
    assert changed[start + 480 :] == slots[start + 480 :]
    assert changed[start : start + 24] != slots[start : start + 24]
    assert keyslots.open_slots(HEADER, changed, PASSPHRASE).payload.head == later
    assert keyslots.open_slots(HEADER, changed, RECOVERY).payload.head == HEAD


@pytest.mark.parametrize("count", [0, 5])
def test_a_volume_has_four_slots(cheap, keys, count):
    """None and more than four secrets are refused."""
    wanted = [SlotSecret(purpose=Purpose.PASSPHRASE, secret=PASSPHRASE)] * count
    with pytest.raises(errors.KeySlotError) as caught:
        keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
    assert caught.value.reason == "slot-count"


def test_a_payload_is_exactly_its_length(keys):
    """440 bytes, and keys of another length are refused."""
    assert len(SlotPayload(volume=0, purpose=Purpose.RECOVERY, keys=keys, head=HEAD).encode()) == 440
    short = VolumeKeys(
        database_key=Secret(b"x" * 31),
        wal_key=keys.wal_key,
        cipher_salt=keys.cipher_salt,
        media_key=keys.media_key,
    )
    with pytest.raises(errors.KeySlotError):
        SlotPayload(volume=0, purpose=Purpose.RECOVERY, keys=short, head=HEAD).encode()


@pytest.mark.parametrize(
    "start", [b"\x00\x00\x01", b"\x01\x00\x01", b"\x02\x02\x01", b"\x02\x00\x00", b"\x02\x00\x03"]
)
def test_unknown_payloads_are_refused(start):
    """A version, volume or purpose that is not known is an error and no guess."""
    with pytest.raises(errors.KeySlotError) as caught:
        SlotPayload.parse(start + bytes(437))
    assert caught.value.reason == "payload"


def test_wiped_keys_cannot_be_used(keys):
    """After wiping, using a key is an error and not a key of zeros."""
    keys.wipe()
    with pytest.raises(errors.UsageError):
        keys.database_key.reveal()


@pytest.mark.parametrize("profile", [kdf.S, kdf.M, kdf.L, kdf.XL, CHEAPEST_FOR_TESTS])
def test_a_header_comes_back_as_it_was(profile):
    """Every profile is written and read again, as one byte string."""
    content = VaultHeader(profile=profile).encode()
    read = VaultHeader.parse(content)
    assert (read.profile.memory_mib, read.profile.passes) == (profile.memory_mib, profile.passes)
    assert read.encode() == content


@pytest.mark.claim("C-REST-02")
def test_every_altered_or_missing_byte_of_the_header_is_noticed():
    """Each truncation and each flipped bit is refused, or is another valid profile that opens nothing."""
    content = HEADER.encode()
    for length in range(len(content)):
        with pytest.raises(errors.KeySlotError):
            VaultHeader.parse(content[:length])
    for place in range(len(content)):
        for bit in range(8):
            altered = bytearray(content)
            altered[place] ^= 1 << bit
            with contextlib.suppress(errors.KeySlotError):
                assert VaultHeader.parse(bytes(altered)).encode() != HEADER.encode()
    with pytest.raises(errors.KeySlotError):
        VaultHeader.parse(content + b"\n")


def _changed(**changes):
    plain = json.loads(HEADER.encode())
    for name, value in changes.items():
        if name in ("memory_mib", "passes", "lanes", "name"):
            plain["kdf"][name] = value
        else:
            plain[name] = value
    return json.dumps(plain, sort_keys=True, indent=1).encode() + b"\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_changed(format=3), "too-new"),
        (_changed(format=3, anything="else"), "too-new"),
        (_changed(format=1), "header"),
        (_changed(wal_bytes=0), "header"),
        (_changed(wal_bytes="8388608"), "header"),
        (_changed(unit_bytes=4096), "header"),
        (_changed(format=0), "header"),
        (_changed(format=True), "header"),
        (_changed(format="2"), "header"),
        (_changed(type="something"), "header"),
        (_changed(memory_mib=63), "argon2-memory"),
        (_changed(memory_mib=4096), "argon2-memory"),
        (_changed(passes=2), "argon2-passes"),
        (_changed(passes=65), "argon2-passes"),
        (_changed(passes=True), "header"),
        (_changed(memory_mib="64"), "header"),
        (_changed(lanes=4), "header"),
        (_changed(name="scrypt"), "header"),
        (_changed(wal_bytes=4096), "header"),
        (_changed(extra=1), "header"),
        (b"[]", "header"),
        (b"null", "header"),
        (b"{}", "header"),
        (b"\xff", "header"),
        (b"[" * 900, "header"),
        (b" " * 1025, "header"),
        (HEADER.encode().replace(b"\n", b"\r\n"), "header"),
    ],
)
def test_bad_headers_are_refused_with_their_reason(content, reason):
    """A newer vault is told from a damaged one; limits hold before anything is derived."""
    with pytest.raises(errors.KeySlotError) as caught:
        VaultHeader.parse(content)
    assert caught.value.reason == reason
