"""What is left of an incident that was erased for good: nothing in the decrypted pages, nor in the log.

Every page of the database is taken from the disk and decrypted, free pages and search index included
(security.md 1.7, AT-28).
"""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from fieldlog.field import bin as bins
from fieldlog.field import recording, vault
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.store import cipher
from fieldlog.store.vault import search
from fieldlog.store.volume import vfs
from fieldlog.system.clock import FixedClock
from support import figures

PASSPHRASE = vault.secret_of(("lantern meadow copper sandal thimble harvest quiet",))
RECOVERY = vault.secret_of(("farm happy cluster clock rabbit mass pause baby cigar labor gym round",))
ERASED = 30
"""Incidents erased, of three times as many; each has a name of its own."""

SYLLABLES = ("ка", "ри", "мо", "су", "те", "на", "ло", "ви", "гра", "дзе", "фо", "ни")


def _names(count: int, chosen: random.Random) -> list[str]:
    """Made-up surnames, many of which begin alike and differ in the last letters only."""
    stems = {"".join(chosen.choices(SYLLABLES, k=4)) for _ in range(count)}
    return [ending for stem in sorted(stems) for ending in (f"{stem}нов", f"{stem}нова")][:count]


def _needles(texts: list[str]) -> list[bytes]:
    folded = {search.folded_text(text) for text in texts}
    return [text.encode(form) for text in {*texts, *folded} for form in ("utf-8", "utf-16-le")]


def _found(content: bytes, needles: list[bytes]) -> int:
    return sum(content.count(needle) for needle in needles)


def _decrypted(opened: vault.OpenVault) -> bytes:
    """Every page of the database as it lies on the disk, decrypted; and that the log is empty."""
    database, keys = opened.store._database, opened.store._slot.payload.keys
    (state,) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert state == (0, 0, 0)
    pages = PageCipher(key=keys.database_key, salt=keys.cipher_salt)
    count = database.value("PRAGMA page_count")
    raw = database.backing.read_raw(count * PAGE_BYTES, 0)
    sealed = [raw[start : start + PAGE_BYTES] for start in range(0, len(raw), PAGE_BYTES)]
    return b"".join(pages.open(page, number=number) for number, page in enumerate(sealed, 1))


def _fill(opened: vault.OpenVault, names: list[str], chosen: random.Random, tmp_path) -> list[str]:
    """One incident for each name, with a draft, a second version or a file on some; their codes."""
    codes = []
    for number, name in enumerate(names):
        filler = " ".join("".join(chosen.choices(SYLLABLES, k=3)) for _ in range(chosen.randrange(10, 900)))
        capture = QuickCapture(what=f"{filler} {name} {filler}", where=f"улица {name}", who="1")
        code = recording.save(opened, None, capture, ready=True)
        if number % 3 == 0:
            recording.save(opened, code, QuickCapture(what=f"{name} {filler}"), ready=True)
        if number % 5 == 0:
            recording.keep_draft(opened, code, QuickCapture(what=f"{filler} {name}"))
        if number % 7 == 0:
            path = tmp_path / f"{name}.txt"
            path.write_bytes(name.encode())
            recording.attach(opened, code, path)
        codes.append(code)
    return codes


@pytest.fixture
def opened(tmp_path):
    with vault.create(
        folder=tmp_path / "vault",
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=FixedClock(datetime(2026, 3, 1, tzinfo=UTC)),
        profile=CHEAPEST_FOR_TESTS,
    ) as made:
        yield made


def _erase_every_third(opened, tmp_path, *, count: int) -> tuple[bytes, list[bytes], list[bytes]]:
    """The decrypted pages after erasing, what must not be in them, and what must."""
    chosen = random.Random(28)
    names = _names(count, chosen)
    codes = _fill(opened, names, chosen, tmp_path)
    before = _decrypted(opened)
    gone = names[1::3]
    kept = [name for name in names if not any(name in other for other in gone)]
    erased = _needles([*gone, *codes[1::3]])
    assert all(before.count(name.encode()) for name in gone)
    for code in codes[1::3]:
        bins.erase(opened, code, typed=code)
    return _decrypted(opened), _no_part_of(erased, names[0::3] + names[2::3]), _needles(kept)


def _no_part_of(needles: list[bytes], kept: list[str]) -> list[bytes]:
    """Only the needles that no text which is still there contains."""
    still_there = b"\n".join(_needles(kept))
    return [needle for needle in needles if needle not in still_there]


@pytest.mark.claim("C-REST-04")
def test_nothing_of_an_erased_incident_is_in_the_pages(opened, tmp_path):
    """Names, texts and codes of erased incidents are in no page of the decrypted database, the free ones included."""
    content, gone, kept = _erase_every_third(opened, tmp_path, count=3 * ERASED)
    assert len(gone) > 60
    assert _found(content, kept) > 0
    left = _found(content, gone)
    figures.record("AT-28.names_erased", ERASED)
    figures.record("AT-28.occurrences", left)
    assert left == 0
    opened.store.verify()


@pytest.mark.claim("C-REST-04")
def test_the_log_is_empty_after_erasing(opened, tmp_path):
    """Nothing of the pages as they were before is left in the write-ahead log."""
    _erase_every_third(opened, tmp_path, count=12)
    ((busy, frames, _written_back),) = opened.store._database.execute("PRAGMA wal_checkpoint(PASSIVE)")
    assert (busy, frames) == (0, 0)


@pytest.mark.claim("C-REST-04")
def test_without_the_precautions_the_names_are_found(tmp_path, monkeypatch):
    """The control: with secure deletion off, and without a new index, the same search finds erased names."""
    settings = tuple(one for one in cipher._SETTINGS if one[0] != "secure_delete")
    monkeypatch.setattr(cipher, "_SETTINGS", (*settings, ("secure_delete", "OFF", 0)))
    monkeypatch.setattr(search, "rewrite", lambda _database: None)
    monkeypatch.setattr(vfs, "clean", lambda page, _cipher, number: page)
    with vault.create(
        folder=tmp_path / "vault",
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=FixedClock(datetime(2026, 3, 1, tzinfo=UTC)),
        profile=CHEAPEST_FOR_TESTS,
    ) as opened:
        opened.store._database.execute("INSERT INTO search (search, rank) VALUES ('secure-delete', 0)")
        content, gone, _kept = _erase_every_third(opened, tmp_path, count=30)
    assert _found(content, gone) > 20
