import os
import stat
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.system import paths


def test_default_places_are_apart():
    """Vault and register have a place of their own below one folder of the program."""
    assert paths.default_vault_folder().name == "vault"
    assert paths.default_register_folder().name == "register"
    assert paths.default_vault_folder().parent == paths.default_register_folder().parent


def test_home_is_shown_as_a_tilde(tmp_path, monkeypatch):
    """The user's name, which is in the path of the home folder, is not shown."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert paths.home_relative(tmp_path / "a" / "b") == os.path.join("~", "a", "b")
    assert paths.home_relative(Path("/elsewhere/b")) == "/elsewhere/b"


def test_made_folders_are_private(tmp_path):
    """A new folder and its missing parents are 0700; an existing one is refused."""
    folder = tmp_path / "a" / "b"
    paths.make_private_folder(folder)
    assert [stat.S_IMODE(place.stat().st_mode) for place in (folder, folder.parent)] == [0o700, 0o700]
    paths.require_private(folder)
    with pytest.raises(errors.TargetExists):
        paths.make_private_folder(folder)


def test_a_folder_below_a_file_cannot_be_made(tmp_path):
    """The system's refusal arrives as a machine error."""
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(errors.MachineError):
        paths.make_private_folder(tmp_path / "a" / "b")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o710, 0o777])
def test_looser_folders_are_refused(tmp_path, mode):
    """Any bit for others makes a folder unsafe."""
    folder = tmp_path / "v"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(errors.UnsafePermissions) as caught:
        paths.require_private(folder)
    assert caught.value.path == str(folder)


def test_loose_files_and_links_inside_are_refused(tmp_path):
    """A file others can read, a link, and a folder that is not one are unsafe too."""
    folder = tmp_path / "v"
    folder.mkdir(mode=0o700)
    inner = folder / "f"
    inner.write_bytes(b"")
    inner.chmod(0o640)
    with pytest.raises(errors.UnsafePermissions):
        paths.require_private(folder)
    inner.chmod(0o600)
    paths.require_private(folder)
    (folder / "sub").mkdir(mode=0o700)
    paths.require_private(folder)
    (folder / "link").symlink_to(inner)
    with pytest.raises(errors.NotOrdinary) as caught:
        paths.require_private(folder)
    assert caught.value.path == str(folder / "link")
    (folder / "link").unlink()
    os.mkfifo(folder / "pipe", 0o600)
    with pytest.raises(errors.NotOrdinary):
        paths.require_private(folder)
    (folder / "pipe").unlink()
    (tmp_path / "w").symlink_to(folder)
    with pytest.raises(errors.NotOrdinary):
        paths.require_private(tmp_path / "w")


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    """Ownership counts as well as mode bits."""
    folder = tmp_path / "v"
    folder.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    with pytest.raises(errors.UnsafePermissions):
        paths.require_private(folder)


def test_systems_without_mode_bits_are_not_checked(tmp_path, monkeypatch):
    """On Windows the profile's access list protects, and there is nothing to look at."""
    monkeypatch.setattr(paths, "_POSIX", False)
    paths.require_private(tmp_path / "not there")
