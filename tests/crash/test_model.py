"""The disk of the crash tests itself: what it must keep, and what it may lose."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crash.model import SECTOR, Disk, Entered, File, Left, Moved, Resized, Written
from crash.stage import Stage
from crash.states import KINDS, CrashState, _Crash

OLD, NEW = b"o" * 1000, b"n" * 1000
THROWS = 400


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    before = tmp_path / "before"
    before.mkdir()
    (before / "slots").write_bytes(OLD)
    return Disk(before)


def _file(disk: Disk, name: str) -> File:
    found = disk.root.now[name]
    assert isinstance(found, File)
    return found


def _left(disk: Disk, kind: str) -> list[dict[str, bytes]]:
    """What crashes of one kind leave."""
    trees = [_Crash(disk, kind, random.Random(throw)).tree() for throw in range(THROWS)]
    return [{path: file.content() for path, file in tree.items() if file is not None} for tree in trees]


def test_what_was_synced_is_there_after_every_crash(disk: Disk) -> None:
    """No kind of crash takes away bytes that were synced under a name whose folder was synced."""
    disk.change(Written(_file(disk, "slots"), 0, NEW), call=1)
    disk.sync(_file(disk, "slots"), begun=2)
    for kind in KINDS:
        assert {left["slots"] for left in _left(disk, kind)} == {NEW}


def test_a_sync_covers_only_what_was_written_before_it_began(disk: Disk) -> None:
    """A write that was made while a sync ran may be lost."""
    disk.change(Written(_file(disk, "slots"), 0, NEW), call=5)
    disk.sync(_file(disk, "slots"), begun=5)
    assert _left(disk, "none")[0]["slots"] == OLD


def test_a_kill_keeps_everything_that_was_done(disk: Disk) -> None:
    """The system lives on when a process dies."""
    disk.change(Written(_file(disk, "slots"), 500, NEW), call=1)
    assert _left(disk, "kill")[0]["slots"] == OLD[:500] + NEW


def test_sectors_of_a_write_are_lost_one_by_one(disk: Disk) -> None:
    """Of a torn write any sectors are old and the others new; in garbage they may be neither."""
    disk.change(Written(_file(disk, "slots"), 0, NEW), call=1)
    torn = {left["slots"] for left in _left(disk, "torn")}
    assert torn == {a * SECTOR + b * (1000 - SECTOR) for a in (b"o", b"n") for b in (b"o", b"n")}
    garbage = {left["slots"] for left in _left(disk, "garbage")}
    assert garbage > torn
    assert any(bytes(SECTOR) in content for content in garbage)


def test_a_new_file_without_its_folder_synced_may_be_gone(disk: Disk) -> None:
    """Syncing a file does not make its name durable."""
    made = disk.new_file()
    disk.change(Entered(disk.root, "new", made), call=1)
    disk.change(Written(made, 0, NEW), call=2)
    disk.sync(made, begun=3)
    assert {frozenset(left) for left in _left(disk, "subset")} == {
        frozenset({"slots"}),
        frozenset({"slots", "new"}),
    }
    disk.sync(disk.root, begun=4)
    assert {left["new"] for kind in KINDS for left in _left(disk, kind)} == {NEW}


def test_a_rename_before_its_bytes_are_synced_can_replace_a_file_by_an_empty_one(disk: Disk) -> None:
    """The oldest mistake of all is among the states."""
    made = disk.new_file()
    disk.change(Entered(disk.root, "part", made), call=1)
    disk.change(Written(made, 0, NEW), call=2)
    disk.change(Moved(disk.root, "part", disk.root, "slots"), call=3)
    assert {OLD, NEW, b""} <= {left["slots"] for left in _left(disk, "subset")}


def test_a_removed_name_may_come_back(disk: Disk) -> None:
    """A removal is durable only when its folder was synced."""
    disk.change(Left(disk.root, "slots"), call=1)
    assert {len(left) for left in _left(disk, "subset")} == {0, 1}
    disk.sync(disk.root, begun=2)
    assert {len(left) for left in _left(disk, "subset")} == {0}


def test_a_file_that_was_cut_and_grows_again_holds_zeros(disk: Disk) -> None:
    """What was cut off never comes back as if it had been written."""
    disk.change(Resized(_file(disk, "slots"), 100), call=1)
    disk.change(Written(_file(disk, "slots"), 900, NEW[:50]), call=2)
    assert _left(disk, "kill")[0]["slots"] == OLD[:100] + bytes(800) + NEW[:50]


def test_the_stage_shows_exactly_the_state(disk: Disk, tmp_path: Path) -> None:
    """Whatever was laid before and whoever wrote there since, the folder is what the state says."""
    stage = Stage(tmp_path / "stage")
    made = disk.new_file()
    disk.change(Entered(disk.root, "new", made), call=1)
    disk.change(Written(made, 0, NEW), call=2)
    disk.change(Resized(_file(disk, "slots"), 10), call=3)
    for throw, kind in enumerate(KINDS * 20):
        tree = _Crash(disk, kind, random.Random(throw)).tree()
        stage.lay(CrashState(kind, throw, "", 0, tree))
        wanted = {path: file.content() for path, file in tree.items() if file is not None}
        assert {path.name: path.read_bytes() for path in stage.root.iterdir()} == wanted
        if throw % 2:
            (stage.root / "slots").write_bytes(b"somebody worked here")
            (stage.root / "more").write_bytes(b"")
