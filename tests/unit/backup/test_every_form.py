"""Every form of the vault there ever was is opened, backed up and comes back in the present one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fieldlog.field import recording
from fieldlog.field import vault as field_vault
from fieldlog.field.backup import back_up
from fieldlog.field.vault import OpenVault
from fieldlog.system.clock import FixedClock
from support.backups import FIXTURES, NOON, restored, unpacked

FORMS = sorted(path.name for path in FIXTURES.iterdir())


@pytest.fixture(autouse=True)
def _real_keys(_cheap: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixtures were made with the real key derivation."""
    monkeypatch.undo()


def unlock(folder: Path, words: str) -> OpenVault:
    return field_vault.unlock(
        folder=folder, passphrase=field_vault.typed_secret(words), clock=FixedClock(NOON)
    )


def require_contents(vault: OpenVault, expected: dict, *, killed: bool) -> None:
    """Everything that ``contents.json`` names is in ``vault``, and the vault verifies."""
    assert vault.store.verify() == vault.store.head.count
    incidents = expected["incidents"] | (expected["killed"]["incidents"] if killed else {})
    for code, story in incidents.items():
        assert story in repr(recording.read_incident(vault, code).records)
    drafts = {
        row.code: recording.read_draft(vault, row.code)[0].what
        for row in recording.list_incidents(vault)
        if row.has_draft
    }
    assert expected["drafts"].items() <= drafts.items()
    if killed:
        assert expected["killed"]["drafts_end_with"] in drafts.values()
    for code, digest in expected["attachments"].items():
        with recording.open_attachment(vault, code) as source:
            assert hashlib.sha256(source.read()).hexdigest() == digest


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_opened_and_brought_back(form: str, tmp_path: Path, *, killed: bool) -> None:
    """Locked or killed, with either secret, everything is there, and again after backup and restore."""
    expected = json.loads((FIXTURES / form / "contents.json").read_text("utf-8"))
    folder = unpacked(form, tmp_path / "vault", killed=killed)
    with unlock(folder, expected["passphrase"]) as vault:
        require_contents(vault, expected, killed=killed)
    with unlock(folder, expected["recovery"]) as vault:
        require_contents(vault, expected, killed=killed)
        made = back_up(vault, tmp_path)
    words = field_vault.typed_secret(expected["recovery"])
    restored(made.path, tmp_path / "again", recovery=words)
    with unlock(tmp_path / "again", expected["recovery"]) as vault:
        require_contents(vault, expected, killed=killed)
