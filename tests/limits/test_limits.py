"""Limits of the threat model, each shown by the failure itself.

These tests pass while the limit is real. One that fails means that something is protected now which the
document still disclaims: then the document changes, not the test alone.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog.desk.extraction import extract
from fieldlog.field import recording
from fieldlog.field import vault as field_vault
from fieldlog.formats import age
from fieldlog.formats.padme import padded_size
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support import figures, handover
from support.vault_files import SLOT_BYTES, contents, files_of

PASSPHRASE = field_vault.typed_secret("lantern meadow copper sandal thimble harvest quiet")
RECOVERY = field_vault.typed_secret(
    "cactus velvet anchor plum ribbon summit gravel tunic orchid walnut saddle ember"
)

BLOCK = 4096


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A locked vault with one incident in it."""
    place = tmp_path / "vault"
    with field_vault.create(
        folder=place,
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ) as vault:
        recording.save(vault, None, QuickCapture(what="The first account."), ready=False)
    return place


@pytest.fixture
def open_vault(folder: Path) -> Iterator[field_vault.OpenVault]:
    """The same vault, unlocked."""
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=SystemClock()) as vault:
        yield vault


@pytest.mark.limit("L-02")
def test_open_vault_is_readable_without_the_passphrase(open_vault: field_vault.OpenVault) -> None:
    """Whoever has an unlocked vault in hand reads every account; no passphrase is asked for again."""
    (row,) = recording.list_incidents(open_vault)
    capture, _cursor = recording.read_draft(open_vault, row.code)
    assert capture.what == "The first account."


def _changed_blocks(before: bytes, after: bytes) -> int:
    """How many of the blocks both have are different."""
    both = range(0, min(len(before), len(after)), BLOCK)
    return sum(before[at : at + BLOCK] != after[at : at + BLOCK] for at in both)


@pytest.mark.limit("L-03")
def test_two_copies_show_which_volume_is_used(folder: Path, tmp_path: Path) -> None:
    """Two copies of the folder, before and after a session, differ in one volume of the two, and by how much was done."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(range(256)) * 2000)
    first = contents(folder)
    assert contents(folder) == first
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=SystemClock()) as vault:
        used = files_of(vault.store)
        code = recording.save(vault, None, QuickCapture(what="Another account."), ready=False)
        recording.attach(vault, code, photo)
    second = contents(folder)
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=SystemClock()) as vault:
        for number in range(60):
            recording.save(vault, None, QuickCapture(what=f"Account {number}. " * 40), ready=False)
    third = contents(folder)

    def changed(path: Path, before: dict[str, bytes], after: dict[str, bytes]) -> int:
        return _changed_blocks(before[path.name], after[path.name])

    shown = changed(used.database, first, second), changed(used.media, first, second)
    silent = sum(
        changed(path, before, after)
        for path in (used.other_database, used.other_media)
        for before, after in ((first, second), (second, third))
    )
    figures.record("AT-14.changed_blocks_used", sum(shown))
    figures.record("AT-14.changed_blocks_unused", silent)
    assert min(shown) > 0
    assert silent == 0
    # Roughly how much was written shows as well, in the pages behind the log; and whose slots were written.
    little, much = (
        _changed_blocks(
            before[used.database.name][used.log_bytes :], after[used.database.name][used.log_bytes :]
        )
        for before, after in ((first, second), (second, third))
    )
    assert much > little + 60 * 400 // BLOCK
    assert first["slots"] != second["slots"]
    in_slots = [number for number in range(8) if _slot(first, number) != _slot(second, number)]
    assert in_slots
    assert {number // 4 for number in in_slots} == {used.volume}


def _slot(copy: dict[str, bytes], number: int) -> bytes:
    return copy["slots"][32 + SLOT_BYTES * number :][:SLOT_BYTES]


@pytest.mark.limit("L-05")
def test_older_copy_of_the_whole_folder_opens_without_an_alarm(folder: Path, tmp_path: Path) -> None:
    """A folder that was put back as a whole opens; only count and check words differ from the last time."""
    shutil.copytree(folder, tmp_path / "older")
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=SystemClock()) as vault:
        recording.save(vault, None, QuickCapture(what="Another account."), ready=False)
        newest = vault.store.head
    shutil.rmtree(folder)
    (tmp_path / "older").rename(folder)
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=SystemClock()) as vault:
        assert vault.opened.incidents == 1
        assert vault.opened.revisions < newest.count


@pytest.mark.limit("L-09")
def test_vault_says_what_it_is(folder: Path) -> None:
    """Anybody who sees the folder sees that it is a Fieldlog vault, without any passphrase."""
    header = json.loads((folder / "fieldlog.json").read_text("utf-8"))
    assert "fieldlog" in json.dumps(header).lower()


@pytest.mark.limit("L-11")
def test_nothing_else_opens_the_vault(folder: Path) -> None:
    """Without the words, and without a backup's words, there is no third way in."""
    from fieldlog.errors import CannotUnlock

    with pytest.raises(CannotUnlock):
        field_vault.unlock(
            folder=folder,
            passphrase=field_vault.typed_secret("some other words than these"),
            clock=SystemClock(),
        )


@pytest.mark.limit("L-13")
def test_attachment_keeps_what_is_hidden_in_it(open_vault: field_vault.OpenVault, tmp_path: Path) -> None:
    """A place hidden in a photo is in the vault's copy and with the organisation as well, byte for byte."""
    (row,) = recording.list_incidents(open_vault)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe1\x00\x20Exif\x00\x00GPS 43.2389 N 76.8897 E\xff\xd9")
    evidence = recording.attach(open_vault, row.code, photo)
    with recording.open_attachment(open_vault, evidence.code) as kept:
        assert kept.read() == photo.read_bytes()
    with handover.new_register(tmp_path / "desk") as desk:
        card_id = handover.trust_in(open_vault, desk)
        code = handover.record(open_vault)
        recording.attach(open_vault, code, photo)
        sealed = handover.seal_to(open_vault, [code], [card_id], tmp_path / "out")
        extract(desk, sealed.path, tmp_path / "received")
    received = [path.read_bytes() for path in (tmp_path / "received").rglob("*") if path.is_file()]
    assert photo.read_bytes() in received


@pytest.mark.limit("L-14")
def test_original_of_an_attachment_stays_readable(open_vault: field_vault.OpenVault, tmp_path: Path) -> None:
    """The file that was attached is still where it was, as it was, also when its copy is thrown away."""
    (row,) = recording.list_incidents(open_vault)
    original = tmp_path / "notes.txt"
    original.write_text("names and numbers")
    evidence = recording.attach(open_vault, row.code, original)
    assert original.read_text() == "names and numbers"
    recording.detach(open_vault, row.code, evidence.code)
    recording.move_to_bin(open_vault, row.code)
    open_vault.lock()
    assert original.read_text() == "names and numbers"


@pytest.mark.limit("L-08")
def test_bundle_shows_its_recipients_and_size_class(tmp_path: Path) -> None:
    """Anybody who sees a bundle can count its keys, and knows its size to within about a tenth."""
    with handover.new_vault(tmp_path / "vault") as reporter, handover.new_register(tmp_path / "desk") as desk:
        card_id = handover.trust_in(reporter, desk)
        code = handover.record(reporter)
        small = handover.seal_to(reporter, [code], [card_id], tmp_path / "out")
        shared = handover.seal_to(reporter, [code], [card_id], tmp_path / "out", include_self=True)
        handover.attach(reporter, code, tmp_path / "film.bin", bytes(300_000))
        big = handover.seal_to(reporter, [code], [card_id], tmp_path / "out")
    counts = []
    for bundle in (small, shared):
        with bundle.path.open("rb") as file:
            counts.append(len(age.header_of(file).stanzas))
    assert counts == [1, 2]
    # What is inside is never more than is seen, and at least nine tenths of it but for what every bundle has.
    seen, usual = big.path.stat().st_size, small.path.stat().st_size
    assert 300_000 < seen < (300_000 + usual) * 1.12
    assert all(size <= padded_size(size) <= size * 1.12 for size in range(10_000, 2_000_000, 997))


@pytest.mark.limit("L-10")
def test_stolen_key_of_the_organisation_opens_old_bundles(tmp_path: Path) -> None:
    """Whoever gets the organisation's sealing key later reads what was sealed to it before."""
    with handover.new_vault(tmp_path / "vault") as reporter, handover.new_register(tmp_path / "desk") as desk:
        card_id = handover.trust_in(reporter, desk)
        code = handover.record(reporter, "The account in an old bundle.")
        old = handover.seal_to(reporter, [code], [card_id], tmp_path / "out")
        stolen = desk.opening
    with old.path.open("rb") as file:
        content = b"".join(age.decrypt(file, stolen))
    assert b"The account in an old bundle." in content
