"""What the contents of a vault's files tell about which volume is used: nothing that these statistics find.

Each statistical test may be unlucky once in a thousand runs; it is then asked a second time, with other
keys, and fails only if that is unlucky too.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog.field.vault import OpenVault, canonical
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Head, Purpose, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder
from fieldlog.store.vault.session import VaultStore
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files
from support import figures, randomness

PAIRS = (("vol-a", "vol-b"), ("media-a", "media-b"))
SMALL = Sizes(log=1 << 18, volume=1 << 19, media=1 << 17, unit=1 << 16)
BAR = 0.001
FRESH, SESSIONS = 300, 100
WORDS = Secret(b"seven invented words")


@pytest.fixture(autouse=True)
def quick_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about files; hundreds of derivations would only take time."""
    monkeypatch.setattr(
        keyslots, "argon2id", lambda secret, *, salt, profile: Secret(sha256(salt + secret.reveal()))
    )


def make(place: Path, sizes: Sizes = SMALL) -> VaultStore:
    return VaultStore.create(
        place,
        profile=kdf.CHEAPEST_FOR_TESTS,
        secrets=[SlotSecret(purpose=Purpose.PASSPHRASE, secret=WORDS)],
        sizes=sizes,
    )


def unlock(place: Path) -> VaultStore:
    return VaultStore.unlock(place, secret=WORDS, available_memory=1 << 40)


def used_in(place: Path) -> int:
    """What somebody with the passphrase learns: which volume is used."""
    store = unlock(place)
    volume = store._slot.payload.volume
    store.close()
    return volume


def fresh(parent: Path, count: int) -> Iterator[dict[str, bytes]]:
    for number in range(count):
        place = parent / f"vault-{number}"
        make(place).close()
        yield {path.name: path.read_bytes() for path in place.iterdir()}
        folder.discard(place)


@pytest.mark.claim("C-SEC-01")
def test_no_constant_byte_in_fresh_vaults(quick_disk: Path) -> None:
    """In 300 new vaults no byte of volumes, attachment areas or slots is the same in all, nor any run of one value."""
    vaults = list(fresh(quick_disk, FRESH))
    names = sorted(folder.FILES - {"fieldlog.json"})
    assert set(vaults[0]) == folder.FILES
    constant = sum(randomness.constant_positions(vault[name] for vault in vaults) for name in names)
    runs = sum(randomness.constant_runs(vault[name]) for vault in vaults[:20] for name in names)
    assert {vault["fieldlog.json"] for vault in vaults} == {vaults[0]["fieldlog.json"]}
    figures.record("AT-05.vaults", FRESH)
    figures.record("AT-05.constant_positions", constant)
    figures.record("AT-05.constant_runs", runs)
    assert (constant, runs) == (0, 0)


def test_the_statistics_find_what_is_not_random() -> None:
    """Control: text, zeros, a counter and an unencrypted database are all found."""
    noise = os.urandom(64 * randomness.BLOCK_BYTES)
    for pattern in (bytes(4096), b"incident " * 456, bytes(range(256)) * 16):
        assert randomness.chi_squared_p(pattern[:4096]) < BAR or randomness.serial_p(pattern[:4096]) < BAR
    blocks = randomness.blocks_of(noise)
    half_text = [block[:3000] + b"a" * 1096 for block in blocks]
    assert randomness.uniform_p([randomness.chi_squared_p(block) for block in half_text]) < BAR
    assert randomness.same_p(
        [randomness.chi_squared_p(block) for block in blocks],
        [randomness.chi_squared_p(block) for block in half_text],
    ) < BAR  # fmt: skip
    assert randomness.constant_positions([b"ab", b"cb"]) == 1
    assert randomness.constant_runs(bytes(64) + noise) == 1


def work_in(place: Path, sessions: int) -> None:
    """What a reporter does: open, write, attach, take away, lock."""
    source = place.with_name("photo")
    for number in range(sessions):
        store = unlock(place)
        vault = OpenVault(store, place, _Clock())
        from fieldlog.field import recording

        code = recording.keep_draft(vault, None, QuickCapture(what=f"made up {number} " * 40), ("what", 3))
        recording.save(vault, code, QuickCapture(what=f"made up {number} " * 50), ready=False)
        if number % 10 == 0:
            source.write_bytes(os.urandom(90_000))
            with files.open_source(source):
                recording.attach(vault, code, source)
        vault.lock()


class _Clock:
    """Invented, and always later."""

    def now(self) -> object:
        from datetime import UTC, datetime

        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.mark.claim("C-SEC-01")
def test_used_and_unused_look_alike_after_many_sessions(quick_disk: Path) -> None:
    """After 100 sessions: names, sizes, blocks on the disk, modes and times equal, and statistics without a difference."""

    def attempt(number: int) -> float:
        # Memory counts blocks exactly; a disk counts its own list of a file's pieces too, used or not.
        place = quick_disk / f"vault-{number}"
        make(place).close()
        work_in(place, SESSIONS)
        used = used_in(place)
        worst = 1.0
        for pair in PAIRS:
            facts = [(place / name).stat() for name in pair]
            looks = {
                (fact.st_size, fact.st_blocks, stat.S_IMODE(fact.st_mode), fact.st_mtime_ns, fact.st_atime_ns)
                for fact in facts
            }
            assert len(looks) == 1, pair
            blocks = [randomness.blocks_of((place / name).read_bytes()) for name in pair]
            assert len(set(blocks[0] + blocks[1])) == len(blocks[0]) + len(blocks[1])
            assert not any(randomness.constant_runs(block) for side in blocks for block in side)
            for statistic in (randomness.chi_squared_p, randomness.set_bits_p, randomness.serial_p):
                sides = [[statistic(block) for block in side] for side in blocks]
                worst = min(worst, randomness.same_p(*sides), *(randomness.uniform_p(side) for side in sides))
            figures.record(f"AT-12.blocks_{pair[0][:-2]}", len(blocks[used]))
        return worst * 18  # Bonferroni: 2 pairs, 3 statistics, 3 comparisons

    p = attempt(1)
    if p <= BAR:
        p = attempt(2)
    figures.record("AT-12.sessions", SESSIONS)
    figures.record("AT-12.smallest_p", round(min(p, 1.0), 4))
    assert p > BAR


def test_which_volume_is_used_first_is_a_coin_toss() -> None:
    """Of 60 new vaults neither volume is used first in all but a few; nothing in the folder says which."""
    header, keys = VaultHeader(profile=kdf.CHEAPEST_FOR_TESTS), VolumeKeys.generate()
    secret = SlotSecret(purpose=Purpose.PASSPHRASE, secret=WORDS)
    used = [
        keyslots.create_all(header, [secret], keys=keys, head=Head())[1][0].payload.volume for _ in range(60)
    ]
    # Fewer than 10 of 60 of one side happens once in ten million times.
    assert 10 <= sum(used) <= 50


@pytest.mark.claim("C-SEC-01")
def test_a_second_vault_opens_by_its_own_passphrase_and_changes_no_size(tmp_path: Path) -> None:
    """Made from the open one: files keep size and form, each passphrase opens its own vault, neither sees the other."""
    place = tmp_path / "vault"
    store = make(place)
    before = {path.name: path.stat().st_size for path in place.iterdir()}
    store.settings.set("language", "ru")
    other = SlotSecret(purpose=Purpose.PASSPHRASE, secret=canonical(Secret(b"quite other words here")))
    store.create_second([other])
    store.close()
    assert {path.name: path.stat().st_size for path in place.iterdir()} == before
    second = VaultStore.unlock(place, secret=other.secret, available_memory=1 << 40)
    assert second.settings.get("language") == ""
    assert len(second.slots.known()) == 1
    second.settings.set("language", "kk")
    second.close()
    first = unlock(place)
    assert first.settings.get("language") == "ru"
    assert first.verify() == 0
    first.close()
    for pair in PAIRS:
        assert len({((place / name).stat().st_size, (place / name).stat().st_mtime_ns) for name in pair}) == 1
