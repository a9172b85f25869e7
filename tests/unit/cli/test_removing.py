"""The verbs that take things away: bin, erase and destroy, each with its question."""

import re
import shutil
from datetime import timedelta

import pytest

from fieldlog import errors
from fieldlog.field import places, vault
from fieldlog.i18n import warnings
from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.store.vault import binned
from fieldlog.system.clock import SystemClock
from unit.cli.conftest import PASSPHRASE


@pytest.fixture(autouse=True)
def _english_again():
    yield
    set_language("en")


@pytest.fixture
def code(vault_run):
    ran = vault_run("new", stdin="Two men at the fountain.\n\n" + "\n" * 12)
    assert ran.status == 0, ran.err
    return re.search(r"INC-[0-9A-Z]{6}", ran.out).group()


def test_the_bin_is_listed_filled_and_emptied(vault_run, code):
    """An incident goes to the bin with its days, comes back, and goes for good after its number was typed."""
    assert "empty" in vault_run("bin").out
    ran = vault_run("bin", "--put", code, "--plain")
    assert (ran.status, ran.out) == (0, f"Code: {code}\nDays left: 30\nFiles: 0\n")
    assert code not in vault_run("list").out
    assert vault_run("bin", "--restore", code).status == 0
    assert code in vault_run("list").out
    vault_run("bin", "--put", code)
    ran = vault_run("bin", "--empty", stdin="yes\n")
    assert ran.status == errors.Cancelled.exit_status
    assert code in vault_run("bin").out
    ran = vault_run("bin", "--empty", stdin="1\n")
    assert ran.status == 0
    assert "empty" in vault_run("bin").out
    assert vault_run("bin", "--restore", code).status == errors.UnknownRecord.exit_status
    assert vault_run("bin", "--empty").status == 0


def test_what_an_unlock_erased_is_said_by_every_verb(vault_run, code, monkeypatch):
    """Whichever verb unlocks after the thirty days says, on standard error, what is gone."""
    vault_run("bin", "--put", code)
    monkeypatch.setattr(binned, "KEPT", timedelta(0))
    ran = vault_run("list")
    assert ran.err == "1 incident was in the bin for 30 days and is erased for good.\n"
    assert ran.out == "Nothing here yet.\n"
    assert vault_run("list").err == ""


def test_a_vault_that_was_not_locked_is_said_by_every_verb(vault_run, tmp_path):
    """Once, on standard error; what goes to standard output stays what it is."""
    folder = tmp_path / "vault"
    with vault.unlock(folder=folder, passphrase=vault.typed_secret(PASSPHRASE), clock=SystemClock()):
        shutil.copytree(folder, tmp_path / "killed")
    shutil.rmtree(folder)
    (tmp_path / "killed").rename(folder)
    ran = vault_run("list")
    assert ran.err == (
        "The vault was not locked the last time: the program was ended, or the power failed. "
        "If you did lock it, somebody was at the vault: compare the check words.\n"
    )
    assert ran.out == "Nothing here yet.\n"
    assert vault_run("list").err == ""


def test_erasing_asks_for_the_code_again(vault_run, code):
    """Something else typed keeps the incident; its code erases it."""
    ran = vault_run("erase", code, stdin="yes\n")
    assert ran.status == errors.Cancelled.exit_status
    assert code in vault_run("list").out
    ran = vault_run("erase", code, stdin=f"{code.lower()}\n")
    assert ran.status == 0
    assert "Backups" in ran.out
    assert vault_run("show", code).status == errors.UnknownRecord.exit_status


@pytest.mark.claim("C-DES-01")
def test_destroying_asks_one_word_and_no_passphrase(vault_run, tmp_path):
    """The word destroys and everything that was and was not done is said; anything else touches nothing."""
    before = {path.name: path.read_bytes() for path in (tmp_path / "vault").iterdir()}
    for typed in ("\n", "yes\n", "destroy it\n"):
        ran = vault_run("destroy", stdin=typed, passphrase=None)
        assert ran.status == errors.Cancelled.exit_status
    assert {path.name: path.read_bytes() for path in (tmp_path / "vault").iterdir()} == before
    ran = vault_run("destroy", stdin="destroy\n", passphrase=None)
    assert ran.status == 0
    assert "The keys are gone." in ran.out
    for said in warnings.not_done_by_destruction():
        assert said in ran.out
    assert not (tmp_path / "vault").exists()
    assert vault_run("destroy", passphrase=None).status == errors.VaultMissing.exit_status


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_is_in_the_chosen_language(vault_run, tmp_path, language):
    """The word that is asked for is shown, and it or the English one is taken, in any case."""
    set_language(language)
    word = warnings.destruction_word()
    for typed in (word, word.lower(), " destroy ", "DESTROY"):
        assert warnings.is_destruction_word(typed)
    assert not warnings.is_destruction_word("")
    set_language("en")
    ran = vault_run("destroy", "--language", language, stdin=f"{word}\n", passphrase=None)
    assert (ran.status, word in ran.out) == (0, True)
    assert not (tmp_path / "vault").exists()


def test_what_was_left_is_said(vault_run, tmp_path):
    """A file that is not the vault's stays, and its name is said."""
    (tmp_path / "vault" / "notes").write_text("mine")
    (tmp_path / "vault" / "slots").unlink()
    ran = vault_run("destroy", stdin="destroy\n", passphrase=None)
    assert str(tmp_path / "vault" / "notes") in ran.out


def test_warnings_are_said_before_and_after(run, tmp_path, monkeypatch):
    """``create`` and ``status`` say what is known of the place and of this computer."""
    from fieldlog.primitives import kdf

    monkeypatch.setattr(kdf, "calibrate", lambda _memory: kdf.CHEAPEST_FOR_TESTS)
    monkeypatch.setattr(places, "place_warnings", lambda _folder: (places.SYNCED,))
    monkeypatch.setattr(places, "computer_warnings", lambda: (places.SWAP,))
    monkeypatch.setattr(places, "synced_by", lambda _folder: "Dropbox")
    ran = run("create")
    assert ran.status == 0
    assert ran.out.startswith("! This folder is copied to other computers (Dropbox).")
    assert "! This computer may write parts of its memory" in run("status").out


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_warning_has_its_sentence(language):
    """Each slug of the places has a sentence in each language."""
    set_language(language)
    slugs = {getattr(places, name) for name in dir(places) if name.isupper()}
    assert slugs == set(warnings._WARNINGS)
    sentences = {warnings.warning_sentence(slug, service="X") for slug in slugs}
    assert len(sentences) == len(slugs)
    gone = warnings.after_destruction(overwritten=False, left=("a",))
    assert gone[-1] == "a"
    assert len(gone) == 3
