"""A locked vault that somebody altered, or put older parts into: it shows exactly what was recorded, or refuses.

AT-03: one changed byte anywhere. AT-04: one older page, an older database, older slots. What is changed is
always the vault of the same person, by somebody who does not know the passphrase but kept a copy.
"""

import functools
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldlog.errors import CannotUnlock, FieldlogError, HistoryAltered, VaultDamaged
from fieldlog.field import checking, recording, settings
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.model.base import Record
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from fieldlog.store.volume import sizes
from fieldlog.system.clock import SystemClock
from support import figures
from support.vault_files import PAGE, SLOT_BYTES, VaultFiles, contents, files_of, older_pages, put_back

WORDS = "lantern meadow copper sandal thimble harvest quiet"
RECOVERY = "cactus velvet anchor plum ribbon summit gravel tunic"


@pytest.fixture(autouse=True)
def _argon2id_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same passphrase, salt and profile give the same key: compute it once for the many unlocks."""
    real = keyslots.argon2id

    @functools.cache
    def once(passphrase: bytes, salt: bytes, profile: kdf.Argon2Profile) -> bytes:
        return real(Secret(passphrase), salt=salt, profile=profile).reveal()

    monkeypatch.setattr(
        keyslots,
        "argon2id",
        lambda passphrase, *, salt, profile: Secret(once(passphrase.reveal(), bytes(salt), profile)),
    )


@pytest.fixture
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of vaults are opened: what a sync does for them is shown in tests/crash."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


@pytest.fixture(autouse=True)
def _tiny_vaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of a larger one would be random bytes that nobody looks at."""
    monkeypatch.setattr(sizes, "USUAL", sizes.Sizes(log=1 << 18, volume=1 << 19, media=1 << 18, unit=1 << 16))


def _unlocked(folder: Path) -> field_vault.OpenVault:
    return field_vault.unlock(folder=folder, passphrase=field_vault.typed_secret(WORDS), clock=SystemClock())


def _created(folder: Path) -> field_vault.OpenVault:
    return field_vault.create(
        folder=folder,
        passphrase=field_vault.typed_secret(WORDS),
        recovery=field_vault.typed_secret(RECOVERY),
        clock=SystemClock(),
        profile=kdf.CHEAPEST_FOR_TESTS,
    )


def _shown(vault: field_vault.OpenVault) -> list[object]:
    """Everything the vault shows: list, records, what was typed, settings, and every attached byte."""
    shown: list[object] = [settings.get(vault, "language")]
    for row in recording.list_incidents(vault):
        held = recording.read_incident(vault, row.code)
        shown += [row, held.records, recording.read_draft(vault, row.code)]
        for evidence in held.evidence:
            with recording.open_attachment(vault, evidence.code) as kept:
                shown.append(kept.read())
    return shown


def _contents(folder: Path) -> list[object]:
    with _unlocked(folder) as vault:
        return _shown(vault)


LONG_AGO = 1
"""Time of every file that nobody has written to since it was put right, in nanoseconds."""


@dataclass(frozen=True)
class Sound:
    """A locked vault in good order: its files, what they hold, and what it shows."""

    files: VaultFiles
    originals: dict[str, bytes]
    expected: list[object]
    incident: str

    @property
    def folder(self) -> Path:
        return self.files.folder

    def put_right(self) -> None:
        """Write anew what was written to, which is quicker than comparing everything each time."""
        for path in self.folder.iterdir():
            if path.name not in self.originals:
                path.unlink()
        for name, content in self.originals.items():
            path = self.folder / name
            if not path.exists() or path.stat().st_mtime_ns != LONG_AGO:
                path.write_bytes(content)
                path.chmod(0o600)
                os.utime(path, ns=(LONG_AGO, LONG_AGO))

    @contextmanager
    def with_file(self, path: Path, content: bytes | bytearray) -> Iterator[None]:
        """The vault with one file replaced; afterwards as it was."""
        path.write_bytes(content)
        try:
            yield
        finally:
            self.put_right()


@pytest.fixture
def sound(tmp_path: Path) -> Sound:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 600)
    with _created(tmp_path / "vault") as vault:
        for number in range(3):
            code = recording.save(vault, None, QuickCapture(what=f"Account number {number}."), ready=True)
        recording.attach(vault, code, photo)
    expected = _contents(tmp_path / "vault")
    with _unlocked(tmp_path / "vault") as vault:
        files = files_of(vault.store)
    return Sound(files, contents(tmp_path / "vault"), expected, code)


class Tally:
    """What became of each change."""

    def __init__(self) -> None:
        self.noticed = self.harmless = 0
        self.wrong: list[str] = []

    def judge(self, sound: Sound, name: str) -> None:
        try:
            shown = _contents(sound.folder)
        except FieldlogError:
            self.noticed += 1
            return
        if shown == sound.expected:
            self.harmless += 1
        else:
            self.wrong.append(name)

    @property
    def count(self) -> int:
        return self.noticed + self.harmless + len(self.wrong)


def _places(sound: Sound, chosen: random.Random, *, thorough: bool) -> Iterator[tuple[Path, int, bool]]:
    """File, place, and whether a change there must be noticed: every byte of what is small, and many others."""
    files, folder = sound.files, sound.folder
    step = 1 if thorough else 211
    first = files.page(1).start
    used_units = 153_604 + 3 * 16
    for place in range(0, PAGE, step):
        yield files.database, first + place, True
    for name in ("fieldlog.json", "slots"):
        for place in range(0, len(sound.originals[name]), 1 if thorough else 67):
            yield folder / name, place, name != "slots"
    others = 5000 if thorough else 60
    size, area = len(sound.originals[files.database.name]), len(sound.originals[files.media.name])
    for number in range(others):
        kind = number % 5
        if kind <= 1:
            yield files.database, chosen.randrange(first + PAGE, first + files.pages * PAGE), False
        elif kind == 2:
            yield files.media, chosen.randrange(used_units), True
        elif kind == 3:
            yield files.database, chosen.randrange(files.log_bytes), False
        else:
            path = chosen.choice([files.database, files.media, files.other_database, files.other_media])
            yield path, chosen.randrange(size if path.name.startswith("vol") else area), False


def _flip_bytes(sound: Sound, *, thorough: bool) -> Tally:
    chosen, tally = random.Random(2026), Tally()
    for path, place, must_be_noticed in _places(sound, chosen, thorough=thorough):
        altered = bytearray(sound.originals[path.name])
        altered[place] ^= 1 << chosen.randrange(8)
        noticed = tally.noticed
        with sound.with_file(path, altered):
            tally.judge(sound, f"{path.name} at {place}")
        assert tally.noticed > noticed or not must_be_noticed, f"{path.name} at {place} was not noticed"
    return tally


@pytest.mark.claim("C-REST-02")
@pytest.mark.usefixtures("_quick_disk")
def test_one_changed_byte_is_harmless_or_noticed(sound: Sound) -> None:
    """A changed byte in any file of the vault is an error, or changes nothing of what is shown."""
    tally = _flip_bytes(sound, thorough=False)
    assert tally.wrong == []
    assert tally.noticed > 50


@pytest.mark.slow
@pytest.mark.claim("C-REST-02")
@pytest.mark.usefixtures("_quick_disk")
def test_every_byte_of_the_small_files_and_thousands_of_others(sound: Sound) -> None:
    """Likewise every byte of page 1, slots and fieldlog.json, and 5,000 of the database, its log and the attachments."""
    tally = _flip_bytes(sound, thorough=True)
    figures.record("AT-03.flips", tally.count)
    figures.record("AT-03.noticed", tally.noticed)
    figures.record("AT-03.harmless", tally.harmless)
    figures.record("AT-03.wrong", len(tally.wrong))
    assert tally.wrong == []
    assert tally.count >= 2 * PAGE + 5000


def test_every_byte_of_the_slot_that_opens_is_authenticated(sound: Sound) -> None:
    """A change in the slot of these words, or in the salt, and they do not open; in any other place they do."""
    whole = sound.originals["slots"]
    header = keyslots.VaultHeader.parse(sound.originals["fieldlog.json"])
    index = keyslots.open_slots(header, whole, field_vault.typed_secret(WORDS)).index
    refused = 0
    for place in [*range(0, 32, 5), *range(32, len(whole), 97)]:
        altered = bytearray(whole)
        altered[place] ^= 1
        ours = place < 32 or (place - 32) // SLOT_BYTES == index
        with sound.with_file(sound.folder / "slots", altered):
            if ours:
                with pytest.raises(CannotUnlock):
                    _contents(sound.folder)
                refused += 1
            else:
                assert _contents(sound.folder) == sound.expected
    assert refused > 7


@dataclass(frozen=True)
class Later:
    """A vault and its older copy: the same but for what one session changed."""

    sound: Sound
    older: dict[str, bytes]
    codes: tuple[str, ...]
    records: list[Record]

    def database(self) -> bytes:
        return self.sound.originals[self.sound.files.database.name]

    def pages(self) -> Iterator[tuple[int, bytes]]:
        """Each page that differs, put back alone."""
        path = self.sound.files.database
        return older_pages(self.sound.files, self.database(), self.older[path.name])


def _edited(vault: field_vault.OpenVault, code: str) -> None:
    recording.save(vault, code, QuickCapture(what="Other words."), ready=True)


def _removed(vault: field_vault.OpenVault, code: str) -> None:
    (evidence,) = recording.read_incident(vault, code).evidence
    recording.detach(vault, code, evidence.code)


def _drafted(vault: field_vault.OpenVault, code: str) -> None:
    recording.keep_draft(vault, code, QuickCapture(what="Words that are only typed."))


def _binned(vault: field_vault.OpenVault, code: str) -> None:
    recording.move_to_bin(vault, code)


def _configured(vault: field_vault.OpenVault, _code: str) -> None:
    settings.set(vault, "language", "kk")


def _several(vault: field_vault.OpenVault, code: str) -> None:
    for number in range(4):
        recording.save(vault, None, QuickCapture(what=f"One more {number}. " * 90), ready=number % 2 == 0)
    _edited(vault, code)


SESSIONS = (_edited, _removed, _drafted, _binned, _configured, _several)
Session = Callable[[field_vault.OpenVault, str], None]


def _made_later(tmp_path: Path, session: Session) -> Later:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 100)
    with _created(tmp_path / "vault") as vault:
        for number in range(6):
            what = f"First words {number}. " + "x" * 1500
            code = recording.save(vault, None, QuickCapture(what=what), ready=True)
        recording.attach(vault, code, photo)
    older = contents(tmp_path / "vault")
    with _unlocked(tmp_path / "vault") as vault:
        session(vault, code)
        files, expected = files_of(vault.store), _shown(vault)
        listed = vault.store._database.execute("SELECT code FROM incident ORDER BY number")
        codes = tuple(code for (code,) in listed)
        records = _records(vault, codes)
    return Later(Sound(files, contents(tmp_path / "vault"), expected, code), older, codes, records)


@pytest.fixture
def rewritten(tmp_path: Path) -> Later:
    """One incident was saved again."""
    return _made_later(tmp_path, _edited)


def _refused(sound: Sound, changes: dict[str, bytes], kinds: tuple[type[FieldlogError], ...]) -> bool:
    """Whether the vault with ``changes`` is refused as it has to be."""
    put_back(sound.folder, {**sound.originals, **changes})
    try:
        _contents(sound.folder)
    except kinds:
        return True
    else:
        return False
    finally:
        put_back(sound.folder, sound.originals)


@pytest.mark.claim("C-REST-03")
@pytest.mark.usefixtures("_quick_disk")
def test_the_log_of_an_earlier_moment_is_noticed(tmp_path: Path) -> None:
    """A log that was copied while the vault was open, put back after later work: never older text as the newest."""
    with _created(tmp_path / "vault") as vault:
        code = recording.save(vault, None, QuickCapture(what="First words."), ready=True)
        files = files_of(vault.store)
        log = files.database.read_bytes()[: files.log_bytes]
    with _unlocked(tmp_path / "vault") as vault:
        recording.save(vault, code, QuickCapture(what="Other words."), ready=True)
        expected = _shown(vault)
    sound = Sound(files, contents(tmp_path / "vault"), expected, code)
    newest = sound.originals[files.database.name]
    changes = {files.database.name: log + newest[files.log_bytes :]}
    assert _refused(sound, changes, (HistoryAltered, VaultDamaged))


@dataclass
class Replays:
    """What became of each older page that was put back alone."""

    pages: int = 0
    noticed: int = 0
    noticed_by_check: int = 0
    older: int = 0

    def judge(self, later: Later, altered: bytes) -> None:
        sound = later.sound
        self.pages += 1
        with sound.with_file(sound.files.database, altered):
            self.noticed_by_check += _noticed_by_check(sound.folder)
            try:
                with _unlocked(sound.folder) as vault:
                    shown, records = _shown(vault), _records(vault, later.codes)
            except FieldlogError:
                self.noticed += 1
                return
        newest = {record.code: record for record in later.records}
        self.older += shown != sound.expected or any(newest.get(record.code) != record for record in records)


def _noticed_by_check(folder: Path) -> bool:
    try:
        return not checking.check(folder=folder, passphrase=field_vault.typed_secret(WORDS)).is_clean
    except FieldlogError:
        return True


def _records(vault: field_vault.OpenVault, codes: tuple[str, ...]) -> list[Record]:
    return [record for code in codes for record in recording.read_incident(vault, code).records]


@pytest.mark.claim("C-REST-03")
@pytest.mark.usefixtures("_quick_disk")
def test_nothing_older_is_taken_for_the_newest(tmp_path: Path) -> None:
    """Whatever a session changed: no older page brings anything older back, ``check`` notices each, and the whole
    older database (with its attachments or without) and the older slots are each an altered history beside what
    is newest."""
    together, undetected = Replays(), []
    for session in SESSIONS:
        place = tmp_path / session.__name__
        place.mkdir()
        later = _made_later(place, session)
        for _number, altered in later.pages():
            together.judge(later, altered)
        name = later.sound.files.database.name
        for what, changes in (
            ("database", {name: later.older[name]}),
            ("all but slots", {entry: old for entry, old in later.older.items() if entry != "slots"}),
            ("slots", {"slots": later.older["slots"]}),
        ):
            if not _refused(later.sound, changes, (HistoryAltered,)):
                undetected.append((session.__name__, what))
        assert _contents(later.sound.folder) == later.sound.expected
    figures.record("AT-04.pages", together.pages)
    figures.record("AT-04.pages_noticed_at_once", together.noticed)
    figures.record("AT-04.pages_noticed_by_check", together.noticed_by_check)
    figures.record("AT-04.pages_with_anything_older", together.older)
    for kind in ("database", "slots"):
        missed = sum(what == kind for _session, what in undetected)
        figures.record(f"AT-04.{kind.removesuffix('s')}s", len(SESSIONS))
        figures.record(f"AT-04.{kind.removesuffix('s')}s_detected", len(SESSIONS) - missed)
    assert together.pages > len(SESSIONS)
    assert together.older == 0
    assert together.noticed_by_check == together.pages
    assert undetected == []


@pytest.mark.limit("L-15")
@pytest.mark.usefixtures("_quick_disk")
def test_after_a_kill_one_older_page_brings_an_older_line_of_the_list_back(rewritten: Later) -> None:
    """Of a vault that nobody locked no list tells the newest pages: it opens, says so, and shows older words."""
    sound, titles = rewritten.sound, set()
    with _unlocked(sound.folder) as vault:
        with vault.store._database.at_rest():
            pass
        _drafted(vault, sound.incident)
        killed = contents(sound.folder)
    name = sound.files.database.name
    for _number, altered in older_pages(sound.files, killed[name], rewritten.older[name]):
        put_back(sound.folder, {**killed, name: altered})
        try:
            with _unlocked(sound.folder) as vault:
                assert vault.opened.left_open
                titles |= {
                    row.summary.title for row in recording.list_incidents(vault) if row.code == sound.incident
                }
        except FieldlogError:
            continue
    assert any(title.startswith("First words") for title in titles)


@pytest.mark.usefixtures("_quick_disk")
def test_without_the_list_the_vault_says_that_it_was_not_locked(rewritten: Later) -> None:
    """Whoever destroys the list, so that an older page passes, makes the vault look as after a kill, and it says so."""
    sound = rewritten.sound
    log = random.Random(4).randbytes(sound.files.log_bytes)
    for _number, altered in rewritten.pages():
        with sound.with_file(sound.files.database, log + altered[sound.files.log_bytes :]):
            try:
                with _unlocked(sound.folder) as vault:
                    assert vault.opened.left_open
            except FieldlogError:
                continue
    with _unlocked(sound.folder) as vault:
        assert not vault.opened.left_open
