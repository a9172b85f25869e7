"""The two volumes from the command line: a second vault, room in advance, upgrade of the first form."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import keys, volumes
from fieldlog.field import vault as field_vault
from fieldlog.system.clock import SystemClock
from support.backups import FIXTURES, ON_PAPER, unpacked

WORDS = r"^ +\d+\. (\S+)$"


@pytest.fixture
def known_words(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Words are proposed that the test knows, and asked back of it."""
    seven = ("violin", "saddle", "ember", "copper", "lagoon", "thistle", "bishop")
    twelve = (
        "farm",
        "happy",
        "cluster",
        "clock",
        "rabbit",
        "mass",
        "pause",
        "baby",
        "cigar",
        "labor",
        "gym",
        "round",
    )
    monkeypatch.setattr(field_vault, "propose_passphrase", lambda _language: seven)
    monkeypatch.setattr(field_vault, "propose_recovery", lambda _language: twelve)
    shown = iter(("SECOND", seven, seven, twelve, twelve))

    def answer(prompt: str) -> str:
        words = next(shown)
        number = re.search(r"\d+", prompt)
        return words[int(number.group()) - 1] if number else str(words)

    monkeypatch.setattr("fieldlog.cli.field.unlocking.ask", answer)
    return " ".join(seven), " ".join(twelve)


def test_a_second_vault(vault_run: Callable, known_words: tuple[str, str]) -> None:
    """The claim is shown in its own words, then a word is typed; the new words open another, empty vault."""
    ran = vault_run("second-vault")
    assert ran.status == 0, ran.err
    assert "cannot tell from the contents of these files whether the second is used" in " ".join(
        ran.out.split()
    )
    assert "hidden" not in ran.out.lower()
    assert len(re.findall(WORDS, ran.out, re.MULTILINE)) == 19
    for words in known_words:
        assert vault_run("status", passphrase=words).status == 0
    assert vault_run("status").status == 0


def test_another_word_touches_nothing(vault_run: Callable, tmp_path: Path) -> None:
    """Whoever types something else has the vault as it was."""
    before = (tmp_path / "vault" / "slots").read_bytes()
    ran = vault_run("second-vault", stdin="no\n")
    assert ran.status == errors.Cancelled.exit_status
    assert "Nothing was touched." in ran.out
    # Locking writes the slots anew; what they hold opens as before.
    assert len((tmp_path / "vault" / "slots").read_bytes()) == len(before)
    assert vault_run("status").status == 0


def test_room_in_advance(vault_run: Callable, tmp_path: Path) -> None:
    """Both areas have the size that was asked for."""
    ran = vault_run("reserve", "7")
    assert ran.status == 0, ran.err
    assert {(tmp_path / "vault" / name).stat().st_size for name in ("media-a", "media-b")} == {7 << 20}


@pytest.mark.parametrize("size", ["0", "-1", "many", "1048577"])
def test_sizes_that_are_none(vault_run: Callable, size: str) -> None:
    """They are refused with a sentence."""
    with pytest.raises(SystemExit) as caught:
        vault_run("reserve", "--", size)
    assert caught.value.code == 2


def test_upgrade(run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault of the first form says that it is one, and becomes one of the present form with the same words."""
    unpacked("format-1", tmp_path / "vault")
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    passphrase, recovery = contents["passphrase"], contents["recovery"]
    listed = run("list", passphrase=passphrase)
    assert listed.status == 0, listed.err
    refused = run("second-vault", passphrase=passphrase)
    assert refused.status == errors.VaultOfFirstForm.exit_status
    assert "fieldlog upgrade" in refused.err
    typed = iter((passphrase, recovery))
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: next(typed))
    ran = run("upgrade", passphrase=None)
    assert ran.status == 0, ran.err
    assert "vol-b" in {path.name for path in (tmp_path / "vault").iterdir()}
    assert run("list", passphrase=recovery).out == listed.out
    typed = iter((passphrase, recovery))
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: next(typed))
    again = run("upgrade", passphrase=None)
    assert again.status == 0
    assert "present form already" in again.out
    shutil.rmtree(tmp_path / "vault")


def _typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    typed = iter(answers)
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: next(typed))


@pytest.mark.parametrize("foreign", ["recovery", "passphrase", "exchanged"])
def test_upgrade_takes_no_words_but_the_vaults_own(
    run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, foreign: str
) -> None:
    """Words of another kit, or one secret given for the other, change nothing: both still open the vault."""
    unpacked("format-1", tmp_path / "vault")
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    passphrase, recovery = contents["passphrase"], contents["recovery"]
    vault = field_vault.unlock(
        folder=tmp_path / "vault", passphrase=field_vault.typed_secret(passphrase), clock=SystemClock()
    )
    with vault, pytest.raises(errors.CannotUnlock):
        volumes.upgrade(
            vault,
            passphrase=field_vault.typed_secret(
                {"passphrase": "some other words", "exchanged": recovery}.get(foreign, passphrase)
            ),
            recovery=field_vault.typed_secret(ON_PAPER if foreign == "recovery" else recovery),
        )
    if foreign == "recovery":
        _typed(monkeypatch, passphrase, ON_PAPER)
        ran = run("upgrade", passphrase=None)
        assert ran.status == errors.CannotUnlock.exit_status
        assert "as before" not in ran.out
        assert run("status", passphrase=ON_PAPER).status == errors.CannotUnlock.exit_status
    for own in (passphrase, recovery):
        assert run("status", passphrase=own).status == 0
    assert not (tmp_path / "vault" / "vol-b").exists()


def test_a_passphrase_keeps_its_key_file_in_the_upgrade(
    run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the old vault needed a key file, the new one needs it too."""
    unpacked("format-1", tmp_path / "vault")
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    keyfile = tmp_path / "key"
    secret = field_vault.typed_secret(contents["passphrase"])
    new = field_vault.typed_secret("ribbon summit gravel tunic orchid walnut")
    with field_vault.unlock(folder=tmp_path / "vault", passphrase=secret, clock=SystemClock()) as vault:
        keys.make_keyfile(vault, keyfile)
        keys.change_passphrase(vault, present=secret, new=new, keyfile=keyfile)
    _typed(monkeypatch, new.reveal().decode(), contents["recovery"])
    ran = run("upgrade", "--keyfile", str(keyfile), passphrase=None)
    assert ran.status == 0, ran.err
    assert run("status", passphrase=new.reveal().decode()).status == errors.CannotUnlock.exit_status
    assert run("status", "--keyfile", str(keyfile), passphrase=new.reveal().decode()).status == 0
