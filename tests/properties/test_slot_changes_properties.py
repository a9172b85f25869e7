"""Any sequence of changes to the slots of one volume leaves exactly the wanted secrets, and the other volume alone."""

from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import (
    Head,
    OpenedSlot,
    Purpose,
    SlotPayload,
    VaultHeader,
    VolumeKeys,
)
from fieldlog.primitives import rng
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret

HEADER = VaultHeader(profile=CHEAPEST_FOR_TESTS)
SECRETS = st.tuples(st.integers(0, 9), st.sampled_from([None, b"k" * 64]))
"""One of ten passphrases, with or without a key file."""


def _cheap(secret, *, salt, profile):
    return Secret(keyslots.sha256(salt + secret.reveal()))


def _secret(number):
    return Secret.from_text(f"passphrase {number}")


def _payload(volume):
    return SlotPayload(volume=volume, purpose=Purpose.PASSPHRASE, keys=VolumeKeys.generate(), head=Head())


class TwoVolumes(RuleBasedStateMachine):
    """A ``slots`` with two volumes in use, of which one session changes one."""

    @initialize(volume=st.integers(0, 1), place=st.integers(0, 3), theirs=st.integers(1, 4))
    def make(self, volume, place, theirs):
        """Our volume has one secret, the other has some of its own."""
        self.patch = patch.object(keyslots, "argon2id", _cheap)
        self.patch.start()
        self.content = rng.random_bytes(keyslots.SLOTS_BYTES)
        self.volume = volume
        self.payload = _payload(volume)
        self.ours = {}
        self.shut_out = set()
        self.put((0, None), place)
        other = _payload(1 - volume)
        self.theirs = []
        for number, index in zip(range(theirs), slot_changes.slots_of(1 - self.volume), strict=False):
            secret = Secret.from_text(f"other {number}")
            slot_keys = keyslots.keys_for(HEADER, self.content, secret)
            self.content, _ = slot_changes.put(HEADER, self.content, slot_keys, index=index, payload=other)
            self.theirs.append(secret)
        self.other_half = self.half(1 - self.volume)

    def teardown(self):
        self.patch.stop()

    def half(self, volume):
        start = 32 + volume * 4 * 480
        return self.content[start : start + 4 * 480]

    @rule(secret=SECRETS, place=st.integers(0, 3))
    def put(self, secret, place):
        """Put a secret into a free slot, or into a used one in place of what was there."""
        index = self.volume * 4 + place
        slot_keys = keyslots.keys_for(HEADER, self.content, _secret(secret[0]), keyfile=secret[1])
        before = self.content
        try:
            self.content, slot = slot_changes.put(
                HEADER, self.content, slot_keys, index=index, payload=self.payload
            )
        except errors.SecretInUse:
            assert secret in {used for used, _ in self.ours.values()}
            assert self.content == before
            return
        if index in self.ours:
            self.shut_out.add(self.ours[index][0])
        self.ours[index] = (secret, slot)
        self.shut_out.discard(secret)

    @precondition(lambda self: len(self.ours) > 1)
    @rule(data=st.data())
    def remove(self, data):
        """Give up one used slot."""
        index = data.draw(st.sampled_from(sorted(self.ours)))
        self.content = slot_changes.clear(self.content, [index], volume=self.volume)
        self.shut_out.add(self.ours.pop(index)[0])

    @rule(count=st.integers(0, 2**64 - 1), link=st.binary(min_size=32, max_size=32))
    def remember(self, count, link):
        """Write a head into every used slot."""
        head = Head(count=count, hash=link, epoch=count)
        slots = [
            OpenedSlot(index=slot.index, slot_key=slot.slot_key, payload=self.payload)
            for _, slot in self.ours.values()
        ]
        self.content = slot_changes.reseal(HEADER, self.content, slots, head=head)
        for secret, slot in self.ours.values():
            assert self.opened(secret).payload.head == head
            assert self.opened(secret).index == slot.index

    def opened(self, secret):
        return keyslots.open_slots(HEADER, self.content, _secret(secret[0]), keyfile=secret[1])

    @invariant()
    def exactly_these_open(self):
        """Every wanted secret opens its slot and our keys; what was shut out opens nothing."""
        for index, (secret, _) in self.ours.items():
            opened = self.opened(secret)
            assert opened.index == index
            assert opened.payload.keys.database_key == self.payload.keys.database_key
        for secret in self.shut_out:
            try:
                self.opened(secret)
            except errors.CannotUnlock:
                continue
            raise AssertionError("a secret that was shut out still opens")

    @invariant()
    def the_other_volume_is_untouched(self):
        """Not one byte of its four slots has changed, and its secrets open it."""
        assert self.half(1 - self.volume) == self.other_half
        for secret in self.theirs:
            opened = keyslots.open_slots(HEADER, self.content, secret)
            assert opened.payload.volume == 1 - self.volume

    @invariant()
    def the_length_stays(self):
        """``slots`` is 4,096 bytes for ever."""
        assert len(self.content) == keyslots.SLOTS_BYTES


TestTwoVolumes = TwoVolumes.TestCase
TestTwoVolumes.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
