import errno
import os
import stat
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.system import files, renaming


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize(
    ("number", "reading", "expected"),
    [
        (errno.ENOSPC, False, errors.DiskFull),
        (errno.EDQUOT, False, errors.DiskFull),
        (errno.EROFS, False, errors.ReadOnly),
        (errno.EACCES, False, errors.ReadOnly),
        (errno.ENOENT, False, errors.TargetVanished),
        (errno.ENODEV, False, errors.TargetVanished),
        (errno.EEXIST, False, errors.TargetExists),
        (errno.EIO, False, errors.StorageFailed),
        (errno.EBADF, False, errors.StorageFailed),
        (errno.EIO, True, errors.StorageFailed),
        (errno.ENOENT, True, errors.FileUnreadable),
        (errno.EACCES, True, errors.FileUnreadable),
        (errno.EISDIR, True, errors.FileUnreadable),
        (errno.ENAMETOOLONG, True, errors.FileUnreadable),
        (errno.ENAMETOOLONG, False, errors.ImpossibleName),
        (errno.EINVAL, True, errors.FileUnreadable),
        (errno.EINVAL, False, errors.StorageFailed),
        (None, True, errors.StorageFailed),
    ],
)
def test_each_refusal_of_the_system_has_its_error(tmp_path, number, reading, expected):
    """What the system reports arrives as the one error that names it, with the path inside."""
    found = files.translate_os_error(OSError(number, "x"), path=tmp_path / "secret name", reading=reading)
    assert type(found) is expected
    assert found.path == str(tmp_path / "secret name")
    assert "secret" not in str(found)


def test_translating_hides_the_system_message():
    """The system's own message, which repeats the path, is not chained to the error."""
    with pytest.raises(errors.TargetVanished) as caught, files.translating("/a"):
        raise FileNotFoundError(errno.ENOENT, "x", "/a/somebody")
    assert caught.value.__suppress_context__


def test_a_written_file_is_whole_and_private(tmp_path):
    """An atomic write gives a file of mode 0600 with every byte, and no other file."""
    with files.atomic_write(tmp_path / "a") as target:
        assert target.writable()
        assert target.write(b"12") == 2
        assert target.write(memoryview(b"345")) == 3
        assert target.tell() == 5
        assert os.fstat(target.fileno()).st_size == 5
        assert _names(tmp_path) != ["a"]
    assert (tmp_path / "a").read_bytes() == b"12345"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert _names(tmp_path) == ["a"]


def test_partial_writes_are_continued(tmp_path, monkeypatch):
    """A system that writes less than it was given is asked again."""
    original = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, content: original(descriptor, bytes(content[:1])))
    files.write_whole(tmp_path / "a", b"abc")
    assert (tmp_path / "a").read_bytes() == b"abc"


@pytest.mark.parametrize("error", [errors.Cancelled(), RuntimeError(), KeyboardInterrupt()])
def test_whatever_ends_a_write_leaves_nothing(tmp_path, error):
    """A block that raises leaves the old file and no other."""
    (tmp_path / "a").write_bytes(b"old")

    def write_and_stop():
        with files.atomic_write(tmp_path / "a") as target:
            target.write(b"new")
            raise error

    with pytest.raises(type(error)):
        write_and_stop()
    assert _names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("call", "number", "expected"),
    [
        ("write", errno.ENOSPC, errors.NoSpace),
        ("fsync", errno.EIO, errors.StorageFailed),
        ("open", errno.EROFS, errors.ReadOnly),
        ("replace", errno.ENODEV, errors.TargetVanished),
    ],
)
def test_a_failing_system_call_leaves_the_old_file(tmp_path, monkeypatch, call, number, expected):
    """Wherever the system refuses, the old file stays, nothing else does, and one error says why."""
    (tmp_path / "a").write_bytes(b"old")

    def refuse(*_arguments, **_options):
        raise OSError(number, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(Path if call == "replace" else os, call, refuse)
        with pytest.raises(expected):
            files.write_whole(tmp_path / "a", b"new")
    assert _names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_an_existing_target_is_not_replaced_unasked(tmp_path):
    """Without leave to replace, an existing file is refused before anything is written."""
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(errors.TargetExists):
        files.write_whole(tmp_path / "a", b"new", replace=False)
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_target_that_appears_meanwhile_is_not_replaced(tmp_path):
    """A file that somebody else made during the write is left alone."""
    with pytest.raises(errors.TargetExists), files.atomic_write(tmp_path / "a", replace=False):
        (tmp_path / "a").write_bytes(b"theirs")
    assert (tmp_path / "a").read_bytes() == b"theirs"
    assert _names(tmp_path) == ["a"]


@pytest.mark.parametrize("system", ["links", "no links", "windows"])
def test_a_target_that_appears_at_the_last_moment_is_not_replaced(tmp_path, monkeypatch, system):
    """However late somebody else makes the file, it is theirs: also without hard links."""
    if system == "windows":
        # A rename there refuses an existing name.
        monkeypatch.setattr(renaming, "_POSIX", False)
        monkeypatch.setattr(Path, "rename", os_link_as_rename)
    if system == "no links":
        monkeypatch.setattr(os, "link", refuse_links)
    files.write_whole(tmp_path / "b", b"ours", replace=False)
    assert (tmp_path / "b").read_bytes() == b"ours"
    monkeypatch.setattr(os.path, "lexists", lambda _path: False)
    (tmp_path / "a").write_bytes(b"theirs")
    with pytest.raises(errors.TargetExists):
        files.write_whole(tmp_path / "a", b"ours", replace=False)
    assert (tmp_path / "a").read_bytes() == b"theirs"
    assert _names(tmp_path) == ["a", "b"]


def refuse_links(*_arguments):
    raise PermissionError(errno.EPERM, "no links here")


def os_link_as_rename(source, target):
    os.link(source, target)
    os.unlink(source)


def test_a_reserved_name_is_given_back(tmp_path, monkeypatch):
    """Without links, a rename that fails leaves neither the reservation nor the temporary file."""
    monkeypatch.setattr(os, "link", refuse_links)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "x")))
    with pytest.raises(errors.StorageFailed):
        files.write_whole(tmp_path / "a", b"ours", replace=False)
    assert _names(tmp_path) == []


@pytest.mark.parametrize("name", ["a" * 300, "a/b\0c", "\ud800\x00"])
def test_names_that_no_file_has(tmp_path, name):
    """Asking for what cannot be there is one of our errors and not the system's."""
    with pytest.raises(errors.FileUnreadable):
        files.exists(tmp_path / name)
    (tmp_path / "f").write_bytes(b"")
    assert files.exists(tmp_path / "f")
    assert not files.exists(tmp_path / "f" / "g")
    assert not files.exists(tmp_path / "g" / "h")


def test_a_folder_that_may_not_be_entered(tmp_path, monkeypatch):
    """An unreadable parent is said to be one, and is not taken for an empty place."""
    monkeypatch.setattr(
        Path, "stat", lambda *_, **__: (_ for _ in ()).throw(PermissionError(errno.EACCES, "x"))
    )
    with pytest.raises(errors.FileUnreadable):
        files.exists(tmp_path / "a")
    with pytest.raises(errors.MachineError):
        files.free_space(tmp_path / "a")


@pytest.mark.parametrize("replace", [True, False])
def test_a_folder_that_cannot_be_synced(tmp_path, monkeypatch, replace):
    """When the rename cannot be made durable it is an error, and a new file is taken away again."""
    monkeypatch.setattr(
        files, "sync_folder", lambda _folder: (_ for _ in ()).throw(errors.StorageFailed(str(tmp_path)))
    )
    with pytest.raises(errors.StorageFailed):
        files.write_whole(tmp_path / "a", b"new", replace=replace)
    assert _names(tmp_path) == (["a"] if replace else [])


def test_a_missing_folder_is_a_vanished_target(tmp_path):
    """Writing where there is no folder is reported as such."""
    with pytest.raises(errors.TargetVanished):
        files.write_whole(tmp_path / "no" / "a", b"x")


def test_file_systems_without_folder_sync_are_accepted(tmp_path, monkeypatch):
    """A file system that does not know fsync of a folder is no error; any other refusal is."""
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EINVAL, "x")))
    files.sync_folder(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "x")))
    with pytest.raises(errors.StorageFailed):
        files.sync_folder(tmp_path)


def test_sync_goes_past_the_drive_cache_on_macos(tmp_path, monkeypatch):
    """On macOS the stronger call is used, and plain fsync only where that is not known."""
    import fcntl

    calls = []
    monkeypatch.setattr(files.sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda descriptor, command: calls.append(command))
    with (tmp_path / "a").open("wb") as handle:
        files.sync_descriptor(handle.fileno())
        assert calls == [51]
        monkeypatch.setattr(fcntl, "fcntl", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOTSUP, "x")))
        monkeypatch.setattr(os, "fsync", lambda descriptor: calls.append("fsync"))
        files.sync_descriptor(handle.fileno())
    assert calls == [51, "fsync"]


def test_windows_has_no_folder_sync(tmp_path, monkeypatch):
    """Where the system offers no sync of a folder, nothing is called."""
    monkeypatch.setattr(files, "_POSIX", False)
    files.sync_folder(tmp_path / "not there")


def test_sources_are_plain_files(tmp_path):
    """A folder, a pipe and a missing file are refused at once; a pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "missing"):
        with pytest.raises(errors.FileUnreadable):
            files.open_source(tmp_path / name)


def test_a_source_reads_like_a_file(tmp_path):
    """A source has a size, can be read in pieces and moved in, and closes twice."""
    (tmp_path / "a").write_bytes(b"0123456789")
    with files.open_source(tmp_path / "a") as source:
        assert source.size == 10
        assert source.readable()
        assert source.seekable()
        assert os.fstat(source.fileno()).st_size == 10
        assert source.read(4) == b"0123"
        assert source.tell() == 4
        assert source.seek(-1, os.SEEK_END) == 9
        assert source.read() == b"9"
    source.close()


def test_a_source_that_fails_while_read(tmp_path, monkeypatch):
    """An input/output error and a device that went away arrive as their errors."""
    (tmp_path / "a").write_bytes(b"x")
    with files.open_source(tmp_path / "a") as source:
        for number, expected in ((errno.EIO, errors.StorageFailed), (errno.ENODEV, errors.FileUnreadable)):
            with monkeypatch.context() as patch:
                patch.setattr(
                    os, "read", lambda *_, number=number: (_ for _ in ()).throw(OSError(number, "x"))
                )
                with pytest.raises(expected):
                    source.read(1)


def test_small_files_have_a_limit(tmp_path):
    """A file at the limit is read, one byte more is refused."""
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert files.read_small(tmp_path / "a", limit=10) == b"x" * 10
    with pytest.raises(errors.FileUnreadable):
        files.read_small(tmp_path / "a", limit=9)


def test_free_space_of_a_place_that_does_not_exist_yet(tmp_path):
    """The nearest existing parent answers, and too little is said with both numbers."""
    assert files.free_space(tmp_path / "a" / "b") > 0
    files.require_space(tmp_path, needed=1)
    with pytest.raises(errors.NoSpace) as caught:
        files.require_space(tmp_path, needed=1 << 60)
    assert caught.value.needed == 1 << 60
    assert caught.value.free > 0


def test_a_name_that_is_too_long_is_called_so(tmp_path):
    """Nothing vanished: the folder is there, only the name cannot be."""
    with pytest.raises(errors.ImpossibleName):
        files.write_whole(tmp_path / ("a" * 300), b"x", replace=False)
    assert not list(tmp_path.iterdir())
