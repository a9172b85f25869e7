"""The reporter's verbs, as somebody without a screen uses them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.cli import diagnostics
from fieldlog.field import settings
from fieldlog.field import vault as field_vault
from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.primitives import kdf
from fieldlog.system.clock import SystemClock

ANSWERS = (
    "They stopped us at the fountain.\nNo papers were shown.\n\nyesterday 21:00\nAlmaty\n2\n\n1\n1\n1\n2\n1\n"
)
"""Two lines of text, then the other answers; consent for help only, finished."""


@pytest.fixture(autouse=True)
def _cheap_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kdf, "calibrate", lambda _memory: kdf.CHEAPEST_FOR_TESTS)


def _recorded(vault_run: Callable) -> str:
    """The code of one incident that was recorded by answering every question."""
    ran = vault_run("new", stdin=ANSWERS)
    assert ran.status == 0, ran.err
    return re.search(r"INC-[0-9A-Z]{6}", ran.out).group()


def test_create_makes_a_vault_and_shows_recovery_words(run: Callable, tmp_path: Path) -> None:
    """With a passphrase from a descriptor nothing is asked, and the twelve words are on standard output."""
    ran = run("create")
    assert ran.status == 0, ran.err
    words = re.findall(r"^ +\d+\. (\S+)$", ran.out, re.MULTILINE)
    assert len(words) == 12
    assert run("status", passphrase=" ".join(words)).status == 0
    assert (tmp_path / "vault").stat().st_mode & 0o077 == 0


def test_create_asks_words_back(run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a descriptor seven words are proposed, and wrong words from the paper are asked for again."""
    seven = ("one", "two", "three", "four", "five", "six", "seven")
    monkeypatch.setattr(field_vault, "propose_passphrase", lambda _language: seven)
    twelve = tuple(f"word{letter}" for letter in "abcdefghijkl")
    monkeypatch.setattr(field_vault, "propose_recovery", lambda _language: twelve)
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        if len(asked) == 1:
            return "wrong"
        known = twelve if len(asked) > 3 else seven
        return known[int(re.search(r"\d+", prompt).group()) - 1]

    monkeypatch.setattr("fieldlog.cli.field.unlocking.ask", answer)
    ran = run("create", passphrase=None)
    assert ran.status == 0, ran.err
    assert len(asked) == 5
    assert "another word" in ran.out
    assert run("status", passphrase=" ".join(seven)).status == 0


def test_create_touches_nothing_that_exists(vault_run: Callable) -> None:
    """A vault is never overwritten."""
    assert vault_run("create").status == errors.VaultExists.exit_status


def test_weak_passphrase_is_refused(run: Callable, tmp_path: Path) -> None:
    """A passphrase of one's own that is too short makes no vault."""
    assert run("create", passphrase="short one").status == errors.KeyTextError.exit_status
    assert not (tmp_path / "vault").exists()


def test_record_list_show(vault_run: Callable) -> None:
    """What was answered is listed, and shown with the lines as they were typed."""
    code = _recorded(vault_run)
    listed = vault_run("list")
    assert re.search(rf"{code} +finished +.*21:00 +.*Almaty +0", listed.out)
    shown = vault_run("show", code)
    assert "They stopped us at the fountain." in shown.out
    assert "No papers were shown." in shown.out


def test_list_is_plain_for_screen_readers(vault_run: Callable) -> None:
    """``--plain`` gives one "Header: value" line per cell, in the chosen language."""
    code = _recorded(vault_run)
    plain = vault_run("list", "--plain")
    assert f"Code: {code}\nState: finished\n" in plain.out
    assert f"Код: {code}\nСостояние: готово\n" in vault_run("list", "--plain", "--language", "ru").out


def test_list_never_shows_what_was_written(vault_run: Callable) -> None:
    """The list, which others may see on the screen, holds no text of an account."""
    _recorded(vault_run)
    assert "fountain" not in vault_run("list").out


@pytest.mark.parametrize("lines", range(1, ANSWERS.count("\n")))
def test_stopping_at_any_answer_keeps_every_line(vault_run: Callable, lines: int) -> None:
    """Input that ends after any answer leaves a draft with all lines given so far."""
    given = ANSWERS.splitlines(keepends=True)[:lines]
    ran = vault_run("new", stdin="".join(given))
    assert ran.status == 130
    code = re.search(r"INC-[0-9A-Z]{6}", ran.out).group()
    shown = vault_run("show", code).out
    assert shown.startswith("They stopped us at the fountain.")
    assert ("No papers were shown." in shown) == (lines >= 2)


def test_stopping_before_the_first_answer_leaves_nothing(vault_run: Callable) -> None:
    """Nothing typed, nothing kept."""
    ran = vault_run("new", stdin="")
    assert ran.status == 130
    assert "Nothing here yet." in vault_run("list").out


def test_unreadable_answers_are_asked_again(vault_run: Callable) -> None:
    """A date, a number of people or a choice that cannot be read is asked for again."""
    stdin = "Text.\n\nblorp\n2 March 2026\n\n77\n\nmany\n3-5\n\n\n\n\n2\n"
    ran = vault_run("new", stdin=stdin)
    assert ran.status == 0, ran.out + ran.err
    assert "This date cannot be read." in ran.err
    assert "Type one of the numbers shown." in ran.out
    assert "neither a number of people" in ran.out


def test_attach_copies_and_leaves_the_original(vault_run: Callable, tmp_path: Path) -> None:
    """An attached file is counted, its hash is shown, and the person is told that the original stays."""
    code = _recorded(vault_run)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(1000))
    ran = vault_run("attach", code, str(photo))
    assert ran.status == 0, ran.err
    assert re.search(r"SHA-256: [0-9a-f]{64}", ran.out)
    assert "still where they were" in ran.out
    assert photo.exists()
    assert re.search(rf"{code}.* 1$", vault_run("list").out, re.MULTILINE)


def test_attach_tells_how_far_it_is(
    vault_run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the last byte of each file; and stopped with Ctrl+C nothing of it is there."""
    code = _recorded(vault_run)
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(3 << 20))
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(diagnostics, "progress", lambda _label: lambda *told: seen.append(told))
    assert vault_run("attach", code, str(film)).status == 0
    assert len(seen) > 1
    assert seen[-1] == (3 << 20, 3 << 20)

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(diagnostics, "progress", lambda _label: stop)
    assert vault_run("attach", code, str(film)).status == errors.Cancelled.exit_status
    assert re.search(rf"{code}.* 1$", vault_run("list").out, re.MULTILINE)


def test_attach_what_is_not_there(vault_run: Callable, tmp_path: Path) -> None:
    """A missing file or an unknown incident is one clear error."""
    code = _recorded(vault_run)
    assert vault_run("attach", code, str(tmp_path / "none")).status == errors.FileUnreadable.exit_status
    assert vault_run("attach", "INC-000000", str(tmp_path)).status in (
        errors.UnknownRecord.exit_status,
        errors.FileUnreadable.exit_status,
    )


def test_status_tells_what_to_compare(vault_run: Callable) -> None:
    """After a change the check words are others, and the last opening is dated."""
    first = vault_run("status").out
    _recorded(vault_run)
    second = vault_run("status").out
    words = re.compile(r"Check words: (.*)")
    assert words.search(first).group(1) != words.search(second).group(1)
    assert "never before" not in second


def test_check_words_are_in_the_language_of_the_vault(
    vault_run: Callable, tmp_path: Path, passphrase: str
) -> None:
    """Another language of a run does not change the words that are compared, once the vault has its own."""
    vault = field_vault.unlock(
        folder=tmp_path / "vault", passphrase=field_vault.typed_secret(passphrase), clock=SystemClock()
    )
    with vault:
        settings.set(vault, "language", "kk")
        expected = " ".join(vault.opened.check_words("kk"))
    for language in LANGUAGES:
        assert expected in vault_run("status", "--language", language).out.splitlines()[2]


def test_version_names_what_runs(run: Callable) -> None:
    """``version`` needs no vault and names the packages that matter."""
    ran = run("version", passphrase=None)
    assert ran.status == 0
    assert {"fieldlog", "cryptography", "apsw-sqlite3mc"} <= set(
        re.findall(r"^(\S+):", ran.out, re.MULTILINE)
    )


def test_wrong_passphrase_and_missing_vault(vault_run: Callable, run: Callable, tmp_path: Path) -> None:
    """A wrong passphrase deletes nothing, and a missing vault is said before a passphrase is asked for."""
    assert vault_run("list", passphrase="quite another phrase").status == errors.CannotUnlock.exit_status
    assert vault_run("list").status == 0
    (tmp_path / "vault").rename(tmp_path / "elsewhere")
    ran = run("list", passphrase=None)
    assert ran.status == errors.VaultMissing.exit_status
    assert str(tmp_path / "vault") in ran.err
