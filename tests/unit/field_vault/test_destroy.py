"""Destroying a vault: after the keys are overwritten nothing opens, whatever interrupts or stands in the way."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import destruction, recording, vault, volumes
from fieldlog.field.destruction import destroy, is_there
from fieldlog.model.quick import QuickCapture
from fieldlog.store.vault import folder as store_folder
from fieldlog.system import files, overwriting

from .conftest import PASSPHRASE, RECOVERY

UNIT = 4096
OTHERS = (errors.VaultMissing, errors.VaultDamaged, errors.CannotUnlock)


def _nothing_opens(folder, clock):
    for secret in (PASSPHRASE, RECOVERY):
        with pytest.raises(OTHERS):
            vault.unlock(folder=folder, passphrase=secret, clock=clock).lock()


def _everything_opens(folder, clock):
    for secret in (PASSPHRASE, RECOVERY):
        vault.unlock(folder=folder, passphrase=secret, clock=clock).lock()


@pytest.mark.claim("C-DES-01")
def test_a_destroyed_vault_is_gone(folder, clock):
    """One call, no passphrase: nothing opens, no file is left, and the face hears first that the keys are gone."""
    heard = []
    destroyed = destroy(folder, keys_gone=lambda: heard.append((folder / "slots").exists()))
    assert (destroyed.found, destroyed.overwritten, destroyed.left) == (True, True, ())
    assert heard == [False]
    assert not folder.exists()
    assert not is_there(folder)
    _nothing_opens(folder, clock)


@pytest.mark.claim("C-DES-01")
def test_doing_it_again_is_harmless(folder):
    """On nothing it does nothing and says so."""
    destroy(folder)
    again = destroy(folder)
    assert (again.found, again.left) == (False, ())


def test_only_a_vault_is_touched(tmp_path):
    """A folder that is no vault keeps everything, also files that happen to have such names."""
    folder = tmp_path / "documents"
    folder.mkdir()
    for name, content in (("slots", b"x" * 100), ("media", b"film"), ("fieldlog.json", b"{}"), ("a", b"")):
        (folder / name).write_bytes(content)
    assert not is_there(folder)
    assert destroy(folder).found is False
    assert {path.name for path in folder.iterdir()} == {"slots", "media", "fieldlog.json", "a"}


def test_files_of_others_stay_and_are_named(folder):
    """What is not the vault's is not removed."""
    (folder / "notes.txt").write_text("mine")
    assert destroy(folder).left == (str(folder / "notes.txt"),)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.claim("C-DES-01")
@pytest.mark.parametrize("attachment", [0, 3 << 20])
def test_4096_bytes_end_it_whatever_its_size(folder, unlock, tmp_path, monkeypatch, attachment):
    """Before nothing opens any more, exactly 4,096 bytes are written, into ``slots``, and synced."""
    if attachment:
        with unlock() as opened:
            code = recording.save(opened, None, QuickCapture(what="x"), ready=True)
            (tmp_path / "f").write_bytes(os.urandom(attachment))
            recording.attach(opened, code, tmp_path / "f")
    written, synced = [], []
    write, sync = os.write, files.sync_descriptor

    def counted(descriptor, content):
        written.append((os.fstat(descriptor).st_ino, len(content)))
        return write(descriptor, content)

    def noted(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    slots = (folder / "slots").stat().st_ino
    before = (folder / "slots").read_bytes()
    kept = os.open(folder / "slots", os.O_RDONLY)
    monkeypatch.setattr(os, "write", counted)
    monkeypatch.setattr(files, "sync_descriptor", noted)
    destroy(folder, keys_gone=lambda: written.append("gone"))
    assert written == [(slots, UNIT), "gone"]
    assert synced[0] == slots
    # In place: whoever still has the file open sees the new bytes.
    after = os.pread(kept, UNIT + 1, 0)
    os.close(kept)
    assert len(after) == UNIT
    assert sum(one == other for one, other in zip(before, after, strict=True)) < 100


@pytest.mark.claim("C-DES-01")
def test_both_volumes_are_ended(folder, unlock, clock):
    """The second vault goes with the first one, without its passphrase."""
    second = vault.secret_of(("other words for the other volume of this one",))
    recovery = vault.secret_of(vault.propose_recovery("en"))
    with unlock() as opened:
        volumes.make_second_vault(opened, passphrase=second, recovery=recovery)
    vault.unlock(folder=folder, passphrase=second, clock=clock).lock()
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert destroy(folder).overwritten
    # Even with every other file put back: what opens them is gone.
    folder.mkdir(mode=0o700)
    for name, content in kept.items():
        (folder / name).write_bytes(os.urandom(UNIT) if name == "slots" else content)
        (folder / name).chmod(0o600)
    for secret in (PASSPHRASE, RECOVERY, second, recovery):
        with pytest.raises(errors.CannotUnlock):
            vault.unlock(folder=folder, passphrase=secret, clock=clock)


def test_a_vault_that_is_open_is_destroyed(folder, unlock, clock):
    """Another process that has it open keeps nobody from it, and its lock does not bring the keys back."""
    opened = unlock()
    recording.save(opened, None, QuickCapture(what="x"), ready=True)
    assert destroy(folder).found
    opened.lock()
    assert not (folder / "slots").exists()
    _nothing_opens(folder, clock)


def test_an_open_vault_does_not_bring_overwritten_keys_back(folder, unlock, clock, monkeypatch):
    """A lock between the overwriting and the removal writes nothing that opens; that ``slots`` stay is told."""
    opened = unlock()
    told = []
    recording.save(opened, None, QuickCapture(what="x"), ready=True)
    monkeypatch.setattr(overwriting, "remove", lambda _paths: {})
    with pytest.raises(errors.VaultInUse):
        destroy(folder, keys_gone=lambda: told.append(1))
    opened.lock()
    assert told == []
    assert (folder / "slots").exists()
    _nothing_opens(folder, clock)


@pytest.mark.claim("C-DES-01")
@pytest.mark.parametrize("moment", ["overwritten", "before the rest", "after the rest"])
def test_slots_that_an_open_vault_writes_meanwhile_are_ended(folder, clock, monkeypatch, moment):
    """Keys read before and written back at any step of the destruction are overwritten and removed as well."""
    slots = (folder / "slots").read_bytes()
    ended, kept = [], []
    overwrite, rest = overwriting.overwrite, destruction._remove_rest

    def written_back():
        if not kept:
            folder.mkdir(mode=0o700, exist_ok=True)
            store_folder.write_slots(folder, slots)
            kept.append(os.open(folder / "slots", os.O_RDONLY))

    def overwriting_(paths, **named):
        refused = overwrite(paths, **named)
        ended.extend(paths)
        if moment == "overwritten":
            written_back()
        return refused

    def removing(places):
        if moment == "before the rest":
            written_back()
        left = rest(places)
        if moment == "after the rest":
            written_back()
        return left

    monkeypatch.setattr(overwriting, "overwrite", overwriting_)
    monkeypatch.setattr(destruction, "_remove_rest", removing)
    assert destroy(folder) == destruction.Destroyed(found=True, overwritten=True, left=())
    assert ended == [folder / "slots"] * 2
    assert os.pread(kept[0], UNIT, 0) != slots
    os.close(kept[0])
    assert not folder.exists()


def test_keys_that_come_back_every_time_are_an_error(folder, monkeypatch):
    """A destruction that ``slots`` survive is never reported as one that succeeded."""
    slots = (folder / "slots").read_bytes()
    remove = overwriting.remove

    def removing(paths):
        refused = remove(paths)
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / "slots").write_bytes(slots)
        return refused

    monkeypatch.setattr(overwriting, "remove", removing)
    with pytest.raises(errors.VaultInUse):
        destroy(folder)


@pytest.mark.claim("C-DES-01")
def test_a_renewal_that_ends_meanwhile_is_destroyed_too(folder, clock, monkeypatch):
    """Folders that get another name between the list and the overwriting are found under that one."""
    complete, aside = (folder.with_name(f".{folder.name}-{'ab' * 8}.{end}") for end in ("new", "old"))
    shutil.copytree(folder, complete)
    overwrite = overwriting.overwrite
    moves = [(folder, aside), (complete, folder)]

    def overwriting_(paths, **named):
        while moves:
            old, new = moves.pop(0)
            old.rename(new)
        return overwrite(paths, **named)

    monkeypatch.setattr(overwriting, "overwrite", overwriting_)
    assert destroy(folder).left == ()
    assert list(folder.parent.iterdir()) == []
    _nothing_opens(folder, clock)


def test_a_list_made_during_a_rename_ends_nothing(folder, monkeypatch):
    """One list that finds no vault, because its folders have other names by then, is not believed."""
    places, calls = destruction._places, []

    def missed(place):
        calls.append(1)
        return [] if len(calls) in (1, 3, 4) else places(place)

    monkeypatch.setattr(destruction, "_places", missed)
    assert destroy(folder).found
    assert not folder.exists()


def test_a_renewal_after_a_destruction_leaves_nothing(folder):
    """What another process builds in place of a destroyed vault does not become a vault, nor keep its keys."""
    slots = (folder / "slots").read_bytes()
    kept = []

    def renew():
        with store_folder.replacing(folder, still_there=lambda: None) as building:
            destroy(folder)
            building.mkdir(exist_ok=True)
            (building / "slots").write_bytes(slots)
            kept.append(os.open(building / "slots", os.O_RDONLY))

    with pytest.raises(errors.TargetVanished):
        renew()
    assert os.pread(kept[0], UNIT, 0) != slots
    os.close(kept[0])
    assert list(folder.parent.iterdir()) == []


@pytest.mark.parametrize("finished_by_another", [False, True])
def test_a_replacement_overwrites_the_old_keys(folder, clock, monkeypatch, finished_by_another):
    """The slots of the old folder are random bytes before it goes, also if another process did the last rename."""
    before = (folder / "slots").read_bytes()
    kept = os.open(folder / "slots", os.O_RDONLY)
    rename = Path.rename

    def renaming(path, target):
        moved = rename(path, target)
        if finished_by_another and Path(target).name.endswith(".old"):
            store_folder.finish_replacement(folder)
        return moved

    monkeypatch.setattr(Path, "rename", renaming)
    with store_folder.replacing(folder, still_there=lambda: None) as building:
        shutil.copytree(folder, building, dirs_exist_ok=True)
    after = os.pread(kept, UNIT, 0)
    os.close(kept)
    assert sum(one == other for one, other in zip(before, after, strict=True)) < 100
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    _everything_opens(folder, clock)


def test_leftovers_with_keys_go_too(folder, clock):
    """Temporary files of killed processes, and folders of an unfinished replacement, hold keys as well."""
    slots = (folder / "slots").read_bytes()
    part = folder / ".0123456789abcdef.part"
    part.write_bytes(slots)
    beside = [folder.with_name(f".{folder.name}-{'ab' * 8}.{end}") for end in ("old", "new", "part")]
    beside.append(folder.with_name(".0123456789abcdef.part"))
    for place in beside:
        shutil.copytree(folder, place)
    stranger = folder.with_name(f".other-{'ab' * 8}.old")
    shutil.copytree(folder, stranger)
    destroy(folder)
    assert [path.name for path in folder.parent.iterdir()] == [stranger.name]
    # In the middle of a replacement there is no folder of that name.
    shutil.copytree(stranger, beside[0])
    assert is_there(folder)
    assert destroy(folder).found
    assert [path.name for path in folder.parent.iterdir()] == [stranger.name]


def test_remains_can_be_destroyed(folder, clock):
    """Whatever a first try left is taken for what it is."""
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        copy = folder.with_name(f"only-{name}")
        copy.mkdir()
        shutil.copy(folder / name, copy)
        assert destroy(copy).found, name
        assert not copy.exists()


def test_taken_permissions_are_no_obstacle(folder):
    """Modes that the owner took away himself keep nothing from being destroyed."""
    for path in folder.iterdir():
        path.chmod(0o400)
    folder.chmod(0o500)
    assert destroy(folder) == destruction.Destroyed(found=True, overwritten=True, left=())
    assert not folder.exists()


@pytest.mark.parametrize("content", [b"y" * 100, b"y" * (UNIT + 1)])
def test_links_are_removed_and_not_followed(folder, tmp_path, content):
    """A link in place of ``slots`` does not lead random bytes into a file that cannot be one of keys."""
    other = tmp_path / "other"
    other.write_bytes(content)
    (folder / "slots").unlink()
    (folder / "slots").symlink_to(other)
    destroyed = destroy(folder)
    assert (destroyed.found, destroyed.overwritten) == (True, False)
    assert not folder.exists()
    assert other.read_bytes() == content


def _linked(folder, tmp_path, name="slots"):
    """The keys are moved elsewhere, and a link leads to them."""
    elsewhere = tmp_path / "elsewhere" / "keys"
    elsewhere.parent.mkdir()
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    return elsewhere


@pytest.mark.parametrize("name", ["slots", ".0123456789abcdef.part"])
def test_keys_behind_a_link_are_overwritten(folder, tmp_path, name):
    """Where ``slots`` is a link, the keys it leads to are ended; the file stays and holds nothing of them."""
    if name != "slots":
        shutil.copy(folder / "slots", folder / name)
    elsewhere = _linked(folder, tmp_path, name)
    elsewhere.chmod(0o400)
    before = elsewhere.read_bytes()
    assert destroy(folder) == destruction.Destroyed(found=True, overwritten=True, left=())
    after = elsewhere.read_bytes()
    assert len(after) == UNIT
    assert sum(one == other for one, other in zip(before, after, strict=True)) < 100


@pytest.mark.parametrize("obstacle", ["another's", "away", "refused"])
def test_keys_behind_a_link_that_stay_are_an_error(folder, tmp_path, monkeypatch, obstacle):
    """Keys elsewhere that cannot be overwritten are never said to be gone, and doing it again ends them."""
    elsewhere = _linked(folder, tmp_path)
    before, told = elsewhere.read_bytes(), []
    if obstacle == "another's":
        user = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: user + 1)
    elif obstacle == "away":
        elsewhere.parent.rename(tmp_path / "stick")
    else:

        def refused(_path, _content):
            raise OSError(30, "read-only")

        monkeypatch.setattr(overwriting, "_overwrite_one", refused)
    with pytest.raises(errors.TargetVanished if obstacle == "away" else errors.ReadOnly) as caught:
        destroy(folder, keys_gone=lambda: told.append(1))
    monkeypatch.undo()
    assert told == []
    assert caught.value.path == str(elsewhere)
    if obstacle == "away":
        (tmp_path / "stick").rename(elsewhere.parent)
    assert elsewhere.read_bytes() == before
    assert destroy(folder).found
    assert elsewhere.read_bytes() != before
    assert not folder.exists()


def test_a_folder_in_place_of_the_keys_is_named(folder):
    """A folder called ``slots`` is said to be no plain file, and not a disk that fails."""
    (folder / "slots").unlink()
    (folder / "slots").mkdir()
    with pytest.raises(errors.FileUnreadable):
        destroy(folder)


def test_keys_that_cannot_be_overwritten_are_removed(folder, clock, monkeypatch):
    """A disk that takes no byte any more still lets a file go, and the report says the difference."""

    def full(_descriptor, _content):
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "write", full)
    destroyed = destroy(folder)
    monkeypatch.undo()
    assert (destroyed.found, destroyed.overwritten, destroyed.left) == (True, False, ())
    _nothing_opens(folder, clock)


def test_keys_that_stay_are_an_error(folder, clock, monkeypatch):
    """Where the system neither overwrites nor removes, it is said, and never that the vault is destroyed."""
    told = []

    def refused(path, *_arguments):
        raise OSError(30, "read-only")

    monkeypatch.setattr(overwriting, "_open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(errors.ReadOnly):
        destroy(folder, keys_gone=lambda: told.append(1))
    monkeypatch.undo()
    assert told == []
    _everything_opens(folder, clock)


KILLED = """
import os, sys
from pathlib import Path
from fieldlog.field.destruction import destroy
stop, calls = int(sys.argv[2]), 0

def counting(name):
    real = getattr(os, name)
    def counted(*arguments, **named):
        global calls
        calls += 1
        if calls == stop:
            os._exit(9)
        return real(*arguments, **named)
    setattr(os, name, counted)

for name in ("open", "write", "fsync", "unlink", "rmdir", "close"):
    counting(name)
destroy(Path(sys.argv[1]))
print(calls)
"""


@pytest.mark.claim("C-DES-01")
@pytest.mark.skipif(os.name != "posix", reason="counts the calls of a POSIX system")
def test_killed_at_every_call_it_is_whole_or_gone(template, tmp_path, clock):
    """Killed before the bytes are written everything opens, after it nothing; a second run ends it either way."""
    outcomes = []
    for stop in range(1, 60):
        folder = tmp_path / f"v{stop}" / "vault"
        shutil.copytree(template, folder)
        slots = (folder / "slots").read_bytes()
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(stop)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
            capture_output=True,
        )
        whole = (folder / "slots").exists() and (folder / "slots").read_bytes() == slots
        outcomes.append(whole)
        if ran.returncode == 0:
            break
        if whole:
            assert {path.name for path in folder.iterdir()} == {path.name for path in template.iterdir()}
        elif stop % 5 == 0:
            _nothing_opens(folder, clock)
        destroy(folder)
        assert not folder.exists()
    assert outcomes[0] is True
    assert outcomes == sorted(outcomes, reverse=True)
    assert len(outcomes) > 10
