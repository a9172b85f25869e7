"""``recover``: everything that verifies, nothing that does not, and a damaged folder that stays as it is."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import checking, recording, recovering
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from fieldlog.store.media import Progress
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.vault import schema
from fieldlog.store.vault.salvage import others, remains
from fieldlog.system import process
from fieldlog.system.clock import FixedClock
from support.backups import FIXTURES, unpacked
from support.damaged import (
    MORNING,
    PAGE,
    PASSPHRASE,
    RECOVERY,
    SMALL,
    Everything,
    Sample,
    cheapen,
    everything_in,
    state_of,
)

NEW = field_vault.typed_secret("basket river window copper lemon garden silver")


def recover(
    folder: Path, *, secret: Secret = PASSPHRASE, into: Path | None = None, progress: Progress | None = None
) -> tuple[recovering.Recovered, Everything]:
    """Recover ``folder`` into a place beside it; the report, and what is in the fresh vault."""
    place = into or folder.with_name("recovered")
    before = state_of(folder)
    with recovering.opened(folder=folder, passphrase=secret) as damaged:
        report = recovering.recover(
            damaged,
            into=place,
            passphrase=NEW,
            recovery=RECOVERY,
            clock=FixedClock(MORNING),
            profile=kdf.CHEAPEST_FOR_TESTS,
            progress=progress,
        )
    assert state_of(folder) == before
    assert checking.check(folder=place, passphrase=NEW).is_clean
    with field_vault.unlock(folder=place, passphrase=NEW, clock=FixedClock(MORNING)) as vault:
        vault.store.verify()
        return report, everything_in(vault)


def slugs_of(report: recovering.Recovered) -> set[str]:
    return {finding.slug for finding in report.findings}


@pytest.mark.parametrize("killed", [0, 1])
@pytest.mark.parametrize("secret", [PASSPHRASE, RECOVERY])
def test_whole_vault(samples: tuple[Sample, Sample], tmp_path: Path, killed: int, secret: Secret) -> None:
    """Of a vault that is whole everything is taken over as it was: codes, revisions, lines and links."""
    folder = tmp_path / "vault"
    shutil.copytree(samples[killed].folder, folder)
    report, found = recover(folder, secret=secret)
    truth = samples[killed].everything
    assert report.is_whole
    for name in (
        "revisions",
        "incidents",
        "lines",
        "versions",
        "drafts",
        "files",
        "cards",
        "bundles",
        "root",
    ):
        assert getattr(found, name) == getattr(truth, name), name
    assert report.changes == len(truth.revisions)
    assert (report.incidents, report.attachments) == (len(truth.incidents), len(truth.files))


def test_history_goes_on(folder: Path) -> None:
    """The chain of a vault that is whole is the same one, with the same check words."""
    recover(folder)
    heads = []
    for place, words in ((folder, PASSPHRASE), (folder.with_name("recovered"), NEW)):
        with field_vault.unlock(folder=place, passphrase=words, clock=FixedClock(MORNING)) as vault:
            heads.append(vault.opened.check_words("en"))
    assert heads[0] == heads[1]


def test_recovered_vault_goes_on(folder: Path) -> None:
    """In the fresh vault one can search, save, attach and hand over as in any other."""
    recover(folder)
    with field_vault.unlock(
        folder=folder.with_name("recovered"), passphrase=NEW, clock=FixedClock(MORNING)
    ) as vault:
        found = recording.list_incidents(vault, query="square")
        assert len(found) == 1
        recording.save(vault, found[0].code, QuickCapture(what="More words."), ready=True)
        recording.attach(vault, found[0].code, Path(__file__))
        vault.store.verify()


@pytest.mark.parametrize("preset", [kdf.S, kdf.L])
@pytest.mark.parametrize("header", [b"", b"{}", None])
def test_header_that_is_gone(
    tmp_path: Path, preset: kdf.Argon2Profile, header: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header that is lost is made again out of the known presets."""
    monkeypatch.setattr(process, "available_memory", lambda: 8 << 30)
    folder = tmp_path / "vault"
    with field_vault.create(
        folder=folder, passphrase=PASSPHRASE, recovery=RECOVERY, clock=FixedClock(MORNING), profile=preset
    ) as vault:
        code = recording.save(vault, None, QuickCapture(what="An account."), ready=True)
    path = folder / "fieldlog.json"
    if header is None:
        path.unlink()
    else:
        path.write_bytes(header)
    report, found = recover(folder)
    assert slugs_of(report) == {"header-damaged"}
    assert set(found.incidents) == {code}


def test_every_byte_of_the_header(folder: Path) -> None:
    """Whichever byte of the header is damaged, the words still open what is left."""
    path = folder / "fieldlog.json"
    content = path.read_bytes()
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + b"?" + content[place + 1 :])
        with recovering.opened(folder=folder, passphrase=PASSPHRASE) as damaged:
            assert damaged.unlocked.header.encode() == content


def test_damaged_slot(folder: Path) -> None:
    """Words whose slot is damaged open nothing; the other words are another way."""
    slots = bytearray((folder / "slots").read_bytes())
    header = vault_folder.read_header(folder)
    index = keyslots.open_slots(header, bytes(slots), PASSPHRASE).index
    slots[keyslots.SALT_BYTES + index * keyslots.SLOT_BYTES + 40] ^= 1
    (folder / "slots").write_bytes(slots)
    with pytest.raises(errors.CannotUnlock):
        recover(folder)
    assert not folder.with_name("recovered").exists()
    assert recover(folder, secret=RECOVERY)[0].is_whole


def test_cut_slots(folder: Path) -> None:
    """Of slots that were cut those that are left still open."""
    header = vault_folder.read_header(folder)
    slots = (folder / "slots").read_bytes()
    index = keyslots.open_slots(header, slots, PASSPHRASE).index
    (folder / "slots").write_bytes(slots[: keyslots.SALT_BYTES + (index + 1) * keyslots.SLOT_BYTES])
    assert slugs_of(recover(folder)[0]) == {"slots-damaged"}


@pytest.mark.parametrize("length", [100, keyslots.SLOTS_BYTES + 1])
def test_slots_of_another_length(folder: Path, length: int) -> None:
    """Where slots were cut and the words open none that is left, the file is named and not the words."""
    slots = (folder / "slots").read_bytes()
    (folder / "slots").write_bytes(slots.ljust(length, b"x")[:length])
    words = field_vault.secret_of(field_vault.propose_passphrase("en"))
    for secret in (PASSPHRASE, words) if length == 100 else (words,):
        with pytest.raises(errors.VaultDamaged) as caught:
            checking.check(folder=folder, passphrase=secret)
        assert caught.value.part == "slots"
        with pytest.raises(errors.VaultDamaged) as caught:
            recover(folder, secret=secret)
        assert caught.value.part == "slots"


def test_each_page_lost_alone(folder: Path, sample: Sample) -> None:
    """Whichever page of the database is lost, everything else is saved and what was on it is named."""
    path = folder / f"vol-{sample.own}"
    content = path.read_bytes()
    pages = checking.check(folder=folder, passphrase=PASSPHRASE).pages
    truth = sample.everything
    rebuilt = 0
    for number in range(1, pages + 1):
        start = SMALL.log + (number - 1) * PAGE
        path.write_bytes(content[:start] + bytes(PAGE) + content[start + PAGE :])
        report, found = recover(folder)
        shutil.rmtree(folder.with_name("recovered"))
        for key, value in found.revisions.items():
            assert value is None or value in truth.once[key]
        lost = {code for code, rev in truth.newest.items() if found.newest.get(code) != rev}
        named = {finding.code for finding in report.findings}
        assert lost <= named or "changes-lost" in slugs_of(report), number
        rebuilt += "table-list-rebuilt" in slugs_of(report)
    assert rebuilt >= 2


def test_first_page_lost_without_its_size(folder: Path, sample: Sample) -> None:
    """Without the first page everything is still there: what it holds can be made again."""
    path = folder / f"vol-{sample.own}"
    content = bytearray(path.read_bytes())
    content[SMALL.log : SMALL.log + PAGE] = bytes(PAGE)
    path.write_bytes(content)
    report, found = recover(folder)
    assert slugs_of(report) == {"table-list-rebuilt"}
    assert found.revisions == sample.everything.revisions
    assert found.files == sample.everything.files


@pytest.mark.parametrize("fill", [bytes, os.urandom], ids=["zeros", "noise"])
def test_nothing_left(folder: Path, sample: Sample, fill: Callable[[int], bytes]) -> None:
    """Of a volume of which no page verifies nothing can be saved, and that is said before anything is made."""
    path = folder / f"vol-{sample.own}"
    path.write_bytes(fill(path.stat().st_size))
    with pytest.raises(errors.VaultDamaged) as caught:
        recover(folder)
    assert caught.value.part == "database"
    assert not folder.with_name("recovered").exists()


def test_damaged_file_is_lost_whole(folder: Path, sample: Sample) -> None:
    """Of a file with one damaged byte nothing is kept; it is named, and its incident is there without it."""
    path = folder / f"media-{sample.own}"
    content = bytearray(path.read_bytes())
    for unit in range(len(content) // SMALL.unit):
        content[unit * SMALL.unit + 5] ^= 1
    path.write_bytes(content)
    report, found = recover(folder)
    lost = {(finding.code, finding.incident) for finding in report.findings}
    assert slugs_of(report) == {"attachment-lost"}
    assert lost == {(code, incident) for code, (incident, _digest) in sample.everything.files.items()}
    assert found.files == {}
    assert {line[-1] for line in found.lines.values()} == {0}
    assert {code for code, _incident in lost} <= set(found.newest)


def test_older_database_put_back(folder: Path, sample: Sample) -> None:
    """An older database as a whole is recovered as what it is: older, and said to be."""
    name = f"vol-{sample.own}"
    shutil.copyfile(sample.older / name, folder / name)
    report, _found = recover(folder)
    assert {"head-behind", "changes-lost"} <= slugs_of(report)


def test_nothing_over_something(folder: Path) -> None:
    """What is at the new place is not touched, and the new place is never inside the damaged folder."""
    there = folder.with_name("there")
    there.mkdir()
    (there / "mine").write_bytes(b"x")
    with pytest.raises(errors.VaultExists):
        recover(folder, into=there)
    assert [path.name for path in there.iterdir()] == ["mine"]
    before = state_of(folder)
    with pytest.raises(errors.UsageError):
        recover(folder, into=folder / "inside")
    assert state_of(folder) == before


def test_stopped_leaves_nothing(folder: Path) -> None:
    """A person stops at rows, at a file, at the end: there is no half vault, and it can be begun again."""
    seen: list[tuple[int, int]] = []
    first = folder.with_name("first")
    assert recover(folder, into=first, progress=lambda *told: seen.append(told))[0].is_whole
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    before = sorted(path.name for path in folder.parent.iterdir())
    for at in {0, len(seen) // 2, len(seen) - 1}:
        calls = iter(range(len(seen)))

        def stop(_done: int, _total: int, calls: Iterator[int] = calls, at: int = at) -> None:
            if next(calls) == at:
                raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            recover(folder, progress=stop)
        assert sorted(path.name for path in folder.parent.iterdir()) == before
    assert recover(folder)[0].is_whole


@pytest.mark.parametrize("killed", [False, True])
def test_vault_of_the_first_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool) -> None:
    """A vault of format 1 is recovered into one of format 2, also after a kill."""
    monkeypatch.setattr(keyslots, "argon2id", kdf.argon2id)
    folder = unpacked("format-1", tmp_path / "first", killed=killed)
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    report, found = recover(folder, secret=field_vault.typed_secret(contents["passphrase"]))
    assert report.is_whole
    assert set(contents["incidents"]) <= set(found.incidents)
    assert {code: digest.hex() for code, (_incident, digest) in found.files.items()} == contents[
        "attachments"
    ]


def test_form_made_again(folder: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the typed form is lost it says what the records say, and saving it again keeps their people."""
    real = remains.Tables.rows

    def without_versions(self: remains.Tables, table: str, statement: str, bindings: tuple = ()) -> object:
        return None if table == "version" else real(self, table, statement, bindings)

    monkeypatch.setattr(remains.Tables, "rows", without_versions)
    report, found = recover(folder)
    monkeypatch.undo()
    cheapen(monkeypatch)
    rebuilt = {finding.code for finding in report.findings if finding.slug == "form-rebuilt"}
    assert rebuilt == {code for code, line in sample.everything.lines.items() if line[1] > 0}
    with field_vault.unlock(
        folder=folder.with_name("recovered"), passphrase=NEW, clock=FixedClock(MORNING)
    ) as vault:
        for code in sorted(rebuilt):
            if code in sample.everything.drafts:
                continue
            held = recording.read_incident(vault, code)
            form, _cursor = recording.read_draft(vault, code)
            assert held.incident is not None
            assert form.what == held.incident.narrative.text
            assert form.where == held.incident.place.text
            recording.save(vault, code, form, ready=False)
            again = recording.read_incident(vault, code)
            assert {person.code for person in again.persons} == {person.code for person in held.persons}
            assert again.incident is not None
            assert again.incident.when.edtf == held.incident.when.edtf
    assert found.incidents.keys() == sample.everything.incidents.keys()


KNOWN = {
    # Taken over row by row.
    *("incident", "revision", "head", "current", "membership", "version", "draft"),
    *("attachment", "media_run", *others._TABLES),
    # Made anew in the fresh vault.
    *("search", "indexed", "shelf", "key_slot", "schema_step"),
}


def test_every_table_is_thought_of() -> None:
    """A table that a later step adds is either taken over or known to be made anew."""
    made = set()
    for step in schema.STEPS:
        for statement in step.statements:
            words = statement.replace("VIRTUAL ", "").split()
            if words[:2] == ["CREATE", "TABLE"]:
                made.add(words[2])
    assert made <= KNOWN


def test_doors_are_typed(folder: Path) -> None:
    """The words are taken however they are spaced and capitalised, as at the unlock."""
    typed: Callable[[str], Secret] = Secret.from_text
    words = PASSPHRASE.reveal().decode().upper().replace(" ", "   ")
    with recovering.opened(folder=folder, passphrase=typed(words)) as damaged:
        assert not damaged.findings.all()
    assert checking.check(folder=folder, passphrase=typed(words)).is_clean


def test_what_was_erased_stays_erased(folder: Path, sample: Sample) -> None:
    """Nameless links of an incident that was erased for good are taken over; nothing of it comes back."""
    code = min(sample.everything.incidents)
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(MORNING)) as vault:
        vault.store.erasing.erase((code,))
        truth = everything_in(vault)
    assert checking.check(folder=folder, passphrase=PASSPHRASE).is_clean
    report, found = recover(folder)
    assert report.is_whole
    assert code not in found.incidents
    for name in ("revisions", "incidents", "lines", "versions", "files"):
        assert getattr(found, name) == getattr(truth, name), name


def test_upgraded_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault that came from format 1 checks clean and is recovered whole, its list of tables too."""
    monkeypatch.setattr(keyslots, "argon2id", kdf.argon2id)
    folder = unpacked("format-1", tmp_path / "first")
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    words = field_vault.typed_secret(contents["passphrase"])
    with field_vault.unlock(folder=folder, passphrase=words, clock=FixedClock(MORNING)) as vault:
        vault.store.renew(
            secrets=[
                keyslots.SlotSecret(purpose=keyslots.Purpose.PASSPHRASE, secret=words),
                keyslots.SlotSecret(purpose=keyslots.Purpose.RECOVERY, secret=RECOVERY),
            ]
        )
    assert checking.check(folder=folder, passphrase=words).is_clean
    assert recover(folder, secret=words)[0].is_whole


@pytest.mark.parametrize("stems", [("vol",), ("media",), ("vol", "media")])
def test_files_that_changed_places(folder: Path, sample: Sample, stems: tuple[str, ...]) -> None:
    """A volume or attachments in the other one's file, as after a careless copy, are found there and said."""
    for stem in stems:
        first, second = (folder / f"{stem}-{letter}" for letter in "ab")
        aside = first.rename(folder.parent / "aside")
        second.rename(first)
        aside.rename(second)
    slugs = {"vol": "volumes-exchanged", "media": "media-exchanged"}
    expected = {slugs[stem] for stem in stems}
    checked = checking.check(folder=folder, passphrase=PASSPHRASE)
    assert expected == {finding.slug for finding in checked.findings} & set(slugs.values())
    assert "attachment-damaged" not in {finding.slug for finding in checked.findings}
    report, found = recover(folder)
    assert expected == slugs_of(report) & set(slugs.values())
    assert found.revisions == sample.everything.revisions
    assert found.files == sample.everything.files
    assert found.lines == sample.everything.lines
