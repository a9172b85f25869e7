"""The desk's command line: init, card, open, extract, identity, from a script and in three languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fieldlog.formats.card import read_card
from fieldlog.formats.check_code import check_code
from support.forged_bundles import Forgery
from support.handover import PASSPHRASE, new_register

START = "import sys; from fieldlog.__main__ import desk_main; sys.exit(desk_main())"


def desk(
    *arguments: str, typed: str | None = PASSPHRASE, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the program in a session without a terminal, the passphrase on a descriptor."""
    words = [sys.executable, "-I", "-c", START, *arguments]
    if typed is None:
        return subprocess.run(
            words, capture_output=True, text=True, cwd=cwd, start_new_session=True, check=False
        )
    reading, writing = os.pipe()
    os.write(writing, typed.encode() + b"\n")
    os.close(writing)
    try:
        return subprocess.run(
            [*words, "--passphrase-fd", str(reading)],
            capture_output=True,
            text=True,
            cwd=cwd,
            pass_fds=[reading],
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(reading)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    with new_register(folder / "register") as register:
        Forgery(register=register).write(folder / "bundle.age")
        broken = bytearray((folder / "bundle.age").read_bytes())
        broken[-20] ^= 1
        (folder / "broken.age").write_bytes(broken)
    return folder


def test_a_register_is_made_from_a_script(tmp_path: Path) -> None:
    """The passphrase comes on a descriptor; the recovery words and what to do next are printed."""
    done = desk("init", "--register", str(tmp_path / "r"), "--name", "Example desk")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()[0].split(": ")[1].split()) == 12
    assert (tmp_path / "r" / "register.db").exists()
    again = desk("init", "--register", str(tmp_path / "r"), "--name", "Example desk")
    assert again.returncode == 31


def test_without_a_terminal_no_words_are_shown(tmp_path: Path) -> None:
    """Nobody would see them: nothing is made."""
    done = desk("init", "--register", str(tmp_path / "r"), "--name", "Example desk", typed=None)
    assert done.returncode == 63
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_card_and_code_come_by_different_ways(place: Path, tmp_path: Path) -> None:
    """The card is on standard output or in a file, the code on standard error."""
    done = desk("card", "--register", str(place / "register"), "--qr")
    card = read_card(done.stdout.encode())
    assert check_code(card.root_key) in done.stderr
    assert check_code(card.root_key) not in done.stdout
    assert "▄" in done.stderr
    target = tmp_path / "card.txt"
    done = desk("card", "--register", str(place / "register"), "--output", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert read_card(target.read_bytes()) == card
    assert desk("card", "--register", str(place / "register"), "--output", str(target)).returncode == 67


def test_a_new_card_has_the_same_code(place: Path) -> None:
    """Changing contact or dates needs --new, and never changes the code."""
    before = read_card(desk("card", "--register", str(place / "register")).stdout.encode())
    assert desk("card", "--register", str(place / "register"), "--contact", "x").returncode == 2
    done = desk("card", "--register", str(place / "register"), "--new", "--contact", "x", "--valid-days", "9")
    after = read_card(done.stdout.encode())
    assert (after.root_key, after.serial, after.contact) == (before.root_key, before.serial + 1, ("x",))


def test_open_shows_the_incident(place: Path) -> None:
    """What was checked, who sent it, and the words of the incident."""
    done = desk("open", str(place / "bundle.age"), "--register", str(place / "register"))
    assert done.returncode == 0
    assert "INC-7K2M4Q" in done.stdout
    assert "Three men took a phone." in done.stdout
    assert "R-" in done.stdout
    assert done.stderr == ""


def test_open_gives_json(place: Path) -> None:
    """One object, for other programs."""
    done = desk("open", str(place / "bundle.age"), "--json", "--register", str(place / "register"))
    assert json.loads(done.stdout)["report"]["incidents"] == 1


@pytest.mark.parametrize(("language", "word"), [("ru", "Отправитель"), ("kk", "Жіберуші")])
def test_open_speaks_the_language(place: Path, language: str, word: str) -> None:
    """Every line of the report is translated."""
    done = desk(
        "open", str(place / "bundle.age"), "--register", str(place / "register"), "--language", language
    )
    assert word in done.stdout
    assert "genuine" not in done.stdout


def test_an_altered_bundle_is_an_error_and_nothing_is_written(place: Path, tmp_path: Path) -> None:
    """Exit status of a refusal, two sentences, an empty folder."""
    for verb in (["open"], ["extract"]):
        target = [str(tmp_path / "out")] if verb == ["extract"] else []
        done = desk(*verb, str(place / "broken.age"), *target, "--register", str(place / "register"))
        assert (done.returncode, done.stdout) == (52, "")
        assert len(done.stderr.strip().splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_extract_writes_the_bag(place: Path, tmp_path: Path) -> None:
    """The folder named on the command line is the bag."""
    out = tmp_path / "out"
    done = desk("extract", str(place / "bundle.age"), str(out), "--register", str(place / "register"))
    assert done.returncode == 0
    assert (out / "data" / "index.html").exists()
    again = desk("extract", str(place / "bundle.age"), str(out), "--register", str(place / "register"))
    assert again.returncode == 67


def test_a_wrong_passphrase_opens_nothing(place: Path) -> None:
    """Exit status 20, and not a word of the bundle."""
    done = desk("open", str(place / "bundle.age"), "--register", str(place / "register"), typed="wrong")
    assert (done.returncode, done.stdout) == (20, "")


def test_no_register_is_said_before_the_passphrase(tmp_path: Path) -> None:
    """Nobody types a passphrase for nothing."""
    done = desk("open", "x.age", "--register", str(tmp_path / "none"), typed=None)
    assert done.returncode == 37


def test_the_identity_opens_bundles_with_age_alone(place: Path, tmp_path: Path) -> None:
    """The file holds the one identity of the card, readable by the owner only."""
    target = tmp_path / "key.txt"
    done = desk("identity", str(target), "--register", str(place / "register"))
    assert done.returncode == 0
    assert target.read_text().startswith("AGE-SECRET-KEY-PQ-1")
    assert target.stat().st_mode & 0o077 == 0
    from fieldlog.formats import age
    from fieldlog.primitives.secret import Secret

    identity = age.parse_identity(Secret(target.read_bytes().strip()))
    with (place / "bundle.age").open("rb") as source:
        age.open_seekable(source, [identity]).close()


def test_help_names_every_verb() -> None:
    """The verbs are listed in each language."""
    for language in ("en", "ru", "kk"):
        done = desk("--help", "--language", language, typed=None)
        for verb in ("init", "card", "open", "extract", "identity"):
            assert verb in done.stdout
