"""A vault that an earlier Fieldlog made, with one volume: read, written, locked and killed as it always was."""

import hashlib
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import recording, vault
from fieldlog.field.recording import Cursor
from fieldlog.model.quick import QuickCapture

FORM = Path(__file__).resolve().parents[2] / "fixtures" / "vaults" / "format-1"
KNOWN = json.loads((FORM / "contents.json").read_text("utf-8"))
FILES = ["fieldlog.json", "media", "slots", "volume.db"]


def _unpacked(folder: Path, *archives: str) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in archives:
        with tarfile.open(FORM / f"{name}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
    folder.chmod(0o700)
    for path in folder.iterdir():
        path.chmod(0o600)
    return folder


@pytest.fixture
def folder(tmp_path):
    return _unpacked(tmp_path / "vault", "clean")


def _open(folder, clock, secret="passphrase"):
    return vault.unlock(folder=folder, passphrase=vault.typed_secret(KNOWN[secret]), clock=clock)


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def _require_everything(opened):
    for code, text in KNOWN["incidents"].items():
        held = recording.read_incident(opened, code)
        assert held.incident is None or held.incident.narrative.text == text
    for code, text in KNOWN["drafts"].items():
        assert recording.read_draft(opened, code)[0].what == text
    for code, digest in KNOWN["attachments"].items():
        with recording.open_attachment(opened, code) as reader:
            assert hashlib.sha256(reader.read()).hexdigest() == digest
    opened.store.verify()


@pytest.mark.parametrize("secret", ["passphrase", "recovery"])
def test_everything_in_it_is_there(folder, clock, secret):
    """Either secret opens it, everything is found, and its files stay what they were."""
    with _open(folder, clock, secret) as opened:
        assert opened.store.format == 1
        assert opened.opened.incidents >= len(KNOWN["incidents"])
        _require_everything(opened)
    assert _names(folder) == FILES


def test_it_is_written_like_any_other(folder, clock, tmp_path):
    """Saves, drafts, attachments and their removal work and are there after the next unlock, whichever secret."""
    (tmp_path / "photo").write_bytes(b"invented " * 300_000)
    with _open(folder, clock) as opened:
        code = recording.save(opened, None, QuickCapture(what="Written today."), ready=True)
        recording.keep_draft(opened, code, QuickCapture(what="Typed today."), Cursor("what", 0, 5))
        kept = recording.attach(opened, code, tmp_path / "photo")
        gone = recording.attach(opened, code, tmp_path / "photo")
        recording.detach(opened, code, gone.code)
        assert set(_names(folder)) == {*FILES, "volume.db-wal"}
    with _open(folder, clock, "recovery") as opened:
        _require_everything(opened)
        assert recording.read_draft(opened, code)[0].what == "Typed today."
        with recording.open_attachment(opened, kept.code) as reader:
            assert reader.read() == (tmp_path / "photo").read_bytes()
    assert _names(folder) == FILES


def test_one_that_was_killed_keeps_what_was_saved(folder, clock):
    """The log that a killed process of the earlier version left is written back."""
    _unpacked(folder, "killed")
    with _open(folder, clock) as opened:
        for code, text in KNOWN["killed"]["incidents"].items():
            assert recording.read_incident(opened, code).incident.narrative.text == text
        opened.store.verify()
        (kept,) = (
            draft.what
            for row in recording.list_incidents(opened)
            if row.has_draft
            for draft in [recording.read_draft(opened, row.code)[0]]
            if draft.what.endswith(KNOWN["killed"]["drafts_end_with"])
        )
        assert kept
    assert _names(folder) == FILES


@pytest.mark.claim("C-REST-03")
def test_an_older_database_is_noticed(folder, clock):
    """Its whole database as it was before, beside the newest slots, is an altered history."""
    older = (folder / "volume.db").read_bytes()
    with _open(folder, clock) as opened:
        recording.save(opened, None, QuickCapture(what="Written today."), ready=True)
    (folder / "volume.db").write_bytes(older)
    with pytest.raises(errors.HistoryAltered):
        _open(folder, clock)


@pytest.mark.parametrize(
    ("name", "change", "part"),
    [
        ("volume.db", lambda _content: None, "database"),
        ("volume.db", lambda content: content[:5000], "database"),
        ("volume.db", lambda content: bytes([content[0] ^ 1]) + content[1:], "database"),
        ("slots", lambda content: content[:-1], "slots"),
    ],
)
def test_damage_is_named_by_its_part(folder, clock, name, change, part):
    """As with any vault."""
    content = change((folder / name).read_bytes())
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(errors.VaultDamaged) as caught:
        _open(folder, clock)
    assert caught.value.part == part


def test_a_copy_taken_while_open_is_readable(folder, clock, tmp_path):
    """The files of an open one, as a power cut would leave them, hold every save."""
    with _open(folder, clock) as opened:
        code = recording.save(opened, None, QuickCapture(what="Written today."), ready=True)
        shutil.copytree(folder, tmp_path / "copy")
    with _open(tmp_path / "copy", clock) as again:
        assert recording.read_incident(again, code).incident.narrative.text == "Written today."
