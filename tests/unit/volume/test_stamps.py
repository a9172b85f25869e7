"""The list of the newest pages: what is written is what is accepted, and an older page is told from damage."""

from __future__ import annotations

import pytest

from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.xts import UNIT_BYTES
from fieldlog.store.volume.stamps import (
    EMPTY,
    HEADER_BYTES,
    STAMP_BYTES,
    Freshness,
    StampKey,
    StampList,
    stamp_of,
)
from unit.volume.test_log import CAPACITY, KEY, Memory, log_in

CIPHER = PageCipher(key=Secret(bytes(range(32))), salt=bytes(range(16)))


def sealed(number: int, letter: bytes) -> bytes:
    """A page of this number, as it lies on the disk."""
    return CIPHER.seal(letter * PAGE_BYTES, number=number)


def listed(pages: int, epoch: int = 7) -> StampList:
    """Any stamps."""
    return StampList(epoch, b"".join(number.to_bytes(STAMP_BYTES, "big") for number in range(pages)))


def left_in(memory: Memory, what: StampList) -> None:
    """As after a lock."""
    log = log_in(memory)
    log.wipe()
    log.leave_stamps(what)


@pytest.mark.parametrize("pages", [1, 2, 511, 512, 513, 15 * 512])
def test_a_list_is_read_as_it_was_left(pages: int) -> None:
    """Whatever its length, up to the whole region."""
    memory = Memory()
    left_in(memory, listed(pages))
    log = log_in(memory)
    assert (log.stamps, log.length, log.was_left) == (listed(pages), 0, False)


def test_a_list_that_does_not_fit_is_left_out() -> None:
    """The log is empty all the same, and there is nothing to compare with."""
    memory = Memory()
    left_in(memory, listed(15 * 512 + 1))
    log = log_in(memory)
    assert (log.stamps, log.was_left) == (None, False)


def test_no_list_is_left_beside_frames() -> None:
    """They will be written back, and the pages are others then."""
    memory = Memory()
    log = log_in(memory)
    log.wipe()
    log.write(bytes.fromhex("377f0682") + bytes(28), 0)
    log.sync()
    before = bytes(memory.content)
    log.leave_stamps(listed(3))
    assert memory.content == before


@pytest.mark.parametrize(
    "place", [*range(UNIT_BYTES, UNIT_BYTES + 600, 64), *range(16, 16 + HEADER_BYTES, 7)]
)
def test_an_altered_list_is_none(place: int) -> None:
    """One byte of the list, of its numbers or of its code, and it counts as missing."""
    memory = Memory()
    left_in(memory, listed(100))
    memory.content[place] ^= 1
    assert log_in(memory).stamps is None


def found(region: bytes, key: Secret = KEY) -> StampList | None:
    """What a decrypted region says."""
    return StampKey(key).find(lambda count, offset: region[offset : offset + count], capacity=CAPACITY)


def test_a_list_of_another_key_epoch_or_length_is_none() -> None:
    """The code is over the numbers as well, under a key that comes from the log's."""
    header, stamps = StampKey(KEY).header_of(listed(3)), listed(3).stamps

    def region(header: bytes) -> bytes:
        return (EMPTY + header).ljust(UNIT_BYTES, b"x") + stamps.ljust(CAPACITY - UNIT_BYTES, b"x")

    assert found(region(header)) == listed(3)
    assert found(region(header), Secret(bytes(64))) is None
    assert found(region((8).to_bytes(8, "big") + header[8:])) is None
    for pages in (0, 2, CAPACITY // STAMP_BYTES, 2**64 - 1):
        assert found(region(header[:8] + pages.to_bytes(8, "big") + header[16:])) is None
    assert found(region(header)[1:]) is None


def test_using_the_log_ends_the_list() -> None:
    """The first thing that is written into the log is the end of the list, and the log counts as left open."""
    memory = Memory()
    left_in(memory, listed(100))
    log = log_in(memory)
    log.write(bytes.fromhex("377f0682") + bytes(28), 0)
    log.sync()
    again = log_in(memory)
    assert (again.stamps, again.was_left) == (None, True)
    assert again.length == CAPACITY


def test_an_older_page_is_not_the_newest_and_a_damaged_one_is_for_the_engine() -> None:
    """Only a page under our key that is not as listed is refused here."""
    older, newer = sealed(2, b"a"), sealed(2, b"b")
    fresh = Freshness(StampList(1, bytes(8) + stamp_of(newer)))
    damaged = newer[:-1] + bytes((newer[-1] ^ 1,))
    assert fresh.is_newest(newer, number=2, cipher=CIPHER)
    assert fresh.is_newest(damaged, number=2, cipher=CIPHER)
    assert not fresh.older_seen
    assert not fresh.is_newest(older, number=2, cipher=CIPHER)
    assert fresh.older_seen


def test_what_was_written_since_counts_and_what_is_not_listed_is_not_judged() -> None:
    """A page that was written is the newest from then on; of pages beyond the list nothing is known."""
    older, newer = sealed(2, b"a"), sealed(2, b"b")
    fresh = Freshness(StampList(1, bytes(8) + stamp_of(older)))
    fresh.note(newer, number=2)
    assert fresh.is_newest(newer, number=2, cipher=CIPHER)
    assert not fresh.is_newest(older, number=2, cipher=CIPHER)
    assert fresh.is_newest(sealed(3, b"c"), number=3, cipher=CIPHER)
    assert Freshness(None).is_newest(older, number=2, cipher=CIPHER)


def test_the_next_list_has_every_page() -> None:
    """Those that were listed, those that were written, and those that are only on the disk."""
    pages = [sealed(number, b"x") for number in range(1, 6)]
    disk = b"".join(pages)
    fresh = Freshness(StampList(1, b"".join(stamp_of(page) for page in pages[:3])))
    again = sealed(2, b"y")
    fresh.note(again, number=2)
    fresh.note(pages[3], number=4)
    fresh.note(sealed(9, b"z"), number=9)
    made = fresh.whole_list(12, 5, lambda count, offset: disk[offset : offset + count])
    assert made == StampList(12, b"".join(map(stamp_of, [pages[0], again, *pages[2:]])))
    assert Freshness(made).is_newest(again, number=2, cipher=CIPHER)
    shorter = fresh.whole_list(13, 2, lambda _count, _offset: b"")
    assert shorter.stamps == stamp_of(pages[0]) + stamp_of(again)
