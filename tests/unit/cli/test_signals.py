"""A closed terminal window (SIGHUP) or the end of the session (SIGTERM) in the middle of a command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldlog.cli import diagnostics
from fieldlog.field import vault as field_vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support.backups import ON_PAPER

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such signals")

SCRIPT = """
import os, sys
from fieldlog.cli import diagnostics, output
from fieldlog import __main__ as start
from fieldlog.field import vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.store.volume import sizes
sizes.USUAL = sizes.Sizes(log=1 << 20, volume=2 << 20, media=1 << 20, unit=1 << 20)
vault.kdf.calibrate = lambda _memory: CHEAPEST_FOR_TESTS
number, times = int(sys.argv.pop(1)), 2
def end_it(*_arguments):
    for _again in range(times):
        os.kill(os.getpid(), number)
diagnostics.progress = lambda _label: end_it
output.field = end_it
sys.exit(start.main())
"""
"""The program, which is sent the signal as soon as it tells its progress, and a second time at once."""

BOTH = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """A run of tests that was started with ``nohup`` ignores SIGHUP, and so would what it starts."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def vault_run(run: Callable, passphrase: str, tmp_path: Path) -> Callable:
    """``run`` with a vault that exists, and whose recovery words are such."""
    field_vault.create(
        folder=tmp_path / "vault",
        passphrase=field_vault.typed_secret(passphrase),
        recovery=field_vault.typed_secret(ON_PAPER),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    (tmp_path / "stick").mkdir()
    return run


def _ended(folder: Path, number: int, *arguments: str, words: str) -> subprocess.CompletedProcess[str]:
    """A run that is sent ``number``. It ends by itself or the test does."""
    reading, writing = os.pipe()
    os.write(writing, words.encode() + b"\n")
    os.close(writing)
    given = ["--vault", str(folder), "--passphrase-fd", str(reading), *arguments]
    command = [sys.executable, "-I", "-c", SCRIPT, str(int(number)), *given]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=120, pass_fds=[reading]
        )
    finally:
        os.close(reading)


@BOTH
def test_half_a_backup_is_taken_away(
    vault_run: Callable, passphrase: str, tmp_path: Path, number: int
) -> None:
    """Nothing of it stays on the stick, and the vault is locked: the next unlock has nothing to say."""
    ran = _ended(tmp_path / "vault", number, "backup", str(tmp_path / "stick"), words=passphrase)
    assert (ran.returncode, ran.stderr) == (128 + number, "")
    assert list((tmp_path / "stick").iterdir()) == []
    again = vault_run("status")
    assert (again.status, again.err) == (0, "")


@BOTH
def test_half_a_vault_is_taken_away(
    vault_run: Callable, passphrase: str, tmp_path: Path, number: int
) -> None:
    """``restore`` and ``recover`` leave nothing beside the place where the vault was to be."""
    assert vault_run("backup", str(tmp_path / "stick")).status == 0
    (backup,) = (tmp_path / "stick").iterdir()
    (tmp_path / "new").mkdir()
    ran = _ended(tmp_path / "new" / "vault", number, "restore", str(backup), words=ON_PAPER)
    assert ran.returncode == 128 + number
    ran = _ended(tmp_path / "vault", number, "recover", str(tmp_path / "new" / "vault"), words=passphrase)
    assert ran.returncode == 128 + number
    assert list((tmp_path / "new").iterdir()) == []


@BOTH
def test_an_open_vault_is_locked(vault_run: Callable, passphrase: str, tmp_path: Path, number: int) -> None:
    """Also a command that only shows something locks what it opened."""
    ran = _ended(tmp_path / "vault", number, "status", words=passphrase)
    assert ran.returncode == 128 + number
    again = vault_run("status")
    assert (again.status, again.err) == (0, "")


def test_nohup_stays_in_force(vault_run: Callable, passphrase: str, tmp_path: Path) -> None:
    """A command that was started to ignore the closing of its window goes on to the end."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        ran = _ended(tmp_path / "vault", signal.SIGHUP, "backup", str(tmp_path / "stick"), words=passphrase)
    finally:
        signal.signal(signal.SIGHUP, previous)
    assert ran.returncode == 0, ran.stderr
    assert len(list((tmp_path / "stick").iterdir())) == 1


def test_handlers_are_there_for_the_run_only() -> None:
    """Before and after a command signals do what they did."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    during: list[object] = []

    def work() -> int:
        during.extend(signal.getsignal(number) for number in numbers)
        return 0

    assert diagnostics.guarded(work) == 0
    assert all(callable(handler) for handler in during)
    assert [signal.getsignal(number) for number in numbers] == before
