"""Twin files: always the same size, the same times, and nothing but random bytes where nobody wrote."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.store.volume import twins
from fieldlog.store.volume.twins import TwinFiles

MIB = 1 << 20


@pytest.fixture(params=[0, 1])
def own(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def pair(tmp_path: Path, own: int) -> TwinFiles:
    twins.make(tmp_path, "vol", size=MIB)
    return TwinFiles(tmp_path, "vol", own=own)


def sizes(folder: Path) -> list[int]:
    return [twins.path_of(folder, "vol", volume).stat().st_size for volume in (0, 1)]


def failing_pwrite(monkeypatch: pytest.MonkeyPatch, *, after: int, number: int = errno.ENOSPC) -> None:
    real: Callable[..., int] = os.pwrite
    count = 0

    def pwrite(descriptor: int, content: bytes, offset: int) -> int:
        nonlocal count
        count += 1
        if count > after:
            raise OSError(number, "no")
        return real(descriptor, content, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)


def test_made_equal_and_private(tmp_path: Path) -> None:
    """Both have the size that was asked for, are for their owner only, and have nothing in common."""
    twins.make(tmp_path, "vol", size=3 * MIB // 2)
    first, second = (twins.path_of(tmp_path, "vol", volume) for volume in (0, 1))
    assert sizes(tmp_path) == [3 * MIB // 2] * 2
    assert {path.stat().st_mode & 0o777 for path in (first, second)} == {0o600}
    blocks = [
        content[at : at + 64]
        for content in (first.read_bytes(), second.read_bytes())
        for at in range(0, MIB, 64)
    ]
    assert len(set(blocks)) == len(blocks)


def test_they_grow_together(pair: TwinFiles, tmp_path: Path) -> None:
    """After growing, both have the new size, and what was there before is still there."""
    pair.write(b"kept", 100)
    seen: list[tuple[int, int]] = []
    pair.grow(4 * MIB + 5, progress=lambda done, total: seen.append((done, total)))
    assert sizes(tmp_path) == [4 * MIB + 5] * 2
    assert pair.size == 4 * MIB + 5
    assert pair.read(4, 100) == b"kept"
    assert seen[-1] == (3 * MIB + 5, 3 * MIB + 5)
    pair.grow(MIB)
    assert pair.size == 4 * MIB + 5
    pair.close()


def test_growing_can_be_cancelled(pair: TwinFiles, tmp_path: Path) -> None:
    """Cancelled growth leaves both as they were."""

    def stop(done: int, _total: int) -> None:
        if done > 2 * MIB:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        pair.grow(9 * MIB, progress=stop)
    assert sizes(tmp_path) == [MIB, MIB]
    assert pair.size == MIB
    pair.close()


@pytest.mark.parametrize("after", range(6))
def test_a_full_disk_leaves_them_as_they_were(
    pair: TwinFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Wherever the disk fills up, both keep their size."""
    failing_pwrite(monkeypatch, after=after)
    with pytest.raises(errors.NoSpace):
        pair.grow(4 * MIB)
    assert sizes(tmp_path) == [MIB, MIB]
    pair.close()


def test_no_space_is_known_before_anything_is_written(
    pair: TwinFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Growing asks for room for both files first."""
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: 5 * MIB)
    with pytest.raises(errors.NoSpace) as caught:
        pair.grow(4 * MIB)
    assert caught.value.needed == 6 * MIB
    assert sizes(tmp_path) == [MIB, MIB]
    pair.close()


def test_appended_bytes_go_to_ours_and_random_ones_to_the_other(
    pair: TwinFiles, tmp_path: Path, own: int
) -> None:
    """The other file gets as many bytes, and none of ours."""
    content = os.urandom(3 * MIB + 17)
    pair.append(content)
    pair.close()
    ours, other = (twins.path_of(tmp_path, "vol", volume).read_bytes() for volume in (own, 1 - own))
    assert ours[MIB:] == content
    assert len(other) == len(ours)
    assert content[:64] not in other


@pytest.mark.parametrize("own", [0, 1])
def test_a_killed_process_leaves_the_same_sizes_whichever_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: int
) -> None:
    """The first file is ahead by at most one step at every write, whichever is in use."""
    twins.make(tmp_path, "vol", size=MIB)
    real, order = os.pwrite, list[tuple[int, int]]()
    numbers = {twins.path_of(tmp_path, "vol", volume).stat().st_ino: volume for volume in (0, 1)}

    def pwrite(descriptor: int, content: bytes, offset: int) -> int:
        order.append((numbers[os.fstat(descriptor).st_ino], offset))
        return real(descriptor, content, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    pair = TwinFiles(tmp_path, "vol", own=own)
    pair.append(bytes(3 * MIB))
    pair.close()
    assert order == [(volume, step * MIB) for step in (1, 2, 3) for volume in (0, 1)]


@pytest.mark.parametrize("shorter", [0, 1])
def test_different_sizes_are_made_equal(tmp_path: Path, own: int, shorter: int) -> None:
    """After a kill in the middle of growing, the shorter file is filled up."""
    twins.make(tmp_path, "vol", size=3 * MIB)
    os.truncate(twins.path_of(tmp_path, "vol", shorter), MIB + 100)
    pair = TwinFiles(tmp_path, "vol", own=own)
    pair.equalise()
    assert sizes(tmp_path) == [3 * MIB] * 2
    assert pair.size == 3 * MIB
    assert pair.read(64, 2 * MIB) != bytes(64)
    pair.close()


def test_on_a_full_disk_they_stay_different(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making them equal is never a reason not to open."""
    twins.make(tmp_path, "vol", size=2 * MIB)
    os.truncate(twins.path_of(tmp_path, "vol", 1), MIB)
    pair = TwinFiles(tmp_path, "vol", own=1)
    failing_pwrite(monkeypatch, after=0)
    pair.equalise()
    assert pair.size == MIB
    pair.close()


@pytest.mark.parametrize("shorter", [0, 1])
def test_the_end_of_the_longer_file_is_never_written_over(
    tmp_path: Path, own: int, shorter: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Growing files that differ fills the shorter one up first; where that cannot be, nothing is written."""
    twins.make(tmp_path, "vol", size=3 * MIB)
    paths = [twins.path_of(tmp_path, "vol", volume) for volume in (0, 1)]
    before = [path.read_bytes() for path in paths]
    os.truncate(paths[shorter], MIB)
    pair = TwinFiles(tmp_path, "vol", own=own)
    if own == shorter:
        with pytest.raises(errors.StorageFailed):
            pair.append(b"x" * 100)
    failing_pwrite(monkeypatch, after=1)
    with pytest.raises(errors.NoSpace):
        pair.grow(4 * MIB)
    monkeypatch.undo()
    pair.grow(4 * MIB)
    pair.close()
    after = [path.read_bytes() for path in paths]
    assert [len(content) for content in after] == [4 * MIB] * 2
    assert after[1 - shorter][: 3 * MIB] == before[1 - shorter]
    assert after[shorter][:MIB] == before[shorter][:MIB]


def test_one_file_under_two_names_is_refused(tmp_path: Path, own: int) -> None:
    """Random bytes for one would be written over what is in the other."""
    twins.make(tmp_path, "media", size=MIB)
    twins.path_of(tmp_path, "media", 1).unlink()
    os.link(twins.path_of(tmp_path, "media", 0), twins.path_of(tmp_path, "media", 1))
    with pytest.raises(errors.VaultDamaged):
        TwinFiles(tmp_path, "media", own=own)


def test_a_file_that_is_far_too_long_fills_no_disk(tmp_path: Path, own: int) -> None:
    """No killed process leaves such a difference: nothing is written."""
    twins.make(tmp_path, "vol", size=MIB)
    os.truncate(twins.path_of(tmp_path, "vol", 0), 1 << 30)
    pair = TwinFiles(tmp_path, "vol", own=own)
    with pytest.raises(errors.VaultDamaged):
        pair.settle()
    pair.equalise()
    pair.close()
    assert sizes(tmp_path) == [1 << 30, MIB]


def test_filling_up_that_fails_takes_back_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk the shorter file is as it was."""
    twins.make(tmp_path, "vol", size=4 * MIB)
    os.truncate(twins.path_of(tmp_path, "vol", 1), MIB)
    pair = TwinFiles(tmp_path, "vol", own=0)
    failing_pwrite(monkeypatch, after=2)
    with pytest.raises(errors.NoSpace):
        pair.settle()
    assert sizes(tmp_path) == [4 * MIB, MIB]
    pair.close()


def test_what_power_left_empty_is_filled(tmp_path: Path, own: int) -> None:
    """Sectors of zeros in either file get random bytes; every other byte stays."""
    twins.make(tmp_path, "vol", size=3 * MIB + 512)
    paths = [twins.path_of(tmp_path, "vol", volume) for volume in (0, 1)]
    before = [bytearray(path.read_bytes()) for path in paths]
    empty = [(0, 512), (MIB + 4096, 8192), (3 * MIB, 512)]
    for path, content in zip(paths, before, strict=True):
        for at, count in empty:
            content[at : at + count] = bytes(count)
        path.write_bytes(content)
    pair = TwinFiles(tmp_path, "vol", own=own)
    pair.mend()
    pair.close()
    for path, content in zip(paths, before, strict=True):
        after = path.read_bytes()
        assert bytes(512) not in after
        for at, count in empty:
            content[at : at + count] = after[at : at + count]
        assert after == bytes(content)


def test_both_are_synced_on_the_way(pair: TwinFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not more than a bounded part of a long growth is ever unsynced."""
    monkeypatch.setattr(twins, "_UNSYNCED", 2 * MIB)
    synced: list[int] = []
    monkeypatch.setattr("fieldlog.system.files.sync_descriptor", synced.append)
    for _ in range(6):
        pair.append(bytes(MIB))
    assert len(synced) == 6
    pair.close()


def test_never_longer_by_writing(pair: TwinFiles) -> None:
    """A write beyond the end is a mistake of the caller."""
    with pytest.raises(errors.UsageError):
        pair.write(b"xx", MIB - 1)
    pair.close()
    pair.close()


@pytest.mark.parametrize("stem", ["vol", "media"])
@pytest.mark.parametrize("missing", [0, 1])
def test_a_missing_file_is_damage(tmp_path: Path, stem: str, missing: int, own: int) -> None:
    """Also the file that is not ours: a folder without it was half copied."""
    twins.make(tmp_path, stem, size=4096)
    twins.path_of(tmp_path, stem, missing).unlink()
    with pytest.raises(errors.VaultDamaged):
        TwinFiles(tmp_path, stem, own=own)


def test_a_vanished_folder_is_not_damage(tmp_path: Path) -> None:
    """When the whole folder is away, the disk is."""
    with pytest.raises(errors.TargetVanished):
        TwinFiles(tmp_path / "away", "vol", own=0)


def test_times_are_made_equal(pair: TwinFiles, tmp_path: Path) -> None:
    """Last access and last change are the same to the nanosecond."""
    pair.write(b"x", 0)
    pair.close()
    twins.equalise_times(tmp_path, ("vol",))
    facts = [twins.path_of(tmp_path, "vol", volume).stat() for volume in (0, 1)]
    assert len({(fact.st_mtime_ns, fact.st_atime_ns, fact.st_size, fact.st_blocks) for fact in facts}) == 1
    twins.equalise_times(tmp_path / "away", ("vol",))
