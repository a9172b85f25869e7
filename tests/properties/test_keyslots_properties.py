from hypothesis import given, settings
from hypothesis import strategies as st

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, Purpose, SlotPayload, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.primitives.secret import Secret

_KEYS = st.builds(
    lambda database, wal, salt, media: VolumeKeys(
        database_key=Secret(database), wal_key=Secret(wal), cipher_salt=salt, media_key=Secret(media)
    ),
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=64, max_size=64),
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=32, max_size=32),
)


@given(
    keys=_KEYS,
    volume=st.integers(0, 1),
    purpose=st.sampled_from(Purpose),
    count=st.integers(0, 2**64 - 1),
    link=st.binary(min_size=32, max_size=32),
)
def test_any_payload_comes_back(keys, volume, purpose, count, link):
    """Whatever a slot holds is read again as it was, from exactly 440 bytes."""
    payload = SlotPayload(volume=volume, purpose=purpose, keys=keys, head=Head(count=count, hash=link))
    content = payload.encode()
    assert len(content) == 440
    read = SlotPayload.parse(content)
    assert (read.volume, read.purpose, read.head) == (volume, purpose, payload.head)
    assert read.keys.database_key == keys.database_key
    assert read.keys.wal_key == keys.wal_key
    assert read.keys.cipher_salt == keys.cipher_salt
    assert read.keys.media_key == keys.media_key


@given(st.integers(64, 2048), st.integers(3, 64))
def test_any_allowed_profile_has_one_header(memory, passes):
    """Every allowed header is one byte string and comes back from it."""
    header = VaultHeader(profile=Argon2Profile(name="stored", memory_mib=memory, passes=passes))
    assert VaultHeader.parse(header.encode()) == header


@given(st.binary(max_size=1100))
def test_no_bytes_break_the_header_reader(content):
    """Any bytes are a header or a KeySlotError, nothing else."""
    try:
        assert VaultHeader.parse(content).encode() == content
    except errors.KeySlotError:
        return


@settings(max_examples=200)
@given(st.data())
def test_any_change_to_a_slot_or_its_neighbours(data):
    """A slot opens after any change outside it and the salt, and never after one inside."""
    header = VaultHeader(profile=Argon2Profile(name="stored", memory_mib=64, passes=3))
    keys = VolumeKeys.generate()
    slot_key = Secret(data.draw(st.binary(min_size=32, max_size=32)))
    index = data.draw(st.integers(0, 7))
    payload = SlotPayload(volume=index // 4, purpose=Purpose.PASSPHRASE, keys=keys, head=Head())
    opened = keyslots.OpenedSlot(index=index, slot_key=slot_key, payload=payload)
    content = keyslots.replace(header, bytes(keyslots.SLOTS_BYTES), opened)
    place = data.draw(st.integers(0, keyslots.SLOTS_BYTES - 1))
    altered = bytearray(content)
    altered[place] ^= data.draw(st.integers(1, 255))
    start = keyslots.SALT_BYTES + index * keyslots.SLOT_BYTES
    inside = start <= place < start + keyslots.SLOT_BYTES
    slot = bytes(altered[start : start + keyslots.SLOT_BYTES])
    try:
        plain = keyslots.XChaCha(slot_key).open(
            slot[24:], nonce=slot[:24], associated=keyslots.sha256(header.encode()) + bytes((index,))
        )
    except errors.SignatureInvalid:
        assert inside
    else:
        assert not inside
        assert SlotPayload.parse(plain).volume == payload.volume
