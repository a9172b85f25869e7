"""Every bad vault of the list: one clear error, the same from every door, and nothing changed."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import checking, recovering
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.i18n.sentences import explain
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import backing
from fieldlog.store.vault import folder as vault_folder
from fieldlog.system import process
from fieldlog.system.clock import FixedClock
from support.damaged import MORNING, PASSPHRASE, RECOVERY, SMALL, Sample, state_of


def unlock(folder: Path, secret: Secret = PASSPHRASE) -> None:
    """Open it as a face does, and read everything in it."""
    with field_vault.unlock(folder=folder, passphrase=secret, clock=FixedClock(MORNING)) as vault:
        vault.store.verify()


def check(folder: Path, secret: Secret = PASSPHRASE) -> None:
    """Check it; what is found counts as refused."""
    checking.check(folder=folder, passphrase=secret)


def recover(folder: Path, secret: Secret = PASSPHRASE) -> None:
    """Recover it into a place beside it."""
    into = folder.with_name("recovered")
    with recovering.opened(folder=folder, passphrase=secret) as damaged:
        recovering.recover(
            damaged,
            into=into,
            passphrase=PASSPHRASE,
            recovery=RECOVERY,
            clock=FixedClock(MORNING),
            profile=kdf.CHEAPEST_FOR_TESTS,
        )


DOORS = (unlock, check, recover)
"""The three that open a vault: each says the same of what no vault can be opened with."""


def refused(
    door: Callable[..., None], folder: Path, error: type[errors.FieldlogError], **given: object
) -> None:
    """``door`` raises exactly ``error``, which has its sentences, and nothing in or beside the folder changed."""
    before = state_of(folder), sorted(path.name for path in folder.parent.iterdir())
    with pytest.raises(error) as raised:
        door(folder, **given)
    assert type(raised.value) is error
    assert explain(raised.value).what
    assert explain(raised.value).advice
    assert (state_of(folder), sorted(path.name for path in folder.parent.iterdir())) == before


@pytest.mark.parametrize("door", DOORS)
def test_wrong_words(folder: Path, door: Callable[..., None]) -> None:
    """Words that open nothing are one error, whoever asks."""
    refused(door, folder, errors.CannotUnlock, secret=field_vault.typed_secret("one two three four five six"))


@pytest.mark.parametrize("door", DOORS)
def test_memory_too_small(folder: Path, door: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the memory the profile needs nothing is derived, and never with weaker parameters."""

    def derived(*_given: object, **_named: object) -> None:
        raise AssertionError

    monkeypatch.setattr(keyslots, "argon2id", derived)
    monkeypatch.setattr(process, "available_memory", lambda: 63 << 20)
    refused(door, folder, errors.NotEnoughMemory)


@pytest.mark.parametrize("door", DOORS)
def test_opened_twice(folder: Path, door: Callable[..., None]) -> None:
    """While one Fieldlog has it open nobody else gets in, and the first goes on."""
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(MORNING)) as vault:
        before = state_of(folder)
        with pytest.raises(errors.VaultInUse):
            door(folder)
        assert state_of(folder) == before
        vault.store.settings.set("theme", "dark")
        assert vault.store.settings.get("theme") == "dark"


def newer_header(folder: Path) -> None:
    path = folder / "fieldlog.json"
    plain = json.loads(path.read_bytes())
    plain["format"] += 1
    path.write_bytes(json.dumps(plain, sort_keys=True, indent=1).encode() + b"\n")


def newer_tables(folder: Path) -> None:
    header = vault_folder.read_header(folder)
    slot = keyslots.open_slots(header, vault_folder.read_slots(folder), PASSPHRASE)
    database = backing.open_database_of(folder, header, slot)
    with database.transaction():
        database.execute("INSERT INTO schema_step VALUES (999, 'from the future')")
    database.close()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("newer", [newer_header, newer_tables])
def test_newer(folder: Path, newer: Callable[[Path], None], door: Callable[..., None]) -> None:
    """What a later version wrote is said to be that, and left alone."""
    newer(folder)
    refused(door, folder, errors.VaultTooNew)


@dataclass(frozen=True)
class Incomplete:
    """A file of the folder that is missing or short, and what that is called."""

    name: str
    error: type[errors.FieldlogError]
    change: str = "missing"


OWN, OTHER = "own", "other"
INCOMPLETE = (
    Incomplete("fieldlog.json", errors.VaultDamaged),
    Incomplete("slots", errors.VaultDamaged),
    Incomplete(f"vol-{OWN}", errors.VaultDamaged),
    Incomplete(f"vol-{OTHER}", errors.VaultDamaged),
    Incomplete(f"media-{OWN}", errors.VaultDamaged),
    Incomplete(f"media-{OTHER}", errors.VaultDamaged),
    Incomplete("fieldlog.json", errors.VaultDamaged, "empty"),
    Incomplete("fieldlog.json", errors.VaultDamaged, "half"),
    Incomplete("slots", errors.VaultDamaged, "empty"),
    Incomplete("slots", errors.VaultDamaged, "half"),
    Incomplete("slots", errors.VaultDamaged, "longer"),
    Incomplete(f"vol-{OWN}", errors.VaultDamaged, "empty"),
    Incomplete(f"vol-{OWN}", errors.VaultDamaged, "half"),
)


def path_in(folder: Path, sample: Sample, name: str) -> Path:
    other = "ba"["ab".index(sample.own)]
    return folder / name.replace(f"-{OWN}", f"-{sample.own}").replace(f"-{OTHER}", f"-{other}")


@pytest.mark.parametrize("bad", INCOMPLETE, ids=lambda bad: f"{bad.name} {bad.change}")
def test_half_copied(folder: Path, sample: Sample, bad: Incomplete) -> None:
    """Whichever file was not copied, or not to its end, the vault says so and is not touched."""
    path = path_in(folder, sample, bad.name)
    content = path.read_bytes()
    if bad.change == "missing":
        path.unlink()
    else:
        path.write_bytes(
            {"empty": b"", "half": content[: len(content) // 2], "longer": content + b"x"}[bad.change]
        )
    refused(unlock, folder, bad.error)


@pytest.mark.parametrize("stem", ["vol", "media"])
def test_one_of_two_files_is_short(folder: Path, sample: Sample, stem: str) -> None:
    """A file of the volume that these words do not open is cut: only the sizes show it, and the check says so."""
    path = path_in(folder, sample, f"{stem}-{OTHER}")
    path.write_bytes(path.read_bytes()[:-4096])
    before = state_of(folder)
    found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
    assert [(finding.slug, finding.code) for finding in found] == [("files-unequal", stem)]
    assert state_of(folder) == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no mode bits")
@pytest.mark.parametrize("name", ["", "slots", "fieldlog.json", f"vol-{OWN}", f"media-{OTHER}"])
@pytest.mark.parametrize("mode", [0o040, 0o004, 0o020, 0o002, 0o001])
def test_loose_permissions(folder: Path, sample: Sample, name: str, mode: int) -> None:
    """A folder or file that somebody else can reach is refused and not repaired; the check names it."""
    path = path_in(folder, sample, name) if name else folder
    path.chmod((0o700 if path == folder else 0o600) | mode)
    refused(unlock, folder, errors.UnsafePermissions)
    found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
    assert [(finding.slug, finding.count) for finding in found] == [("file-unsafe", 1)]


@pytest.mark.skipif(os.name != "posix", reason="links need no permission on POSIX only")
def test_link_in_place_of_a_file(folder: Path, sample: Sample) -> None:
    """A link is refused: whoever can write where it leads could swap the vault."""
    path = path_in(folder, sample, f"vol-{OWN}")
    elsewhere = folder.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(errors.NotOrdinary):
        unlock(folder)
    assert path.is_symlink()


BYTES = {
    "header, a digit of the memory": ("fieldlog.json", 60, errors.VaultDamaged),
    "header, its last byte": ("fieldlog.json", -1, errors.VaultDamaged),
    "salt of the slots": ("slots", 5, errors.CannotUnlock),
    "first page": (f"vol-{OWN}", SMALL.log + 40, errors.VaultDamaged),
    "salt of the database": (f"vol-{OWN}", SMALL.log + 3, errors.VaultDamaged),
}


@pytest.mark.parametrize("place", BYTES)
def test_damaged_byte_that_bars_the_way(folder: Path, sample: Sample, place: str) -> None:
    """One bit where the way in leads: the vault does not open, and says what it can know."""
    name, offset, error = BYTES[place]
    path = path_in(folder, sample, name)
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)
    refused(unlock, folder, error)


def test_damaged_slot_of_these_words(folder: Path, sample: Sample) -> None:
    """One bit in any of the slots: the words of that slot open nothing, the others still do and can check it."""
    slots = (folder / "slots").read_bytes()
    shut_out = 0
    for index in range(keyslots.SLOT_COUNT):
        content = bytearray(slots)
        content[keyslots.SALT_BYTES + index * keyslots.SLOT_BYTES + 100] ^= 1
        (folder / "slots").write_bytes(content)
        try:
            found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
        except errors.CannotUnlock:
            shut_out += 1
            refused(unlock, folder, errors.CannotUnlock)
            found = checking.check(folder=folder, passphrase=RECOVERY).findings
            assert [(finding.slug, finding.code) for finding in found] == [("slot-damaged", str(index))]
            continue
        own = index // keyslots.SLOTS_PER_VOLUME == "ab".index(sample.own)
        assert [finding.code for finding in found] == ([str(index)] if own else [])
    assert shut_out == 1


@pytest.mark.parametrize("door", DOORS)
def test_no_vault(tmp_path: Path, door: Callable[..., None]) -> None:
    """Where there is no vault none is made by looking for it."""
    nowhere = tmp_path / "empty"
    nowhere.mkdir(mode=0o700)
    refused(door, nowhere, errors.VaultMissing)
    shutil.rmtree(nowhere)
    with pytest.raises(errors.VaultMissing):
        door(nowhere)
    assert not nowhere.exists()
