"""The lock on a file: one at a time, of the file in place, and nobody waits."""

import os
import sys
import types

import pytest

from fieldlog import errors
from fieldlog.system import locking


def test_a_lock_keeps_a_second_one_out(tmp_path):
    """One lock at a time; released, it can be taken again; releasing twice is harmless."""
    (tmp_path / "a").write_bytes(b"x")
    first = locking.FileLock(tmp_path / "a")
    with pytest.raises(errors.VaultInUse) as caught:
        locking.FileLock(tmp_path / "a")
    assert caught.value.path == str(tmp_path)
    first.release()
    first.release()
    locking.FileLock(tmp_path / "a").release()
    with pytest.raises(errors.FileUnreadable):
        locking.FileLock(tmp_path / "b")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")
def test_only_a_plain_file_is_locked(tmp_path):
    """A pipe, a folder and a link are refused at once, and nothing stays open."""
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = os.dup(0)
    os.close(before)
    for name in ("link", "folder", "pipe"):
        with pytest.raises(errors.FileUnreadable):
            locking.FileLock(tmp_path / name)
    after = os.dup(0)
    os.close(after)
    assert after == before


def _replacing(monkeypatch, path, *, times):
    """Let another file take the place of ``path`` whenever it was opened and is about to be locked."""
    lock = locking._lock

    def late(descriptor):
        nonlocal times
        if times:
            times -= 1
            path.with_name("new").write_bytes(b"y")
            path.with_name("new").replace(path)
        lock(descriptor)

    monkeypatch.setattr(locking, "_lock", late)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file is not replaced")
def test_a_lock_is_that_of_the_file_in_place(tmp_path, monkeypatch):
    """A file that was replaced while it was opened is let go; the one in place is locked."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    _replacing(monkeypatch, path, times=1)
    lock = locking.FileLock(path)
    with pytest.raises(errors.VaultInUse):
        locking.FileLock(path)
    lock.release()
    _replacing(monkeypatch, path, times=99)
    with pytest.raises(errors.VaultInUse):
        locking.FileLock(path)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file is not removed")
def test_a_file_that_goes_before_it_is_locked_is_not_there(tmp_path, monkeypatch):
    """Whoever took it away has the last word."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    lock = locking._lock

    def late(descriptor):
        path.unlink()
        lock(descriptor)

    monkeypatch.setattr(locking, "_lock", late)
    with pytest.raises(errors.FileUnreadable):
        locking.FileLock(path)


def test_a_lock_on_windows_is_past_the_end(tmp_path, monkeypatch):
    """There a locked byte could not be read by anybody, so one far past the end is locked."""
    seen = []

    def note(descriptor, mode, count):
        seen.append((os.lseek(descriptor, 0, os.SEEK_CUR), mode, count))

    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=note, LK_NBLCK=2))
    monkeypatch.setattr(locking, "_POSIX", False)
    (tmp_path / "a").write_bytes(b"x")
    locking.FileLock(tmp_path / "a").release()
    assert seen == [(1 << 30, 2, 1)]
