"""``backup``, ``check-backup`` and ``restore`` as somebody without a screen uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import vault as field_vault
from fieldlog.formats import age
from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from support.backups import ON_PAPER, OTHER_WORDS, words_of
from support.damaged import cheapen

ANSWERS = "They stopped us at the fountain.\n\nyesterday 21:00\nAlmaty\n2\n\n1\n1\n1\n2\n1\n"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen(monkeypatch)
    monkeypatch.setattr(kdf, "calibrate", lambda _memory: kdf.CHEAPEST_FOR_TESTS)
    monkeypatch.setattr(field_vault, "propose_recovery", lambda _language: tuple(ON_PAPER.split()))


@pytest.fixture
def made(run: Callable, tmp_path: Path) -> Path:
    """A backup of a vault with one incident; the vault was moved away."""
    assert run("create").status == 0
    assert run("new", stdin=ANSWERS).status == 0
    (tmp_path / "stick").mkdir()
    ran = run("backup", str(tmp_path / "stick"))
    assert ran.status == 0, ran.err
    (tmp_path / "vault").rename(tmp_path / "old")
    return next((tmp_path / "stick").iterdir())


def test_there_and_back(run: Callable, made: Path, tmp_path: Path) -> None:
    """A backup, the twelve words and an empty place give the vault back, with a new passphrase."""
    ran = run("restore", str(made), passphrase=ON_PAPER)
    assert ran.status == 0, ran.err
    seven = re.findall(r"^ +\d+\. (\S+)$", ran.out, re.MULTILINE)
    assert len(seven) == 7
    assert "Incidents in it: 1" in ran.out
    for words in (" ".join(seven), ON_PAPER):
        listed = run("list", "--plain", passphrase=words)
        assert listed.status == 0, listed.err
        assert "Almaty" in listed.out
    assert run("list").status == errors.CannotUnlock.exit_status
    assert (tmp_path / "vault").stat().st_mode & 0o077 == 0


def test_status(run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder it says when the last one was made and how much is not in it."""
    assert run("create").status == 0
    assert "Last backup: none yet\n0 incidents are not in it." in run("backup").out
    assert run("new", stdin=ANSWERS).status == 0
    assert "1 incident is not in it." in run("backup").out
    (tmp_path / "stick").mkdir()
    ran = run("backup", str(tmp_path / "stick"))
    assert ran.out.startswith(f"Backup: {tmp_path / 'stick'}/backup-")
    told = run("backup").out
    assert re.search(r"Last backup: \d{4}-\d\d-\d\d \d\d:\d\d\n0 incidents are not in it.", told)
    others = tuple(words_of(bytes(range(4, 20))).split())
    monkeypatch.setattr(field_vault, "propose_recovery", lambda _language: others)
    assert run("keys", "recovery").status == 0
    assert "It opens with the old recovery words only: make a new one." in run("backup").out


def test_check(run: Callable, made: Path) -> None:
    """It is verified without being restored, and the identity for age comes only when it is asked for."""
    ran = run("check-backup", str(made), passphrase=ON_PAPER)
    assert ran.status == 0, ran.err
    assert "Every byte of it verifies." in ran.out
    assert "AGE-SECRET-KEY" not in ran.out
    ran = run("check-backup", "--identity", str(made), passphrase=ON_PAPER)
    identity = age.parse_identity(Secret.from_text(ran.out.splitlines()[-1]))
    with made.open("rb") as file, age.decrypt(file, [identity]) as plain:
        assert plain.read(2) == b"PK"


@pytest.mark.parametrize("verb", ["check-backup", "restore"])
def test_refusals(run: Callable, made: Path, tmp_path: Path, verb: str) -> None:
    """Other words, a slip of the pen, a file that is none, one that was cut and one that is not there."""
    cut = tmp_path / "cut.age"
    cut.write_bytes(made.read_bytes()[:-1])
    other = tmp_path / "other.txt"
    other.write_text("Dear diary")
    cases = {
        (str(made), OTHER_WORDS.reveal().decode()): errors.BackupNotOpened,
        (str(made), "one two three"): errors.KeyTextError,
        (str(cut), ON_PAPER): errors.BackupRefused,
        (str(other), ON_PAPER): errors.BackupRefused,
        (str(tmp_path / "nothing"), ON_PAPER): errors.FileUnreadable,
    }
    before = sorted(tmp_path.iterdir())
    for (file, words), kind in cases.items():
        ran = run(verb, file, passphrase=words)
        assert ran.status == kind.exit_status, ran.err
        assert len(ran.err.strip().splitlines()) == 2
        # Nobody writes new words on paper for it.
        assert "1. " not in ran.out
        assert sorted(tmp_path.iterdir()) == before


def test_no_vault_is_replaced(run: Callable, made: Path, tmp_path: Path) -> None:
    """Where a vault is, nothing is asked and nothing is restored."""
    (tmp_path / "old").rename(tmp_path / "vault")
    ran = run("restore", str(made), passphrase=ON_PAPER)
    assert ran.status == errors.VaultExists.exit_status
    assert "Almaty" in run("list", "--plain").out


def test_asked_on_a_terminal(
    run: Callable, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a terminal the words are typed, the new ones are asked back, and a bad file is told before that."""
    shown: list[str] = []
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: ON_PAPER)
    monkeypatch.setattr(field_vault, "propose_passphrase", lambda _language: tuple("abcdefg"))

    def answer(prompt: str) -> str:
        shown.append(prompt)
        return "abcdefg"[int(re.search(r"\d+", prompt).group()) - 1]

    monkeypatch.setattr("fieldlog.cli.field.unlocking.ask", answer)
    made.with_name("cut.age").write_bytes(made.read_bytes()[:-1])
    ran = run("restore", str(made.with_name("cut.age")), passphrase=None)
    assert (ran.status, shown) == (errors.BackupRefused.exit_status, [])
    ran = run("restore", str(made), passphrase=None)
    assert ran.status == 0, ran.err
    assert len(shown) == 2


def test_own_passphrase(run: Callable, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A passphrase of one's own is typed twice on the keyboard, also when the words come from a descriptor."""
    own = "copper meadow silver window"
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: own)
    assert run("restore", "--own-passphrase", str(made), passphrase=ON_PAPER).status == 0
    assert run("list", passphrase=own).status == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language(run: Callable, made: Path, language: str) -> None:
    """The verbs speak the chosen language."""
    ran = run("check-backup", str(made), "--language", language, passphrase=ON_PAPER)
    assert ran.status == 0
    assert ("Every byte" in ran.out) == (language == "en")


def test_stopped(run: Callable, made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ctrl+C leaves nothing behind and ends with its own status."""

    def stop(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("fieldlog.field.restoring.restore", stop)
    assert run("restore", str(made), passphrase=ON_PAPER).status == errors.Cancelled.exit_status
    monkeypatch.setattr("fieldlog.field.backup_reading.check_backup", stop)
    assert run("check-backup", str(made), passphrase=ON_PAPER).status == errors.Cancelled.exit_status
    assert sorted(tmp_path.iterdir()) == before
    (tmp_path / "old").rename(tmp_path / "vault")
    monkeypatch.setattr("fieldlog.field.backup.back_up", stop)
    assert run("backup", str(tmp_path)).status == errors.Cancelled.exit_status
