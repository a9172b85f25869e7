"""Changing the slots of one volume, as bytes."""

import pytest

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, Purpose, SlotPayload, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret

HEADER = VaultHeader(profile=CHEAPEST_FOR_TESTS)
FIRST, SECOND, THIRD = (
    Secret.from_text(text) for text in ("река камень облако", "дом лес луна", "снег окно хлеб")
)
HEAD = Head(count=7, hash=b"\x07" * 32, epoch=12)
START, SLOT = 32, 480


@pytest.fixture
def keys():
    return VolumeKeys.generate()


@pytest.fixture
def made(cheap, keys):
    """A ``slots`` with one secret, and its slot."""
    wanted = [SlotSecret(purpose=Purpose.PASSPHRASE, secret=FIRST)]
    content, (slot,) = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
    return content, slot


def _changed(before, after):
    """Numbers of the slots that differ; nothing else may."""
    assert before[:START] == after[:START]
    assert before[START + 8 * SLOT :] == after[START + 8 * SLOT :]
    return [
        index
        for index in range(8)
        if before[START + index * SLOT :][:SLOT] != after[START + index * SLOT :][:SLOT]
    ]


def _put(content, secret, payload, index, keyfile=None):
    slot_keys = keyslots.keys_for(HEADER, content, secret, keyfile=keyfile)
    return slot_changes.put(HEADER, content, slot_keys, index=index, payload=payload)


def _opens(content, secret, keyfile=None):
    try:
        return keyslots.open_slots(HEADER, content, secret, keyfile=keyfile)
    except errors.CannotUnlock:
        return None


def _neighbour(slot):
    return slot.index // 4 * 4 + (slot.index + 1) % 4


def test_a_second_secret_opens_the_same_keys(made, keys):
    """A secret put into a free slot opens what the first opens, and nothing but its slot was written."""
    content, slot = made
    index = _neighbour(slot)
    after, put = _put(content, SECOND, slot.payload, index)
    assert _changed(content, after) == [index] == [put.index]
    for secret in (FIRST, SECOND):
        payload = _opens(after, secret).payload
        assert payload.keys.database_key == keys.database_key
        assert payload.head == HEAD
    assert _opens(after, SECOND).slot_key == put.slot_key


def test_a_replaced_secret_opens_no_more(made):
    """Put into a used slot, the new secret opens it and the old one opens nothing."""
    content, slot = made
    after, _ = _put(content, SECOND, slot.payload, slot.index)
    assert _changed(content, after) == [slot.index]
    assert _opens(after, SECOND).index == slot.index
    assert _opens(after, FIRST) is None


def test_a_cleared_slot_opens_no_more_and_is_random(made):
    """Giving a slot up leaves random bytes that differ each time."""
    content, slot = made
    once = slot_changes.clear(content, [slot.index], volume=slot.payload.volume)
    again = slot_changes.clear(content, [slot.index], volume=slot.payload.volume)
    assert _changed(content, once) == _changed(once, again) == [slot.index]
    assert _opens(once, FIRST) is None


def test_a_new_head_goes_into_every_slot_that_is_named(made):
    """Sealed anew, the slots keep their secrets and keys and remember the new head."""
    content, slot = made
    content, other = _put(content, SECOND, slot.payload, _neighbour(slot))
    later = Head(count=9, hash=b"\x09" * 32, epoch=20)
    after = slot_changes.reseal(HEADER, content, [slot, other], head=later)
    assert _changed(content, after) == sorted([slot.index, other.index])
    for secret in (FIRST, SECOND):
        assert _opens(after, secret).payload.head == later


def test_the_same_writing_twice_differs_in_every_part(made):
    """Nonce, padding and everything after them are new each time."""
    content, slot = made
    written = [slot_changes.reseal(HEADER, content, [slot], head=HEAD) for _ in range(2)]
    digests = {slot_changes.digest_of(one, slot.index) for one in (content, *written)}
    assert len(digests) == 3
    place = START + slot.index * SLOT
    nonces = {one[place : place + 24] for one in (content, *written)}
    assert len(nonces) == 3
    tails = {keyslots.SlotPayload.encode(slot.payload)[-200:] for _ in range(3)}
    assert len(tails) == 3


@pytest.mark.parametrize("keyfile", [None, b"k" * 64])
def test_one_secret_never_has_two_slots(made, keyfile):
    """A secret that opens a slot already is refused, wherever it is to go; with another key file it is another."""
    content, slot = made
    content, _ = _put(content, SECOND, slot.payload, _neighbour(slot), keyfile)
    for index in slot_changes.slots_of(slot.payload.volume):
        with pytest.raises(errors.SecretInUse):
            _put(content, SECOND, slot.payload, index, keyfile)
    _put(content, SECOND, slot.payload, slot.index, b"another")


def test_a_secret_of_the_other_volume_is_refused(cheap, made):
    """Two volumes with one secret would leave one of them out of reach."""
    content, slot = made
    volume = 1 - slot.payload.volume
    other = SlotPayload(volume=volume, purpose=Purpose.PASSPHRASE, keys=VolumeKeys.generate(), head=HEAD)
    content, _ = _put(content, SECOND, other, volume * 4)
    with pytest.raises(errors.SecretInUse):
        _put(content, SECOND, slot.payload, slot.index)


def test_no_slot_of_the_other_volume_can_be_named(made):
    """Every function refuses a slot that is not of the volume it works for."""
    content, slot = made
    volume = slot.payload.volume
    slot_keys = keyslots.keys_for(HEADER, content, SECOND)
    for index in (*slot_changes.slots_of(1 - volume), -1, 8):
        moved = keyslots.OpenedSlot(index=index, slot_key=slot.slot_key, payload=slot.payload)
        for attempt in (
            lambda index=index: slot_changes.put(
                HEADER, content, slot_keys, index=index, payload=slot.payload
            ),
            lambda index=index: slot_changes.clear(content, [index], volume=volume),
            lambda moved=moved: slot_changes.reseal(HEADER, content, [moved], head=HEAD),
        ):
            with pytest.raises(errors.KeySlotError) as caught:
                attempt()
            assert caught.value.reason == "slot-volume"
    for volume in (-1, 2):
        with pytest.raises(errors.KeySlotError):
            slot_changes.slots_of(volume)
    with pytest.raises(errors.KeySlotError):
        slot_changes.digest_of(content, 8)


@pytest.mark.parametrize("length", [0, 4095, 4097])
def test_only_a_whole_file_is_changed(made, length):
    """Content of another length is refused by every function."""
    content, slot = made
    slot_keys = keyslots.keys_for(HEADER, content, THIRD)
    wrong = (content + b"\0")[:length]
    for attempt in (
        lambda: slot_changes.put(HEADER, wrong, slot_keys, index=slot.index, payload=slot.payload),
        lambda: slot_changes.clear(wrong, [slot.index], volume=slot.payload.volume),
        lambda: slot_changes.reseal(HEADER, wrong, [slot], head=HEAD),
        lambda: slot_changes.digest_of(wrong, slot.index),
        lambda: slot_changes.splice(wrong, content, volume=0),
        lambda: slot_changes.splice(content, wrong, volume=0),
        lambda: keyslots.keys_for(HEADER, wrong, THIRD),
    ):
        with pytest.raises(errors.KeySlotError) as caught:
            attempt()
        assert caught.value.reason == "slots-length"


@pytest.mark.parametrize("volume", [0, 1])
def test_the_slots_of_one_volume_are_taken_from_elsewhere(made, volume):
    """All four come as they are, and every other byte stays, the salt and the end too."""
    content, _slot = made
    source = bytes(byte ^ 0xFF for byte in content)
    spliced = slot_changes.splice(content, source, volume=volume)
    start, end = START + 4 * volume * SLOT, START + 4 * (volume + 1) * SLOT
    assert spliced == content[:start] + source[start:end] + content[end:]
    with pytest.raises(errors.KeySlotError):
        slot_changes.splice(content, source, volume=2)


def test_all_slots_of_a_new_vault_are_told(cheap, keys):
    """Making a vault tells the slot of every secret, in the order they were given."""
    wanted = [
        SlotSecret(purpose=purpose, secret=secret)
        for purpose, secret in ((Purpose.PASSPHRASE, FIRST), (Purpose.RECOVERY, SECOND))
    ]
    content, used = keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
    assert [slot.payload.purpose for slot in used] == [Purpose.PASSPHRASE, Purpose.RECOVERY]
    for slot, secret in zip(used, (FIRST, SECOND), strict=True):
        opened = _opens(content, secret)
        assert (opened.index, opened.slot_key) == (slot.index, slot.slot_key)


def test_a_new_vault_has_no_secret_twice(cheap, keys):
    """Recovery words that are the passphrase too would leave one slot out of reach."""
    wanted = [SlotSecret(purpose=purpose, secret=FIRST) for purpose in Purpose]
    with pytest.raises(errors.SecretInUse):
        keyslots.create_all(HEADER, wanted, keys=keys, head=HEAD)
