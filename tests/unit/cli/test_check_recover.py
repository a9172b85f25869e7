"""``fieldlog check`` and ``fieldlog recover`` from the command line: words, exit status, and nothing changed."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog.cli.field.check import FOUND
from fieldlog.errors import VaultDamaged
from fieldlog.field import recording
from fieldlog.field import vault as field_vault
from fieldlog.model.quick import QuickCapture
from fieldlog.system.clock import SystemClock
from support.damaged import state_of
from support.vault_files import locked_files

Run = Callable[..., "object"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def filled(vault_run: Run, folder: Path, passphrase: str, tmp_path: Path) -> tuple[Run, str, str]:
    """A vault with one account and one file: ``run``, and the codes of both."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + os.urandom(70_000))
    with field_vault.unlock(
        folder=folder, passphrase=field_vault.typed_secret(passphrase), clock=SystemClock()
    ) as vault:
        code = recording.save(vault, None, QuickCapture(what="They came at night."), ready=True)
        evidence = recording.attach(vault, code, photo)
    return vault_run, code, evidence.code


def spoil(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_check_of_a_sound_vault(filled: tuple[Run, str, str], folder: Path) -> None:
    """Status 0, everything counted, one plain sentence, and not a byte changed."""
    run, _code, _file = filled
    before = state_of(folder)
    ran = run("check")
    assert ran.status == 0
    assert "Incidents: 1" in ran.out
    assert "Attached files: 1" in ran.out
    assert ran.out.endswith("Everything is as it was saved.\n")
    assert not ran.err
    assert state_of(folder) == before


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_check_names_what_is_damaged(
    filled: tuple[Run, str, str], folder: Path, passphrase: str, language: str
) -> None:
    """The status of damage, and in the chosen language which file of which incident and what to do."""
    run, code, file = filled
    media = locked_files(folder, field_vault.typed_secret(passphrase)).media
    spoil(media, 200)
    ran = run("check", "--language", language)
    assert ran.status == FOUND == VaultDamaged.exit_status
    assert file in ran.out
    assert code in ran.out
    assert "fieldlog restore" in ran.out
    assert ("damaged" in ran.out) == (language == "en")


def test_recover_gives_a_vault_with_new_words(
    filled: tuple[Run, str, str], tmp_path: Path, folder: Path
) -> None:
    """The new vault opens with the seven words that were shown, has everything, and the old one is as it was."""
    run, code, _file = filled
    before = state_of(folder)
    ran = run("recover", str(tmp_path / "new"))
    assert ran.status == 0, ran.out + ran.err
    assert "Everything was saved." in ran.out
    assert state_of(folder) == before
    shown = re.findall(r"^  \d+\. (\S+)$", ran.out, re.MULTILINE)
    assert len(shown) == 7 + 12
    for words in (shown[:7], shown[7:]):
        with field_vault.unlock(
            folder=tmp_path / "new", passphrase=field_vault.secret_of(words), clock=SystemClock()
        ) as vault:
            assert [row.code for row in recording.list_incidents(vault)] == [code]


def test_recover_says_what_is_lost(
    filled: tuple[Run, str, str], tmp_path: Path, folder: Path, passphrase: str
) -> None:
    """What could not be saved is named, with the status of damage."""
    run, code, file = filled
    media = locked_files(folder, field_vault.typed_secret(passphrase)).media
    spoil(media, 200)
    ran = run("recover", str(tmp_path / "new"))
    assert ran.status == FOUND
    assert f"Not saved: the attached file {file} of {code}." in ran.out
    assert "Attached files: 0" in ran.out


def test_recover_with_words_that_open_nothing(filled: tuple[Run, str, str], tmp_path: Path) -> None:
    """It is said which other ways there are, no words are shown for nothing, and nothing is made."""
    run, _code, _file = filled
    ran = run("recover", str(tmp_path / "new"), passphrase="one two three four five six eight")
    assert ran.status == 20
    assert "fieldlog restore" in ran.err
    assert not ran.out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("verb", [("check",), ("recover", "new")])
def test_no_vault_there(run: Run, tmp_path: Path, verb: tuple[str, ...]) -> None:
    """Nobody types a passphrase for nothing."""
    ran = run(*verb, passphrase=None)
    assert ran.status == 30
    assert list(tmp_path.iterdir()) == []


def test_recover_over_something(filled: tuple[Run, str, str], folder: Path) -> None:
    """A vault that is there is never recovered over."""
    run, _code, _file = filled
    before = state_of(folder)
    assert run("recover", str(folder)).status == 31
    assert state_of(folder) == before
