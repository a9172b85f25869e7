"""Extracting: verified first, then written whole into a new private folder, or nothing at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from fieldlog import errors
from fieldlog.desk import extraction
from fieldlog.desk.extraction import extract
from fieldlog.desk.keys import OpenRegister
from fieldlog.store.register import Action
from support.forged_bundles import PHOTO, Forgery
from support.handover import new_register


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("desk") / "register") as made:
        yield made


@pytest.fixture
def bundle(desk: OpenRegister, tmp_path: Path) -> Path:
    return Forgery(register=desk, attributable=True).write(tmp_path / "bundle.age")


def left(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.iterdir())


def test_the_bag_is_written_whole_and_private(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """Every file of the bag, folders 0700 and files 0600, whatever the umask."""
    old = os.umask(0)
    try:
        done = extract(desk, bundle, tmp_path / "out")
    finally:
        os.umask(old)
    assert (tmp_path / "out/data/attachments/EV-4T8K2M.jpg").read_bytes() == PHOTO
    everything = list((tmp_path / "out").rglob("*"))
    assert done.files == sum(path.is_file() for path in everything)
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything if path.is_file()} == {0o600}
    folders = [tmp_path / "out", *(path for path in everything if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert done.report.incidents == 1


@pytest.mark.skipif(shutil.which("sha512sum") is None, reason="needs sha512sum")
def test_stock_tools_accept_the_folder(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """The extracted folder is a valid bag for sha512sum and bagit-python."""
    import bagit

    extract(desk, bundle, tmp_path / "out")
    for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        subprocess.run(["sha512sum", "-c", name], cwd=tmp_path / "out", check=True, capture_output=True)
    bagit.Bag(str(tmp_path / "out")).validate()


def test_extracting_is_in_the_audit_chain(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """An extraction is an entry of its own kind; one that failed is none."""
    report = extract(desk, bundle, tmp_path / "out").report
    last = list(desk.store.audit.entries())[-1]
    assert (last.action, last.object) == (Action.EXTRACTED, report.bundle_id)
    head = desk.store.audit.head()
    with pytest.raises(errors.TargetExists):
        extract(desk, bundle, tmp_path / "out")
    assert desk.store.audit.head() == head


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_is_left_alone(desk: OpenRegister, bundle: Path, tmp_path: Path, kind: str) -> None:
    """An existing folder, even empty, a file and a dangling link are not written into."""
    target = tmp_path / "out"
    if kind == "folder":
        target.mkdir()
    elif kind == "file":
        target.write_bytes(b"mine")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(errors.TargetExists):
        extract(desk, bundle, target)
    assert left(tmp_path) == ["bundle.age", "out"]


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, errors.NoSpace), (errno.EIO, errors.StorageFailed)]
)
def test_a_disk_that_fails_leaves_nothing(
    desk: OpenRegister,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    expected: type[errors.FieldlogError],
) -> None:
    """A full or broken disk in the middle takes everything away again, and is no extraction."""
    head = desk.store.audit.head()
    real_write, calls = os.write, 0

    def failing(descriptor: int, content: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise OSError(number, "invented")
        return real_write(descriptor, content)

    with monkeypatch.context() as patched:
        patched.setattr("fieldlog.system.files.os.write", failing)
        with pytest.raises(expected):
            extract(desk, bundle, tmp_path / "out")
    assert left(tmp_path) == ["bundle.age"]
    assert desk.store.audit.head() == head


def test_too_little_space_is_said_before_anything_is_written(
    desk: OpenRegister, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The free space is looked at first."""
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: 10)
    with pytest.raises(errors.NoSpace):
        extract(desk, bundle, tmp_path / "out")
    assert left(tmp_path) == ["bundle.age"]


def test_stopping_leaves_nothing(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """Whether stopped while verifying or while writing."""
    for after in (0, 40):
        calls: list[int] = []

        def progress(done: int, _total: int, calls: list[int] = calls, after: int = after) -> None:
            calls.append(done)
            if len(calls) > after:
                raise errors.Cancelled

        with pytest.raises(errors.Cancelled):
            extract(desk, bundle, tmp_path / "out", progress=progress)
        assert left(tmp_path) == ["bundle.age"]


def test_a_folder_that_appears_meanwhile_is_left_alone(
    desk: OpenRegister, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who makes the folder while it is written keeps theirs."""
    real = extraction._write_all

    def slow(*arguments: object) -> None:
        real(*arguments)
        (tmp_path / "out").mkdir()

    monkeypatch.setattr(extraction, "_write_all", slow)
    with pytest.raises(errors.TargetExists):
        extract(desk, bundle, tmp_path / "out")
    assert left(tmp_path) == ["bundle.age", "out"]


def test_digests_are_checked_again_while_writing(
    desk: OpenRegister, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that reads otherwise than when it was verified is not kept."""

    class Other(extraction.Sha512):
        def digest(self) -> bytes:
            return bytes(64)

    monkeypatch.setattr(extraction, "Sha512", Other)
    with pytest.raises(errors.BundleRefused, match="altered"):
        extract(desk, bundle, tmp_path / "out")
    assert left(tmp_path) == ["bundle.age"]


def test_a_parent_that_is_not_there_is_said_so(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """No folders are made on the way."""
    with pytest.raises(errors.TargetVanished):
        extract(desk, bundle, tmp_path / "none" / "out")
    assert left(tmp_path) == ["bundle.age"]


def test_a_register_that_cannot_note_it_leaves_nothing(
    desk: OpenRegister, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the entry of the audit chain cannot be written, no folder stays that nobody answers for."""
    head = desk.store.audit.head()

    class Full:
        """The register's connection, on a disk that is full when it matters."""

        def __init__(self, real: object) -> None:
            self.real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        def execute(self, statement: str, *arguments: object) -> object:
            if statement == "COMMIT":
                raise apsw.FullError("invented")
            return self.real.execute(statement, *arguments)  # type: ignore[attr-defined]

    database = desk.store._database
    with monkeypatch.context() as patched:
        patched.setattr(database, "_connection", Full(database._connection))
        with pytest.raises(errors.NoSpace):
            extract(desk, bundle, tmp_path / "out")
    assert left(tmp_path) == ["bundle.age"]
    assert desk.store.audit.head() == head
