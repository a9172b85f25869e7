"""A key file that is named although the recovery words are typed: by habit, or by an alias."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import vault as field_vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support.backups import ON_PAPER, words_of

NEW = "ribbon summit gravel tunic orchid walnut"


def _with_new(run: Callable, new: str, *arguments: str) -> object:
    reading, writing = os.pipe()
    os.write(writing, new.encode() + b"\n")
    os.close(writing)
    ran = run(*arguments, "--new-passphrase-fd", str(reading))
    os.close(reading)
    return ran


@pytest.fixture
def kit_run(run: Callable, passphrase: str, tmp_path: Path) -> Callable:
    """``run`` with a vault whose recovery words are such, and which needs a key file with its passphrase."""
    field_vault.create(
        folder=tmp_path / "vault",
        passphrase=field_vault.typed_secret(passphrase),
        recovery=field_vault.typed_secret(ON_PAPER),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    ran = _with_new(run, NEW, "keys", "passphrase", "--make-keyfile", str(tmp_path / "key"))
    assert ran.status == 0, ran.err
    return run


@pytest.mark.parametrize("named", ["key", "lost"])
def test_recovery_words_open_whatever_key_file_is_named(
    kit_run: Callable, tmp_path: Path, named: str
) -> None:
    """The sheet opens, checks and recovers the vault, also when the key file that is named is lost."""
    given = ("--keyfile", str(tmp_path / named))
    assert kit_run("status", *given, passphrase=ON_PAPER).status == 0
    assert kit_run("check", *given, passphrase=ON_PAPER).status == 0
    ran = kit_run("recover", str(tmp_path / "fresh"), *given, passphrase=ON_PAPER)
    assert ran.status == 0, ran.err
    assert _with_new(
        lambda *arguments: kit_run(*arguments, passphrase=ON_PAPER),
        "gravel tunic orchid walnut saddle ember",
        "keys", "passphrase", "--no-keyfile", *given,
    ).status == 0  # fmt: skip


def test_a_passphrase_still_needs_its_key_file(kit_run: Callable, tmp_path: Path) -> None:
    """Without the key file, or with another, the passphrase opens nothing; with it, it does."""
    (tmp_path / "other").write_bytes(bytes(64))
    assert kit_run("status", passphrase=NEW).status == errors.CannotUnlock.exit_status
    for name, status in (("other", errors.CannotUnlock.exit_status), ("key", 0)):
        assert kit_run("status", "--keyfile", str(tmp_path / name), passphrase=NEW).status == status
    lost = kit_run("status", "--keyfile", str(tmp_path / "lost"), passphrase=NEW)
    assert lost.status == errors.FileUnreadable.exit_status


def test_no_key_file_is_set_for_what_could_be_recovery_words(kit_run: Callable, tmp_path: Path) -> None:
    """A passphrase of twelve words whose checksum fits would open nothing with one, and is refused."""
    twelve = words_of(bytes(range(2, 18)))
    ran = _with_new(
        lambda *arguments: kit_run(*arguments, passphrase=ON_PAPER),
        twelve,
        "keys", "passphrase", "--make-keyfile", str(tmp_path / "second"),
    )  # fmt: skip
    assert ran.status == errors.UsageError.exit_status
    assert not (tmp_path / "second").exists()
    assert kit_run("status", "--keyfile", str(tmp_path / "key"), passphrase=NEW).status == 0
