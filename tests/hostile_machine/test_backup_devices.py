"""Sticks and disks that fail while a backup is written to them, read from them, or restored onto them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import vault
from fieldlog.field.backup import back_up, backup_status
from fieldlog.field.backup_reading import check_backup
from fieldlog.field.restoring import restore
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support.backups import NEW_PASSPHRASE, ON_PAPER, RECOVERY, contents
from support.bad_machine import Machine, device, digests, fill, protect, pull_out, require_told
from support.handover import PASSPHRASE


@pytest.fixture
def machine(machine: Machine) -> Machine:
    """Its recovery words are known here, as if they had just been changed."""
    from fieldlog.field.recovery_keys import SETTING, recovery_recipient

    with machine.opened() as reporter:
        reporter.store.settings.set(SETTING, recovery_recipient(RECOVERY).to_text())
        reporter.store.settings.reporter_root()
    return machine


def failing_at(step: float, fail: Callable[[], object]) -> Callable[[int, int], None]:
    """A progress callback that lets ``fail`` happen once, when this part of the work is done."""
    happened: list[object] = []

    def progress(done: int, total: int) -> None:
        if not happened and done >= step * total:
            happened.append(fail())

    return progress


@contextmanager
def refused(machine: Machine, kind: type[errors.FieldlogError]) -> Iterator[None]:
    """The block raises ``kind``; the vault is as it was and knows of no backup."""
    before = machine.contents()
    with pytest.raises(kind):
        yield
    assert machine.contents() == before
    with machine.opened() as reporter:
        assert backup_status(reporter).last_at is None


def write(machine: Machine, *, step: float, fail: Callable[[], object]) -> None:
    with machine.opened() as reporter:
        back_up(reporter, machine.stick, progress=failing_at(step, fail))


@pytest.mark.parametrize("size", ["64k", "900k"])
def test_stick_too_small(machine: Machine, size: str) -> None:
    """A backup that does not fit is not begun."""
    with device(machine.stick, size=size):
        require_told(machine.run("backup", str(machine.stick)), errors.NoSpace)
        assert not digests(machine.stick)
    assert machine.run("backup", str(machine.stick)).status == 0


def test_protected_stick(machine: Machine) -> None:
    """A stick whose switch says read-only is one clear error."""
    with device(machine.stick):
        protect(machine.stick)
        require_told(machine.run("backup", str(machine.stick)), errors.ReadOnly)
        assert not digests(machine.stick)


def test_stick_full_while_writing(machine: Machine) -> None:
    """Another program fills the stick meanwhile: nothing half-written stays on it."""
    with device(machine.stick):
        with refused(machine, errors.NoSpace):
            write(machine, step=0.0005, fail=lambda: fill(machine.stick))
        assert set(digests(machine.stick)) == {"filler"}


@pytest.mark.parametrize("step", [0.0005, 0.5])
def test_stick_pulled_out(machine: Machine, step: float) -> None:
    """A stick that goes away while a backup is written has no backup for the vault."""
    with device(machine.stick), refused(machine, errors.TargetVanished):
        write(machine, step=step, fail=lambda: pull_out(machine.stick))
    assert not digests(machine.stick)


def test_file_altered_before_it_was_read_back(machine: Machine) -> None:
    """What is not on the stick as it was written is no backup, and does not stay there."""

    def lose() -> None:
        for path in machine.stick.glob("backup-*"):
            path.write_bytes(path.read_bytes()[:-1])

    with refused(machine, errors.StorageFailed):
        write(machine, step=0.5, fail=lose)
    assert not digests(machine.stick)


KILLED = """
import os, signal, sys
from pathlib import Path
from fieldlog.field import vault
from fieldlog.field.backup import back_up
from fieldlog.system.clock import SystemClock
opened = vault.unlock(
    folder=Path(sys.argv[1]), passphrase=vault.typed_secret(sys.argv[2]), clock=SystemClock()
)
step = float(sys.argv[4])
def progress(done, total):
    if done >= step * total:
        os.kill(os.getpid(), signal.SIGKILL)
back_up(opened, Path(sys.argv[3]), progress=progress)
"""


@pytest.mark.parametrize("step", [0.0, 0.2, 0.5, 0.9])
def test_killed_while_writing(machine: Machine, step: float) -> None:
    """Killed at any moment there is either no file with a backup's name or a whole one; the vault is well."""
    before = machine.contents()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(machine.vault), PASSPHRASE, str(machine.stick), str(step)],
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    for name in digests(machine.stick):
        if name.endswith(".age"):
            assert check_backup(machine.stick / name, RECOVERY)
        else:
            assert name.startswith(".")
            assert name.endswith(".part")
    assert machine.contents() == before


@pytest.fixture
def backup(machine: Machine) -> Path:
    with machine.opened() as reporter:
        return back_up(reporter, machine.stick).path


def bring_back(backup: Path, folder: Path, progress: Callable[[int, int], None] | None = None) -> None:
    restore(
        backup=backup,
        folder=folder,
        recovery=RECOVERY,
        passphrase=NEW_PASSPHRASE,
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
        progress=progress,
    )


@pytest.mark.parametrize("size", ["64k", "20m"])
def test_restoring_onto_a_disk_too_small(machine: Machine, backup: Path, size: str) -> None:
    """A vault that does not fit is not begun, and nothing of it stays."""
    with device(machine.folder / "disk", size=size) as disk:
        ran = machine.run("restore", str(backup), words=ON_PAPER, folder=disk / "vault")
        assert ran.status == errors.NoSpace.exit_status, ran.err
        assert not digests(disk)


def test_restoring_onto_a_disk_that_fills(machine: Machine, backup: Path) -> None:
    """Another program takes the last space meanwhile: nothing of the vault stays."""
    with device(machine.folder / "disk", size="44m") as disk:
        with pytest.raises(errors.NoSpace):
            bring_back(backup, disk / "vault", failing_at(0.55, lambda: fill(disk)))
        assert set(digests(disk)) <= {"filler"}


def test_restoring_onto_a_protected_disk(machine: Machine, backup: Path) -> None:
    """A disk that cannot be written is one clear error."""
    with device(machine.folder / "disk", size="64m") as disk:
        protect(disk)
        with pytest.raises(errors.ReadOnly):
            bring_back(backup, disk / "vault")


def test_a_backup_that_is_unreadable(machine: Machine, backup: Path) -> None:
    """A file that is not there, or is a folder, leaves nothing behind."""
    before = digests(machine.folder)
    for path in (machine.stick, machine.folder / "nothing.age"):
        with pytest.raises(errors.FileUnreadable):
            bring_back(path, machine.folder / "again")
    assert digests(machine.folder) == before


def test_restored_beside_what_was_lost(machine: Machine, backup: Path) -> None:
    """On a new computer the backup gives everything back, and the old folder is not needed."""
    with machine.opened() as reporter:
        before = contents(reporter)
    machine.vault.rename(machine.folder / "lost")
    bring_back(backup, machine.vault)
    with vault.unlock(folder=machine.vault, passphrase=NEW_PASSPHRASE, clock=SystemClock()) as opened:
        assert contents(opened) == before
        assert opened.store.verify()
