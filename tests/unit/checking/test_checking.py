"""``check``: what it looks at, what each alarm is raised by, and that it changes nothing."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import checking, recovering
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.i18n import findings as findings_text
from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from fieldlog.store import database as store_database
from fieldlog.store.database import Database
from fieldlog.store.vault import backing
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.vault.findings import CHECK_SLUGS, RECOVER_SLUGS
from fieldlog.system.clock import FixedClock
from support.backups import FIXTURES, unpacked
from support.damaged import MORNING, PAGE, PASSPHRASE, RECOVERY, SMALL, Sample, state_of
from support.vault_files import locked_files, older_pages


def slugs_of(folder: Path) -> set[str]:
    """What ``check`` finds; it must not change a byte."""
    before = state_of(folder)
    checked = checking.check(folder=folder, passphrase=PASSPHRASE)
    assert state_of(folder) == before
    return {finding.slug for finding in checked.findings}


@pytest.mark.parametrize("secret", [PASSPHRASE, RECOVERY])
def test_sound_vault(sample: Sample, secret: Secret) -> None:
    """Of a vault that is whole everything is counted and nothing is found, with either set of words."""
    truth = sample.everything
    checked = checking.check(folder=sample.folder, passphrase=secret)
    assert checked.is_clean
    assert checked.changes == len(truth.revisions)
    assert checked.incidents == len(truth.incidents)
    assert checked.attachments == len(truth.files)
    assert checked.slots == 2
    assert checked.units == SMALL.media // SMALL.unit or checked.units * SMALL.unit > SMALL.media
    assert checked.free_units < checked.units


def test_killed_vault(samples: tuple[Sample, Sample]) -> None:
    """What a killed process left is no damage, and stays as it is."""
    before = state_of(samples[1].folder)
    assert checking.check(folder=samples[1].folder, passphrase=PASSPHRASE).is_clean
    assert state_of(samples[1].folder) == before


def test_progress_and_cancelling(sample: Sample) -> None:
    """Pages, rows and files are counted to the end, and the person can stop at any of them."""
    seen: list[tuple[int, int]] = []
    checking.check(
        folder=sample.folder,
        passphrase=PASSPHRASE,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen[-1][0] == seen[-1][1] > 0
    assert seen == sorted(seen)
    assert len({total for _done, total in seen}) == 1
    for at in range(0, len(seen), max(1, len(seen) // 12)):
        calls = iter(range(at + 1))

        def stop(_done: int, _total: int, calls: Iterator[int] = calls, at: int = at) -> None:
            if next(calls) == at:
                raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            checking.check(folder=sample.folder, passphrase=PASSPHRASE, progress=stop)
    assert checking.check(folder=sample.folder, passphrase=PASSPHRASE).is_clean


def test_a_long_statement_can_be_stopped(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine does for minutes in a large vault is asked whether to go on, and then ends."""
    monkeypatch.setattr(store_database, "_STEPS_ASKED", 1)
    seen: list[tuple[int, int]] = []
    checking.check(folder=sample.folder, passphrase=PASSPHRASE, progress=lambda *told: seen.append(told))
    longest = max(seen.count(told) for told in seen)
    assert longest > 100, "nobody was asked during a statement"
    asked = next(number for number, told in enumerate(seen) if seen.count(told) == longest)
    calls = iter(range(len(seen)))

    def stop(_done: int, _total: int) -> None:
        if next(calls) == asked + 10:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        checking.check(folder=sample.folder, passphrase=PASSPHRASE, progress=stop)


def database_of(folder: Path) -> Database:
    """The database below, as somebody who has the keys could change it; close it."""
    header = vault_folder.read_header(folder)
    return backing.open_database_of(
        folder, header, keyslots.open_slots(header, vault_folder.read_slots(folder), PASSPHRASE)
    )


ALTERED = {
    "record-altered": "UPDATE revision SET content = CAST(replace(CAST(content AS TEXT), 'asked', 'hated') AS BLOB)",
    "history-altered": "UPDATE head SET hash = zeroblob(32)",
    "head-behind": "UPDATE head SET epoch = 0",
    "record-stale": (
        "UPDATE current SET seq = (SELECT min(seq) FROM revision WHERE revision.code = current.code) "
        "WHERE seq IN (SELECT seq FROM revision WHERE rev > 1)"
    ),
    "versions-differ": "UPDATE incident SET version = version + 1 WHERE version > 0",
    "list-differs": "UPDATE incident SET title = 'Something else.' WHERE number = 1",
    "attachment-without-record": "DELETE FROM current WHERE code IN (SELECT code FROM attachment)",
    "record-without-attachment": "DELETE FROM attachment",
    "attachment-units": "UPDATE media_run SET first_unit = first_unit + 1000000",
    "attachment-altered": "UPDATE attachment SET sha512 = zeroblob(64)",
    "links-broken": "INSERT INTO membership VALUES ('INC-000000', 'P-000000')",
    "schema-damaged": "UPDATE schema_step SET name = 'another' WHERE number = 1",
}


@pytest.mark.parametrize("slug", ALTERED)
def test_rows_that_do_not_fit(folder: Path, slug: str) -> None:
    """Whoever had the keys and changed a row without the rest is found out by the check."""
    database = database_of(folder)
    database.restrict(lambda *_asked: 0)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute(ALTERED[slug])
    database.close()
    assert slug in slugs_of(folder)


def test_one_revision_missing(folder: Path) -> None:
    """A link that is taken out of the chain is missed."""
    database = database_of(folder)
    database.restrict(lambda *_asked: 0)
    database.execute("PRAGMA foreign_keys = OFF")
    database.execute("DELETE FROM revision WHERE seq = 3")
    database.close()
    assert "history-altered" in slugs_of(folder)


def test_search_index(folder: Path) -> None:
    """A broken search index is named as what it is."""
    database = database_of(folder)
    database.restrict(lambda *_asked: 0)
    database.execute("UPDATE search_data SET block = zeroblob(20) WHERE id > 100")
    database.close()
    assert "search-damaged" in slugs_of(folder)


def test_every_page_is_looked_at(folder: Path, sample: Sample) -> None:
    """One bit of any page of the database is found, also of a page that no table uses."""
    name = f"vol-{sample.own}"
    content = (folder / name).read_bytes()
    pages = checking.check(folder=folder, passphrase=PASSPHRASE).pages
    for number in range(2, pages + 1):
        at = SMALL.log + (number - 1) * PAGE + 77 * number % PAGE
        (folder / name).write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
        assert found, number
        assert {finding.slug for finding in found} & {"pages-damaged", "table-list-rebuilt"}, number


def test_damaged_attachment(folder: Path, sample: Sample) -> None:
    """One bit in a stored file names this file and no other."""
    path = folder / f"media-{sample.own}"
    content = path.read_bytes()
    named = set()
    for unit in range(len(content) // SMALL.unit):
        at = unit * SMALL.unit + 100
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
        assert {finding.slug for finding in found} <= {"attachment-damaged"}
        named |= {(finding.code, finding.incident) for finding in found}
    assert named == {(code, incident) for code, (incident, _digest) in sample.everything.files.items()}


def test_files_of_the_folder(folder: Path) -> None:
    """What does not belong into the folder is counted, but not what a killed process left there."""
    (folder / ".0123456789abcdef.part").write_bytes(b"")
    (folder / ".0123456789abcdef.part").chmod(0o600)
    assert checking.check(folder=folder, passphrase=PASSPHRASE).is_clean
    (folder / "notes about Aigerim.txt").write_bytes(b"")
    (folder / "notes about Aigerim.txt").chmod(0o600)
    checked = checking.check(folder=folder, passphrase=PASSPHRASE)
    assert [(finding.slug, finding.code, finding.count) for finding in checked.findings] == [
        ("file-unexpected", "", 1)
    ]


def test_damaged_header_and_slots(folder: Path) -> None:
    """Where the words still open it, damage of header and slots is a finding and not the end."""
    header = folder / "fieldlog.json"
    header.write_bytes(header.read_bytes().replace(b"argon2id", b"argon2iD"))
    slots = folder / "slots"
    slots.write_bytes(slots.read_bytes() + b"more")
    assert slugs_of(folder) == {"header-damaged", "slots-damaged"}


def test_older_slots_put_back(folder: Path, sample: Sample) -> None:
    """Slots of an earlier day fit no row of the table that knows their newest writing."""
    shutil.copyfile(sample.older / "slots", folder / "slots")
    assert "slot-damaged" in slugs_of(folder)


def test_older_pages_put_back(folder: Path, sample: Sample) -> None:
    """One older page among newer ones is counted, by ``check`` as by ``recover``."""
    path = folder / sample.volume
    newer, older = path.read_bytes(), (sample.older / sample.volume).read_bytes()
    seen: list[bytes] = []
    for number, altered in older_pages(locked_files(folder, PASSPHRASE), newer, older):
        path.write_bytes(altered)
        found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
        assert found, number
        if ("older-pages", 1) in {(finding.slug, finding.count) for finding in found}:
            seen.append(altered)
    assert len(seen) > 9
    path.write_bytes(seen[0])
    with recovering.opened(folder=folder, passphrase=PASSPHRASE) as damaged:
        assert len(damaged.remains.pages().older) == 1


def test_log_that_breaks_off(samples: tuple[Sample, Sample], tmp_path: Path) -> None:
    """Damage inside the log that a killed process left is said: what it held may be missing."""
    folder = tmp_path / "vault"
    shutil.copytree(samples[1].folder, folder)
    path = folder / f"vol-{samples[1].own}"
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    assert "log-damaged" in slugs_of(folder)


def test_same_slugs_as_sentences() -> None:
    """Every finding has its words, and no words are without a finding."""
    assert set(findings_text.CHECK) == CHECK_SLUGS
    assert set(findings_text.RECOVER) == RECOVER_SLUGS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("sentences", "slug"),
    [(findings_text.check_sentences, slug) for slug in sorted(CHECK_SLUGS)]
    + [(findings_text.recover_sentences, slug) for slug in sorted(RECOVER_SLUGS)],
)
def test_two_sentences_in_every_language(
    sentences: Callable[..., tuple[str, str]], slug: str, language: str
) -> None:
    """What was found and what to do now, in the chosen language, with code and number filled in."""
    set_language("en")
    english = sentences(slug, code="EV-4T8K2M", incident="INC-7K2M4Q", count=3)
    set_language(language)
    given = sentences(slug, code="EV-4T8K2M", incident="INC-7K2M4Q", count=3)
    assert all(given)
    assert not set("{}") & set("".join(given))
    assert (given == english) == (language == "en")
    set_language("en")


@pytest.mark.parametrize("killed", [False, True])
def test_vault_of_the_first_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool) -> None:
    """A vault of format 1 is checked as it is, and is clean, also after a kill."""
    monkeypatch.setattr(keyslots, "argon2id", kdf.argon2id)
    folder = unpacked("format-1", tmp_path / "first", killed=killed)
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    before = state_of(folder)
    checked = checking.check(folder=folder, passphrase=field_vault.typed_secret(contents["passphrase"]))
    assert checked.findings == ()
    assert checked.incidents == len(contents["incidents"]) + 2 * killed
    assert checked.attachments == len(contents["attachments"])
    assert state_of(folder) == before


def test_opening_after_a_check(folder: Path) -> None:
    """A check leaves no trace: the vault still says when it was really opened last."""
    checking.check(folder=folder, passphrase=PASSPHRASE)
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(MORNING)) as vault:
        assert vault.opened.last_opened is not None
        assert vault.opened.last_opened > MORNING
