"""Pages are cleaned on their way to the disk: what SQLite forgets in the middle of a page is overwritten."""

import random

import pytest

from fieldlog.field import recording, vault
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import rng
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.store.volume import vfs
from fieldlog.store.volume.unused import clean, unused_middle
from fieldlog.system.clock import SystemClock

USABLE = PAGE_BYTES - 80
WORDS = vault.secret_of(("lantern meadow copper sandal thimble harvest quiet",))


@pytest.fixture
def cipher():
    return PageCipher(key=Secret(rng.random_bytes(32)), salt=rng.random_bytes(16))


def _page(kind, *, cells, content, place=0):
    """A page of this kind, full of a letter wherever SQLite would not look."""
    page = bytearray(b"z" * USABLE + bytes(80))
    if place:
        page[:16] = b"SQLite format 3\x00"
    page[place] = kind
    page[place + 3 : place + 5] = cells.to_bytes(2, "big")
    page[place + 5 : place + 7] = content.to_bytes(2, "big")
    return bytes(page)


@pytest.mark.parametrize(("number", "place"), [(1, 100), (2, 0), (70_000, 0)])
@pytest.mark.parametrize(("kind", "header"), [(2, 12), (5, 12), (10, 8), (13, 8)])
@pytest.mark.parametrize(("cells", "content"), [(0, USABLE), (7, 3000), (100, 311), (100, 312), (100, 400)])
def test_the_middle_is_overwritten_and_nothing_else(cipher, number, place, kind, header, cells, content):
    """What lies between the list of rows and the first row becomes zeros; every other byte stays."""
    page = _page(kind, cells=cells, content=content, place=place)
    start = place + header + 2 * cells
    expected = page if content < start else page[:start] + bytes(content - start) + page[content:]
    cleaned = clean(cipher.seal(page, number=number), cipher, number=number)
    assert cipher.open(cleaned, number=number) == expected


@pytest.mark.parametrize("kind", [0, 1, 3, 255])
def test_other_pages_are_left_alone(cipher, kind):
    """Long values, free pages, and what is no page at all go to the disk as they are."""
    sealed = cipher.seal(_page(kind, cells=1, content=3000), number=3)
    assert clean(sealed, cipher, number=3) == sealed
    assert clean(b"short", cipher, number=3) == b"short"
    stranger = rng.random_bytes(PAGE_BYTES)
    assert clean(stranger, cipher, number=3) == stranger


def test_a_clean_page_is_not_sealed_again(cipher):
    """Where there is nothing to overwrite, the bytes of the engine are written."""
    page = bytearray(_page(13, cells=2, content=3000))
    page[12:3000] = bytes(3000 - 12)
    sealed = cipher.seal(bytes(page), number=9)
    assert clean(sealed, cipher, number=9) is sealed


def test_a_middle_outside_the_page_is_none():
    """Numbers that make no sense are no place to write to."""
    assert unused_middle(bytes([13, 0, 0, 0, 1, 255, 255, 0]) + bytes(4088), number=2) == (0, 0)


@pytest.mark.parametrize("number", [1, 2])
def test_a_look_shows_what_opening_shows(cipher, number):
    """Looking at a page skips nothing but the check of its tag."""
    page = b"SQLite format 3\x00" + rng.random_bytes(USABLE - 16) + bytes(80)
    sealed = cipher.seal(page, number=number)
    assert cipher.look(sealed, number=number) == cipher.open(sealed, number=number) == page


def _dirty_middles(folder, *, recorded):
    """How many pages on the disk have something in their unused middle after some use."""
    chosen = random.Random(5)
    with vault.create(
        folder=folder, passphrase=WORDS, recovery=vault.secret_of(("x",)), clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ) as opened:  # fmt: skip
        codes = []
        for _ in range(recorded):
            text = QuickCapture(what="word " * chosen.randrange(1, 400))
            code = chosen.choice(codes) if codes and chosen.random() < 0.3 else None
            codes.append(recording.save(opened, code, text, ready=True))
        database, keys = opened.store._database, opened.store._slot.payload.keys
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        count = database.value("PRAGMA page_count")
        raw = database.backing.read_raw(count * PAGE_BYTES, 0)
        pages = PageCipher(key=keys.database_key, salt=keys.cipher_salt)
        dirty = 0
        for number in range(1, count + 1):
            plain = pages.open(raw[(number - 1) * PAGE_BYTES : number * PAGE_BYTES], number=number)
            start, end = unused_middle(plain, number=number)
            dirty += any(plain[start:end])
        assert database.execute("PRAGMA integrity_check") == [("ok",)]
        opened.store.verify()
    return dirty


def test_no_page_on_the_disk_has_forgotten_bytes(tmp_path, monkeypatch):
    """After some use no page has anything in its middle; without the cleaning, many have."""
    assert _dirty_middles(tmp_path / "a", recorded=60) == 0
    monkeypatch.setattr(vfs, "clean", lambda page, _cipher, number: page)
    assert _dirty_middles(tmp_path / "b", recorded=60) > 0
