"""Disks that are full, protected or pulled out, while Fieldlog writes to them.

The disks are real file systems of their own, as a stick is; only root can mount them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import sealing, trust
from support.bad_machine import (
    EVERY_NIGHT,
    Machine,
    copied,
    device,
    digests,
    fill,
    protect,
    pull_out,
    require_told,
    use_up,
)

ANSWERS = "They came back.\n\nyesterday 21:00\nOld town\n\n\n\n\n\n\n1\n"


def seal(machine: Machine) -> tuple[str, ...]:
    return ("seal", machine.incident, "--for", "Checked desk", "--to", str(machine.stick))


@pytest.mark.parametrize("size", ["64k", "512k"])
def test_stick_too_small(machine: Machine, size: str) -> None:
    """A bundle that does not fit is not begun."""
    before = machine.contents()
    with device(machine.stick, size=size):
        require_told(machine.run(*seal(machine)), errors.NoSpace)
        assert not digests(machine.stick)
    assert machine.contents() == before
    assert machine.run(*seal(machine)).status == 0


def test_protected_stick(machine: Machine) -> None:
    """A stick whose switch says read-only is not written to, and what is on it stays."""
    before = machine.contents()
    with device(machine.stick):
        (machine.stick / "older").write_text("something else")
        on_it = digests(machine.stick)
        protect(machine.stick)
        require_told(machine.run(*seal(machine)), errors.ReadOnly)
        assert digests(machine.stick) == on_it
    assert machine.contents() == before


def failing_seal(machine: Machine, fail: Callable[[], object], wanted: type[errors.FieldlogError]) -> None:
    """Seal, and let ``fail`` happen to the stick in the middle of it."""
    before = machine.contents()
    with machine.opened() as reporter:
        card = trust.find_card(reporter, "Checked desk")
        planned = sealing.plan(reporter, [machine.incident], [card.card_id])
        happened = []

        def progress(_done: int, _total: int) -> None:
            if not happened:
                happened.append(fail())

        with pytest.raises(wanted):
            sealing.seal(reporter, planned, machine.stick, progress=progress)
        assert happened
    assert machine.contents() == before


def test_stick_pulled_out_while_writing(machine: Machine) -> None:
    """A stick that goes away while a bundle is written: the incident is not marked as handed over."""
    with device(machine.stick):
        failing_seal(machine, lambda: pull_out(machine.stick), errors.TargetVanished)
    assert not digests(machine.stick)
    assert machine.run(*seal(machine)).status == 0


def test_folder_removed_while_writing(machine: Machine) -> None:
    """As a stick that was pulled out, for a folder."""
    failing_seal(machine, lambda: shutil.rmtree(machine.stick), errors.TargetVanished)
    assert not machine.stick.exists()


def test_stick_full_while_writing(machine: Machine) -> None:
    """Another program fills the stick while the bundle is written: nothing half-written stays on it."""
    with device(machine.stick):
        failing_seal(machine, lambda: fill(machine.stick), errors.NoSpace)
        assert set(digests(machine.stick)) == {"filler"}
        (machine.stick / "filler").unlink()
        assert machine.run(*seal(machine)).status == 0


def test_stick_replaced_by_a_file_while_writing(machine: Machine) -> None:
    """The bundle cannot get its name: nothing is marked, and an unfinished file is not called a bundle."""

    def lose() -> None:
        machine.stick.rename(machine.folder / "moved")
        machine.stick.write_text("a file where the stick was")

    failing_seal(machine, lose, errors.TargetVanished)
    assert not [name for name in digests(machine.folder / "moved") if name.endswith(".age")]


def test_cancelled_while_writing(machine: Machine) -> None:
    """A person stops: nothing stays on the stick."""

    def stop() -> None:
        raise errors.Cancelled

    before = machine.contents()
    with machine.opened() as reporter:
        card = trust.find_card(reporter, "Checked desk")
        planned = sealing.plan(reporter, [machine.incident], [card.card_id])
        with pytest.raises(errors.Cancelled):
            sealing.seal(reporter, planned, machine.stick, progress=lambda _done, _total: stop())
    assert not digests(machine.stick)
    assert machine.contents() == before


@pytest.fixture
def on_small_disk(sound_machine: Machine, tmp_path: Path):
    """The machine on a disk of 10 MiB, most of which it takes."""
    with device(tmp_path / "disk", size="10m") as folder:
        yield copied(sound_machine, folder)


def test_full_disk_keeps_what_was_there(on_small_disk: Machine) -> None:
    """On a full disk the vault opens and shows everything; what needs more room than it has is refused."""
    machine = on_small_disk
    before = machine.contents()
    machine.environment()
    filler = fill(machine.folder)
    use_up(machine)
    assert EVERY_NIGHT in machine.run("show", machine.incident).out
    long = "They came back. " * 500
    require_told(machine.run("new", given=ANSWERS.replace("They came back.", long)), errors.DiskFull)
    require_told(machine.run("attach", machine.incident, str(filler)), errors.NoSpace)
    require_told(machine.run(*seal(machine)), errors.NoSpace)
    filler.unlink()
    assert machine.contents() == before
    assert machine.run("new", given=ANSWERS).status == 0


@pytest.mark.claim("C-DUR-01")
def test_full_disk_takes_what_fits_into_the_vault(on_small_disk: Machine) -> None:
    """The room that a vault has is its own: on a full disk an incident is still kept, durably and whole."""
    machine = on_small_disk
    machine.environment()
    filler = fill(machine.folder)
    ran = machine.run("new", given=ANSWERS)
    assert ran.status == 0, ran.err
    (code,) = set(re.findall(r"INC-\w+", ran.out + ran.err))
    assert "They came back." in machine.run("show", code).out
    with machine.opened() as reporter:
        reporter.store.verify()
    filler.unlink()
    assert machine.run("list").status == 0


def test_attachment_larger_than_the_disk(on_small_disk: Machine, tmp_path: Path) -> None:
    """An attachment that does not fit leaves nothing of itself, not even space that is taken."""
    machine = on_small_disk
    before = machine.contents()
    machine.environment()
    large = tmp_path / "large.mp4"
    large.write_bytes(os.urandom(8 << 20))
    free = shutil.disk_usage(machine.folder).free
    require_told(machine.run("attach", machine.incident, str(large)), errors.NoSpace)
    assert machine.contents() == before
    assert free - shutil.disk_usage(machine.folder).free < 64 << 10


@pytest.mark.parametrize("verb", [("list",), ("new",), ("create",)])
def test_protected_disk(on_small_disk: Machine, verb: tuple[str, ...]) -> None:
    """On a disk that cannot be written nothing is opened or made, and one error says so."""
    machine = on_small_disk
    machine.environment()
    before = digests(machine.folder)
    protect(machine.folder)
    folder = machine.folder / "another" if verb == ("create",) else machine.vault
    require_told(machine.run(*verb, given=ANSWERS, folder=folder), errors.ReadOnly)
    assert digests(machine.folder) == before


def test_new_vault_on_a_full_disk(tmp_path: Path, sound_machine: Machine) -> None:
    """A vault that cannot be made whole is not made at all."""
    machine = Machine(tmp_path, sound_machine.incident)
    with device(tmp_path / "disk", size="64k") as disk:
        fill(disk)
        require_told(machine.run("create", folder=disk / "vault"), errors.NoSpace)
        assert set(digests(disk)) == {"filler"}
