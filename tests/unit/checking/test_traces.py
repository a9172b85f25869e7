"""What looking at a vault leaves behind, and what it does not wait for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import checking, recovering
from fieldlog.primitives import kdf
from fieldlog.system import files
from fieldlog.system.clock import FixedClock
from support.damaged import MORNING, PASSPHRASE, RECOVERY, Sample

PAIRS = ("vol", "media")
LONG_AGO = 1_000_000_000_000_000_000
"""Nanoseconds: older than any change, so that a system that notes the first reading only notes this one."""


def check(folder: Path) -> None:
    """Look at everything."""
    checking.check(folder=folder, passphrase=PASSPHRASE)


def recover(folder: Path) -> None:
    """Save everything into a fresh vault."""
    with recovering.opened(folder=folder, passphrase=PASSPHRASE) as damaged:
        recovering.recover(
            damaged,
            into=folder.with_name("recovered"),
            passphrase=PASSPHRASE,
            recovery=RECOVERY,
            clock=FixedClock(MORNING),
            profile=kdf.CHEAPEST_FOR_TESTS,
        )


@pytest.mark.parametrize("noted", [False, True])
@pytest.mark.parametrize("look", [check, recover])
def test_the_times_do_not_tell_what_is_used(
    folder: Path, look: Callable[[Path], None], noted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both files of a pair have one time of last access afterwards, also where the system notes each reading."""
    if noted:
        monkeypatch.setattr(files, "_UNNOTED", 0)
    changed = {}
    for path in folder.iterdir():
        changed[path.name] = path.stat().st_mtime_ns
        os.utime(path, ns=(LONG_AGO, changed[path.name]))
    look(folder)
    for stem in PAIRS:
        assert len({(folder / f"{stem}-{letter}").stat().st_atime_ns for letter in "ab"}) == 1
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == changed


def put_in_place(path: Path, kind: str) -> None:
    """Something that is no plain file, in place of one."""
    path.unlink()
    if kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)


@pytest.mark.skipif(os.name != "posix", reason="special files of a POSIX system")
@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_a_volume_that_is_no_file(folder: Path, sample: Sample, kind: str) -> None:
    """A folder or a FIFO in place of the volume is damage, and nobody waits for what comes out of it."""
    put_in_place(folder / f"vol-{sample.own}", kind)
    with pytest.raises(errors.VaultDamaged) as caught:
        check(folder)
    assert caught.value.part == "database"


@pytest.mark.skipif(os.name != "posix", reason="special files of a POSIX system")
@pytest.mark.parametrize("kind", ["folder", "fifo"])
@pytest.mark.parametrize("own", [True, False])
def test_attachments_that_are_no_file(folder: Path, sample: Sample, kind: str, own: bool) -> None:
    """In place of the attachments it is found, and every attachment of ours is named."""
    letter = sample.own if own else ({"a", "b"} - {sample.own}).pop()
    put_in_place(folder / f"media-{letter}", kind)
    found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
    assert "file-special" in {finding.slug for finding in found}
    named = {finding.code for finding in found if finding.slug == "attachment-damaged"}
    assert named == (set(sample.everything.files) if own else set())


@pytest.mark.skipif(os.name != "posix", reason="special files of a POSIX system")
@pytest.mark.parametrize("kind", ["folder", "fifo"])
def test_slots_that_are_no_file(folder: Path, kind: str) -> None:
    """Slots that are no plain file are damaged slots."""
    put_in_place(folder / "slots", kind)
    with pytest.raises(errors.VaultDamaged) as caught:
        check(folder)
    assert caught.value.part == "slots"
