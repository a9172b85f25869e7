"""Changing who can open the vault, as somebody without a screen does it."""

import contextlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import keys as field_keys
from fieldlog.field import vault as field_vault
from support.backups import FIXTURES, unpacked

NEW = "ribbon summit gravel tunic orchid walnut"
WORDS = r"^ +\d+\. (\S+)$"


@contextlib.contextmanager
def _descriptor(text: str) -> Iterator[str]:
    """The number of a descriptor that gives ``text``."""
    reading, writing = os.pipe()
    os.write(writing, text.encode() + b"\n")
    os.close(writing)
    yield str(reading)
    os.close(reading)


def _words(out: str) -> str:
    return " ".join(re.findall(WORDS, out, re.MULTILINE))


def test_the_list(vault_run: Callable) -> None:
    """Both secrets of a new vault are listed, with which of them was typed."""
    ran = vault_run("keys", "list", "--plain")
    assert ran.status == 0, ran.err
    assert ran.out.count("What: passphrase") == ran.out.count("What: recovery words") == 1
    assert ran.out.count("Used now: yes") == 1
    assert ran.out.count("Key file: -") == 2


def test_a_passphrase_is_changed_to_seven_new_words(vault_run: Callable, passphrase: str) -> None:
    """The words that are shown open the vault, the old ones do not, and old copies are mentioned."""
    ran = vault_run("keys", "passphrase")
    assert ran.status == 0, ran.err
    assert "fieldlog keys renew" in ran.out
    new = _words(ran.out)
    assert len(new.split()) == 7
    assert vault_run("status", passphrase=new).status == 0
    assert vault_run("status").status == errors.CannotUnlock.exit_status


def test_new_words_are_asked_back_before_anything_changes(
    vault_run: Callable, monkeypatch: pytest.MonkeyPatch, passphrase: str
) -> None:
    """Whoever stops while the words are asked back keeps the old passphrase."""
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: passphrase)
    seven = ("one", "two", "three", "four", "five", "six", "seven")
    monkeypatch.setattr(field_vault, "propose_passphrase", lambda _language: seven)
    ran = vault_run("keys", "passphrase", passphrase=None, stdin="")
    assert ran.status == errors.Cancelled.exit_status
    assert vault_run("status").status == 0

    def answer(prompt: str) -> str:
        return seven[int(re.search(r"\d+", prompt).group()) - 1]

    monkeypatch.setattr("fieldlog.cli.field.unlocking.ask", answer)
    assert vault_run("keys", "passphrase", passphrase=None).status == 0
    assert vault_run("status", passphrase=" ".join(seven)).status == 0


def test_a_passphrase_of_ones_own_from_a_descriptor(vault_run: Callable) -> None:
    """A script changes the passphrase without anything being asked."""
    with _descriptor(NEW) as number:
        ran = vault_run("keys", "passphrase", "--new-passphrase-fd", number)
    assert ran.status == 0, ran.err
    assert not re.findall(WORDS, ran.out, re.MULTILINE)
    assert vault_run("status", passphrase=NEW).status == 0


@pytest.mark.parametrize(
    ("given", "said"), [("short one", "too short"), ("berry stone berry cloud morning", "comes twice")]
)
def test_a_weak_passphrase_is_refused_in_words(vault_run: Callable, given: str, said: str) -> None:
    """Too few words and a repeated word are told as such, and nothing is changed."""
    with _descriptor(given) as number:
        ran = vault_run("keys", "passphrase", "--new-passphrase-fd", number)
    assert ran.status == errors.KeyTextError.exit_status
    assert said in ran.err
    assert vault_run("status").status == 0


def test_one_passphrase_more_and_one_less(vault_run: Callable) -> None:
    """An added passphrase opens the vault until it is removed; the last one cannot be."""
    with _descriptor(NEW) as number:
        ran = vault_run("keys", "add", "--new-passphrase-fd", number)
    assert ran.status == 0, ran.err
    added = re.search(r"\d", ran.out).group()
    assert vault_run("status", passphrase=NEW).status == 0
    ran = vault_run("keys", "remove", added)
    assert ran.status == 0, ran.err
    assert vault_run("status", passphrase=NEW).status == errors.CannotUnlock.exit_status
    listed = vault_run("keys", "list", "--plain").out
    for number in re.findall(r"Number: (\d)", listed):
        ran = vault_run("keys", "remove", number)
        assert ran.status == errors.SecretNeeded.exit_status
        assert "It stays" in ran.err
    assert vault_run("keys", "remove", added).status == errors.UnknownSlot.exit_status


def test_a_full_vault(vault_run: Callable) -> None:
    """Three passphrases and the recovery words are all there is room for."""
    for _ in range(2):
        assert vault_run("keys", "add").status == 0
    ran = vault_run("keys", "add")
    assert ran.status == errors.SlotsFull.exit_status
    assert "fieldlog keys list" in ran.err


def test_new_recovery_words(vault_run: Callable) -> None:
    """Twelve new words are shown, open the vault, and the old backups are mentioned."""
    ran = vault_run("keys", "recovery")
    assert ran.status == 0, ran.err
    twelve = _words(ran.out)
    assert len(twelve.split()) == 12
    assert "Backups" in ran.out
    assert vault_run("status", passphrase=twelve).status == 0
    assert vault_run("status").status == 0


def test_new_recovery_words_are_asked_back(
    vault_run: Callable, monkeypatch: pytest.MonkeyPatch, passphrase: str
) -> None:
    """Whoever has not written the twelve words down keeps the old ones."""
    monkeypatch.setattr("fieldlog.system.terminal.prompt_secret", lambda _prompt: passphrase)
    ran = vault_run("keys", "recovery", passphrase=None, stdin="")
    assert ran.status == errors.Cancelled.exit_status
    assert vault_run("status", passphrase=_words(ran.out)).status == errors.CannotUnlock.exit_status


def test_a_new_vault_key_can_be_interrupted(vault_run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C while the vault is copied leaves it as it was."""

    def interrupted(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(field_keys.volumes, "renew", interrupted)
    assert vault_run("keys", "renew").status == errors.Cancelled.exit_status
    assert vault_run("status").status == 0


def test_the_list_of_an_old_vault_says_what_is_missing(run: Callable, tmp_path: Path) -> None:
    """Of a vault of the first form only what has opened it is listed, and the list says so."""
    told = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    unpacked("format-1", tmp_path / "vault")
    ran = run("keys", "list", "--plain", passphrase=told["passphrase"])
    assert ran.status == 0, ran.err
    assert "Made: ?" in ran.out
    assert "not listed yet" in ran.out
    assert run("keys", "renew", passphrase=told["passphrase"]).status == errors.VaultOfFirstForm.exit_status


def test_a_key_file_is_needed_from_then_on(vault_run: Callable, tmp_path: Path) -> None:
    """With a key file the passphrase alone opens nothing; a later change keeps it unless told otherwise."""
    keyfile = tmp_path / "key"
    with _descriptor(NEW) as number:
        ran = vault_run("keys", "passphrase", "--new-passphrase-fd", number, "--make-keyfile", str(keyfile))
    assert ran.status == 0, ran.err
    assert "--keyfile" in ran.out
    assert vault_run("status", passphrase=NEW).status == errors.CannotUnlock.exit_status
    assert vault_run("status", "--keyfile", str(keyfile), passphrase=NEW).status == 0
    listed = vault_run("--keyfile", str(keyfile), "keys", "list", "--plain", passphrase=NEW)
    assert listed.out.count("Key file: needed") == 1

    other = f"{NEW} again"
    with _descriptor(other) as number:
        change = ("keys", "passphrase", "--new-passphrase-fd", number, "--keyfile", str(keyfile))
        assert vault_run(*change, passphrase=NEW).status == 0
    assert vault_run("status", passphrase=other).status == errors.CannotUnlock.exit_status
    with _descriptor(NEW) as number:
        change = ("keys", "passphrase", "--new-passphrase-fd", number, "--keyfile", str(keyfile))
        assert vault_run(*change, "--no-keyfile", passphrase=other).status == 0
    assert vault_run("status", passphrase=NEW).status == 0


def test_a_key_file_of_a_refused_change_is_taken_away(vault_run: Callable, tmp_path: Path) -> None:
    """When nothing was changed no key file is left; one that was there before is not touched."""
    keyfile = tmp_path / "key"
    with _descriptor("short one") as number:
        ran = vault_run("keys", "add", "--new-passphrase-fd", number, "--make-keyfile", str(keyfile))
    assert ran.status == errors.KeyTextError.exit_status
    assert not keyfile.exists()
    ran = vault_run("keys", "passphrase", "--no-keyfile", "--make-keyfile", str(keyfile))
    assert ran.status == errors.UsageError.exit_status
    assert not keyfile.exists()
    keyfile.write_bytes(b"mine")
    assert vault_run("keys", "add", "--make-keyfile", str(keyfile)).status == errors.TargetExists.exit_status
    assert keyfile.read_bytes() == b"mine"
    inside = tmp_path / "vault" / "key"
    ran = vault_run("keys", "add", "--make-keyfile", str(inside))
    assert ran.status == errors.KeyFileInVault.exit_status
    assert not inside.exists()


def test_a_key_file_stays_when_the_disk_fails_in_the_middle(
    vault_run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody knows whether the new passphrase counts already, its key file is not taken away."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise errors.StorageFailed

    monkeypatch.setattr(field_keys, "change_passphrase", fail)
    keyfile = tmp_path / "key"
    ran = vault_run("keys", "passphrase", "--make-keyfile", str(keyfile))
    assert ran.status == errors.StorageFailed.exit_status
    assert len(keyfile.read_bytes()) == 64


def test_a_new_vault_key(vault_run: Callable, tmp_path: Path) -> None:
    """The vault is copied in place under new keys and opens as before."""
    before = (tmp_path / "vault" / "slots").read_bytes()
    ran = vault_run("keys", "renew")
    assert ran.status == 0, ran.err
    assert (tmp_path / "vault" / "slots").read_bytes() != before
    assert vault_run("status").status == 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["vault"]


def test_a_wrong_passphrase_lists_nothing(vault_run: Callable) -> None:
    """The list is inside the vault like everything else."""
    ran = vault_run("keys", "list", passphrase="some other words")
    assert ran.status == errors.CannotUnlock.exit_status
    assert ran.out == ""
