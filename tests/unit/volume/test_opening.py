"""The database in a volume: as durable and as strict as one in a file of its own, and no other file, ever."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from fieldlog import errors
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher
from fieldlog.store.database import Database
from fieldlog.store.migrations import Migration
from fieldlog.store.volume import opening, twins, vfs
from fieldlog.store.volume.log import Log

LOG = 1 << 18
KEY, LOG_KEY, SALT = Secret(b"k" * 32), Secret(bytes(range(64))), b"s" * 16
STEPS = (
    Migration(number=1, name="one", statements=("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)",)),
)


@pytest.fixture(params=[0, 1])
def own(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def place(tmp_path: Path, own: int) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir(mode=0o700)
    twins.make(folder, "vol", size=2 * LOG)
    opening.build(folder=folder, own=own, log_bytes=LOG, key=KEY, salt=SALT, log_key=LOG_KEY)
    return folder


def opened(folder: Path, own: int, key: Secret = KEY) -> Database:
    return opening.open_volume(
        folder=folder, own=own, log_bytes=LOG, key=key, salt=SALT, log_key=LOG_KEY, migrations=STEPS
    )


@pytest.fixture
def database(place: Path, own: int) -> Iterator[Database]:
    with_notes = opened(place, own)
    yield with_notes
    with_notes.close()


def put(database: Database, count: int, size: int = 100) -> None:
    with database.transaction():
        for _ in range(count):
            database.execute("INSERT INTO note (text) VALUES (?)", (os.urandom(size // 2).hex(),))


def count_of(database: Database) -> int:
    return int(database.value("SELECT count(*) FROM note"))


def test_two_files_and_nothing_else(database: Database, place: Path) -> None:
    """While it is open and while it is written to, the folder has the two volumes only."""
    for _ in range(200):
        put(database, 3)
        assert sorted(path.name for path in place.iterdir()) == ["vol-a", "vol-b"]
    assert database.execute("PRAGMA integrity_check") == [("ok",)]


def test_what_was_saved_is_there_after_closing(database: Database, place: Path, own: int) -> None:
    """Also when the log came round several times."""
    for _ in range(300):
        put(database, 2, 600)
    database.close()
    again = opened(place, own)
    assert count_of(again) == 600
    assert again.execute("PRAGMA integrity_check") == [("ok",)]
    again.close()


def test_what_was_saved_is_there_after_a_kill(
    database: Database, place: Path, own: int, tmp_path: Path
) -> None:
    """A copy of the files while they are open, as a killed process leaves them, has every save."""
    for number in range(1, 60):
        put(database, 1, 900)
        if number % 7 == 0:
            copy = tmp_path / f"copy-{number}"
            shutil.copytree(place, copy)
            again = opened(copy, own)
            assert count_of(again) == number
            again.close()


def test_times_are_equal_after_each_save(database: Database, place: Path) -> None:
    """A process killed between two saves leaves both files with the same time of last change."""
    for _ in range(20):
        put(database, 3)
        facts = [path.stat() for path in place.iterdir()]
        assert len({fact.st_mtime_ns for fact in facts}) == 1


def test_growing_both(database: Database, place: Path) -> None:
    """A database that needs more makes both files longer, by the same."""
    for _ in range(40):
        put(database, 20, 4000)
    sizes = {path.stat().st_size for path in place.iterdir()}
    assert len(sizes) == 1
    assert sizes.pop() > 2 * LOG
    assert database.execute("PRAGMA integrity_check") == [("ok",)]


def test_a_transaction_that_does_not_fit_the_log_changes_nothing(database: Database) -> None:
    """It is a full disk for SQLite: rolled back, and the next one works."""
    put(database, 1)
    with pytest.raises(errors.NoSpace):
        put(database, 200, 4000)
    assert count_of(database) == 1
    put(database, 1)
    assert count_of(database) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_refuses_changes_nothing(
    database: Database, place: Path, own: int, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Every write in turn fails, of a save and of writing back: refused is not kept, and kept is not refused."""
    real = os.pwrite
    put(database, 5)
    for failing in range(60):
        before, seen = count_of(database), 0

        def pwrite(descriptor: int, content: bytes, offset: int, failing: int = failing) -> int:
            nonlocal seen
            seen += 1
            if seen == failing:
                raise OSError(number, "no")
            return real(descriptor, content, offset)

        monkeypatch.setattr(os, "pwrite", pwrite)
        try:
            put(database, 30, 2000)
            kept = 30
        except (errors.NoSpace, errors.StorageFailed):
            kept = 0
        monkeypatch.undo()
        assert count_of(database) == before + kept
    database.close()
    again = opened(place, own)
    assert again.execute("PRAGMA integrity_check") == [("ok",)]
    again.close()


def test_the_disk_is_full_where_both_would_have_to_grow(
    database: Database, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the save that needs the room is refused, and both files keep their size."""
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: 0)

    def fill_up() -> None:
        for _ in range(40):
            put(database, 20, 4000)

    with pytest.raises(errors.NoSpace):
        fill_up()
    assert {path.stat().st_size for path in place.iterdir()} == {2 * LOG}
    assert database.execute("PRAGMA integrity_check") == [("ok",)]


def test_a_step_that_does_not_fit_takes_what_there_is(
    database: Database, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With little room left, the files grow by what is needed and not by a whole step."""
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: 2 * 30 * 4096)
    put(database, 40, 4000)
    put(database, 40, 4000)
    assert {path.stat().st_size for path in place.iterdir()}.pop() < 3 * LOG


def test_the_other_volume_is_never_written(database: Database, place: Path, own: int) -> None:
    """What is in the other file stays as it is, byte for byte, but for its end."""
    other = twins.path_of(place, "vol", 1 - own)
    before = other.read_bytes()
    for _ in range(60):
        put(database, 20, 3000)
    database.close()
    assert other.read_bytes()[: len(before)] == before
    assert len(other.read_bytes()) > len(before)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda path: path.unlink(), errors.VaultDamaged),
        (lambda path: path.write_bytes(b""), errors.VaultDamaged),
        (lambda path: os.truncate(path, LOG), errors.VaultDamaged),
        (lambda path: os.truncate(path, LOG + 100), errors.VaultDamaged),
        (lambda path: path.write_bytes(bytes(2 * LOG)), errors.VaultDamaged),
    ],
)
def test_damaged_files_are_refused(place: Path, own: int, change: object, error: type[Exception]) -> None:
    """Missing, empty, cut or zeroed: one clear error."""
    opened(place, own).close()
    change(twins.path_of(place, "vol", own))  # type: ignore[operator]
    with pytest.raises(error):
        opened(place, own)


def test_an_unencrypted_database_in_the_volume_is_refused(place: Path, own: int) -> None:
    """Somebody who put a plain database there finds it refused, and nothing is written into it."""
    plain = apsw.Connection(":memory:")
    plain.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
    content = plain.serialize("main")
    plain.close()
    path = twins.path_of(place, "vol", own)
    whole = path.read_bytes()
    path.write_bytes(whole[:LOG] + content + whole[LOG + len(content) :])
    with pytest.raises((errors.EncryptionUnavailable, errors.VaultDamaged)):
        opened(place, own)


def test_wrong_key_and_other_volume(place: Path, own: int) -> None:
    """Neither another key nor the volume that is not in use opens."""
    before = {path: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(errors.VaultDamaged):
        opened(place, own, Secret(b"x" * 32))
    with pytest.raises(errors.VaultDamaged):
        opened(place, 1 - own)
    assert {path: path.read_bytes() for path in place.iterdir()} == before


@pytest.mark.parametrize("key", [Secret(b""), Secret(b"k" * 31), Secret(b"k" * 33)])
def test_a_key_of_another_length_is_refused(place: Path, own: int, key: Secret) -> None:
    """The library would take it for a passphrase."""
    with pytest.raises(errors.EncryptionUnavailable):
        opened(place, own, key)
    with pytest.raises(errors.EncryptionUnavailable):
        opening.build(folder=place, own=own, log_bytes=LOG, key=key, salt=SALT, log_key=LOG_KEY)


def test_misspelt_pragmas_are_noticed(place: Path, own: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was never set is refused before anything is written."""
    monkeypatch.setattr(cipher, "_keying", lambda _key, _salt: ("PRAGMA kye = 'x'",))
    before = {path: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(errors.FieldlogError):
        opened(place, own)
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_nothing_is_opened_by_name(database: Database) -> None:
    """Attaching, temporary files on the disk and other names are refused by the file system layer itself."""
    with pytest.raises(errors.EncryptionUnavailable):
        database.execute("ATTACH 'other' AS other")
    backing = database.backing
    assert isinstance(backing, opening.Volume)
    for name in (None, "other", "vault-journal", "../vol-b"):
        with pytest.raises(apsw.CantOpenError):
            backing._vfs.xOpen(name, [apsw.SQLITE_OPEN_READWRITE, 0])


def test_nothing_of_a_volume_stays_in_the_list_of_sqlite(place: Path, own: int) -> None:
    """However often a vault is unlocked, the next unlock does not look through what earlier ones left."""
    opened(place, own).close()
    before = apsw.vfs_names()
    for _ in range(3):
        opened(place, own).close()
        with pytest.raises(errors.VaultDamaged):
            opened(place, own, Secret(b"w" * 32))
    assert apsw.vfs_names() == before


def test_what_fails_before_anything_was_opened_is_what_is_reported(
    place: Path, own: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that refuses the very first write of a new database is explained as such, and nothing stays registered."""
    before = apsw.vfs_names()

    def refused(_log: Log) -> None:
        raise OSError(errno.EIO, "refused")

    monkeypatch.setattr(Log, "wipe", refused)
    with pytest.raises(errors.StorageFailed):
        opening.build(folder=place, own=own, log_bytes=LOG, key=KEY, salt=SALT, log_key=LOG_KEY)
    assert apsw.vfs_names() == before


def test_the_device_promises_nothing(database: Database) -> None:
    """No POWERSAFE_OVERWRITE, and sectors of 4 KiB: with the promise, acknowledged saves were lost."""
    backing = database.backing
    assert isinstance(backing, opening.Volume)
    file = backing._vfs.xOpen("vault", [apsw.SQLITE_OPEN_READWRITE, 0])
    assert isinstance(file, vfs.DatabaseFile)
    assert file.xDeviceCharacteristics() == 0
    assert file.xSectorSize() == 4096
    assert file.xCheckReservedLock() is False


def test_large_sorts_and_statements_stay_in_memory(database: Database, place: Path) -> None:
    """Sorting and a failing statement over thousands of rows need no file."""
    for _ in range(30):
        put(database, 100, 60)
    rows = database.execute("SELECT DISTINCT text FROM note ORDER BY text DESC")
    assert len(rows) == 3000
    with pytest.raises(errors.EditConflict):
        database.execute("UPDATE note SET id = (id + 1) % 2999")
    assert sorted(path.name for path in place.iterdir()) == ["vol-a", "vol-b"]


def test_pages_can_be_put_into_a_volume(database: Database, place: Path, own: int, tmp_path: Path) -> None:
    """The pages of a database, as they are, open in another volume under the same key."""
    put(database, 50, 3000)
    database.close()
    whole = twins.path_of(place, "vol", own).read_bytes()[LOG:]
    other = tmp_path / "other"
    other.mkdir()
    twins.make(other, "vol", size=LOG + 4096)
    opening.place_pages(folder=other, own=1 - own, log_bytes=LOG, pages=[whole[:5000], whole[5000:]])
    again = opened(other, 1 - own)
    assert count_of(again) == 50
    again.close()


def test_wiped_log_after_a_clean_close(database: Database, place: Path, own: int) -> None:
    """After closing, the region of the log has no unit in common with what it had."""
    path = twins.path_of(place, "vol", own)
    put(database, 20, 2000)
    used = path.read_bytes()[: LOG // 4]
    database.close()
    left = path.read_bytes()[: LOG // 4]
    fresh = opened(place, own)
    log = fresh.backing._vfs.log  # type: ignore[attr-defined]
    assert log.length <= 4 * 4136
    fresh.close()
    assert used[:4096] != left[:4096]
