import errno
import hashlib
import os
import subprocess
import threading
import zlib

import apsw
import pytest

from fieldlog import errors
from fieldlog.primitives.secret import Secret
from fieldlog.store import units
from fieldlog.store.area import MediaPlace
from fieldlog.store.connection import open_database
from fieldlog.store.media import MediaReader, MediaStore
from fieldlog.store.units import Run, UnitSink, UnitSpace
from fieldlog.store.vault.schema import STEPS
from fieldlog.store.volume import twins
from fieldlog.system import files

UNIT = 4096
SEALED_CHUNK = 65536 + 16


VOLUMES = (None, 0, 1)
"""One file, as in a vault of format 1, or either of two that grow together."""


def _make_place(folder, volume):
    if volume is None:
        (folder / "media").write_bytes(b"")
    else:
        twins.make(folder, "media", size=0)
    return MediaPlace(folder=folder, volume=volume)


def _open(folder, *, create):
    return open_database(
        path=folder / "x.db", key=Secret(b"k" * 32), salt=b"s" * 16, create=create, migrations=STEPS
    )


def _store(database, place, root=b"m"):
    return MediaStore(database, place, root_key=Secret(root * 32), unit_bytes=UNIT)


@pytest.fixture(params=VOLUMES)
def media_place(tmp_path, request):
    folder = tmp_path / "vault"
    folder.mkdir()
    return _make_place(folder, request.param)


@pytest.fixture
def store(media_place):
    database = _open(media_place.folder, create=True)
    yield _store(database, media_place)
    database.close()
    # Whatever happened, nothing shows which of the two is used.
    assert len({path.stat().st_size for path in media_place.folder.glob("media*")}) <= 1


def _add(store, tmp_path, code, content, **options):
    path = tmp_path / "source"
    path.write_bytes(content)
    with files.open_source(path) as source, store.add(code, source, **options) as stored:
        pass
    return stored


def _read(store, code):
    with store.open(code) as reader:
        return reader.read()


def _read_in_pieces(store, code):
    with store.open(code) as reader:
        return b"".join(bytes(piece) for piece in reader.pieces())


def _media(store):
    return store._place.path


@pytest.mark.parametrize(
    "size", [0, 1, UNIT - 16, UNIT - 15, UNIT, 65535, 65536, 65537, 131072, (1 << 20) + 1, 3 * (1 << 20) + 7]
)
def test_what_is_taken_in_comes_back(store, tmp_path, size):
    """Any size comes back byte for byte, with the digests of independent code, in whole units."""
    content = os.urandom(size)
    stored = _add(store, tmp_path, "EV-A", content)
    assert stored.size == size
    assert stored.sha256 == hashlib.sha256(content).digest()
    assert stored.sha512 == hashlib.sha512(content).digest()
    assert stored.crc32 == zlib.crc32(content)
    assert store.facts("EV-A") == stored
    assert _read(store, "EV-A") == content
    assert _read_in_pieces(store, "EV-A") == content
    assert _media(store).stat().st_size % UNIT == 0


def test_reading_in_pieces(store, tmp_path):
    """An attachment can be read in pieces and into a buffer, and closed before its end."""
    content = os.urandom(200_000)
    _add(store, tmp_path, "EV-A", content)
    with store.open("EV-A") as reader:
        assert reader.readable()
        assert reader.read(10) == content[:10]
        buffer = bytearray(100_000)
        assert reader.readinto(buffer) == 100_000
        assert bytes(buffer) == content[10:100_010]
    reader.close()


def test_nothing_of_a_file_is_readable_in_its_units(store, tmp_path):
    """Neither the content nor its zeros show in the file of units."""
    _add(store, tmp_path, "EV-A", b"CANARY-canary" * 10_000)
    _add(store, tmp_path, "EV-B", bytes(100_000))
    content = _media(store).read_bytes()
    assert b"CANARY" not in content
    assert bytes(32) not in content


def test_several_files_do_not_touch_each_other(store, tmp_path):
    """Each attachment has its own units, and removing one frees them for the next that fits."""
    contents = {f"EV-{name}": os.urandom(50_000 + number) for number, name in enumerate("ABC")}
    for code, content in contents.items():
        _add(store, tmp_path, code, content)
    before = _media(store).stat().st_size
    with store._database.transaction():
        store.remove("EV-B")
    with pytest.raises(errors.UnknownRecord):
        store.open("EV-B")
    contents["EV-D"] = os.urandom(20_000)
    del contents["EV-B"]
    _add(store, tmp_path, "EV-D", contents["EV-D"])
    assert _media(store).stat().st_size == before
    contents["EV-E"] = os.urandom(60_000)
    _add(store, tmp_path, "EV-E", contents["EV-E"])
    assert _media(store).stat().st_size > before
    for code, content in contents.items():
        assert _read(store, code) == content


def test_two_at_a_time_wait_for_each_other(store, tmp_path):
    """Files added from two threads are both whole."""
    contents = {f"EV-{number}": os.urandom(300_000) for number in range(4)}

    def work(code, content):
        path = tmp_path / code
        path.write_bytes(content)
        with files.open_source(path) as source, store.add(code, source):
            pass

    threads = [threading.Thread(target=work, args=item) for item in contents.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for code, content in contents.items():
        assert _read(store, code) == content


@pytest.mark.claim("C-REST-02")
@pytest.mark.parametrize("read", [_read, _read_in_pieces])
@pytest.mark.parametrize("place", [0, 100, SEALED_CHUNK - 1, SEALED_CHUNK, 2 * SEALED_CHUNK - 1, 150_000])
def test_every_altered_byte_is_noticed(store, tmp_path, place, read):
    """One flipped bit in a unit, and reading stops with an error instead of wrong bytes."""
    _add(store, tmp_path, "EV-A", os.urandom(150_000))
    content = bytearray(_media(store).read_bytes())
    content[place] ^= 1
    _media(store).write_bytes(content)
    with pytest.raises(errors.VaultDamaged) as caught:
        read(store, "EV-A")
    assert caught.value.part == "media"


def test_units_that_are_gone_are_noticed(store, tmp_path):
    """A file of units that is cut, swapped or missing is damage."""
    _add(store, tmp_path, "EV-A", os.urandom(150_000))
    whole = _media(store).read_bytes()
    _media(store).write_bytes(whole[:100_000])
    with pytest.raises(errors.VaultDamaged):
        _read(store, "EV-A")
    _media(store).write_bytes(whole[UNIT : 2 * UNIT] + whole[:UNIT] + whole[2 * UNIT :])
    with pytest.raises(errors.VaultDamaged):
        _read(store, "EV-A")
    _media(store).unlink()
    with pytest.raises(errors.VaultDamaged):
        store.open("EV-A")


def test_the_database_key_alone_opens_no_attachment(store, tmp_path):
    """The key in the row is only half: the slot's media key is needed too."""
    _add(store, tmp_path, "EV-A", b"x" * 1000)
    other = _store(store._database, store._place, root=b"n")
    with pytest.raises(errors.VaultDamaged):
        _read(other, "EV-A")


def _nothing_left(store, before):
    assert _media(store).read_bytes() == before
    assert store._database.value("SELECT count(*) FROM attachment") == 1
    assert store._database.value("SELECT count(*) FROM media_run") == 1


@pytest.fixture
def before(store, tmp_path):
    _add(store, tmp_path, "EV-A", os.urandom(10_000))
    return _media(store).read_bytes()


def test_progress_counts_up_and_may_cancel(store, tmp_path, before):
    """Progress ends at the size; a cancel from it leaves nothing behind."""
    seen = []
    _add(store, tmp_path, "EV-P", bytes(2_500_000), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1 << 20, 2_500_000), (2 << 20, 2_500_000), (2_500_000, 2_500_000)]
    with store._database.transaction():
        store.remove("EV-P")
    area = store._place.open()
    area.shrink(len(before))
    area.close()

    def cancel(done, total):
        raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        _add(store, tmp_path, "EV-B", bytes(2_500_000), progress=cancel)
    _nothing_left(store, before)


@pytest.mark.parametrize(
    ("call", "number", "expected"),
    [
        ("write", errno.ENOSPC, errors.NoSpace),
        ("write", errno.EIO, errors.StorageFailed),
        ("fsync", errno.EIO, errors.StorageFailed),
        ("read", errno.EIO, errors.StorageFailed),
        ("read", errno.ENODEV, errors.FileUnreadable),
    ],
)
def test_refusals_leave_nothing(store, tmp_path, before, monkeypatch, call, number, expected):
    """A full disk, a failing disk and a source that vanishes midway leave nothing and say which it was."""
    names = ("write", "pwrite") if call == "write" else (call,)
    originals = {name: getattr(os, name) for name in names}
    calls = []

    def refusing(name):
        def refuse(*arguments):
            calls.append(1)
            if len(calls) > (0 if call == "fsync" else 1):
                raise OSError(number, "refused")
            return originals[name](*arguments)

        return refuse

    path = tmp_path / "big"
    path.write_bytes(os.urandom(3_000_000))
    with files.open_source(path) as source:
        for name in names:
            monkeypatch.setattr(os, name, refusing(name))

        def add():
            with store.add("EV-B", source):
                pytest.fail("was accepted")

        with pytest.raises(expected):
            add()
        monkeypatch.undo()
    _nothing_left(store, before)


def test_a_disk_that_is_too_small_is_noticed_before_writing(store, tmp_path, before, monkeypatch):
    """Free space is looked at first, and the error has both numbers."""
    monkeypatch.setattr(files, "free_space", lambda _folder: 5_000)
    with pytest.raises(errors.NoSpace) as caught:
        _add(store, tmp_path, "EV-B", os.urandom(100_000))
    assert caught.value.needed >= 100_000
    assert caught.value.free == 5_000
    _nothing_left(store, before)


def test_a_block_that_raises_takes_the_file_back(store, tmp_path, before):
    """Row and units stand or fall together with what the block writes."""
    path = tmp_path / "big"
    path.write_bytes(os.urandom(100_000))

    def add():
        with files.open_source(path) as source, store.add("EV-B", source):
            raise errors.EditConflict

    with pytest.raises(errors.EditConflict):
        add()
    _nothing_left(store, before)


class _Committing:
    """A connection whose COMMIT ends as a test says; everything else is as it was."""

    def __init__(self, real, *, done, error):
        self._real, self._done, self._error = real, done, error

    def __getattr__(self, name):
        return getattr(self._real, name)

    def execute(self, statement, *rest, **options):
        if statement == "COMMIT":
            if self._done:
                self._real.execute(statement)
            raise self._error
        return self._real.execute(statement, *rest, **options)


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (apsw.IOError("x"), errors.StorageFailed),
        (apsw.FullError("x"), errors.NoSpace),
    ],
)
def test_an_interrupted_commit_destroys_nothing(store, tmp_path, before, monkeypatch, done, error, expected):
    """Whatever ends a commit: a row that was written still has its bytes, and what is not is free units."""
    content = os.urandom(150_000)
    monkeypatch.setattr(
        store._database, "_connection", _Committing(store._database._connection, done=done, error=error)
    )
    with pytest.raises(expected):
        _add(store, tmp_path, "EV-B", content)
    monkeypatch.undo()
    if done:
        assert _read(store, "EV-B") == content
    else:
        # What the disk refused, also for want of space, may still be in the log: its bytes stay.
        assert _media(store).stat().st_size > len(before)
        assert store._database.value("SELECT count(*) FROM media_run") == 1
        _add(store, tmp_path, "EV-B", content)
        assert _read(store, "EV-B") == content
    assert _media(store).read_bytes()[: len(before)] == before


def test_units_are_not_given_back_on_a_guess(store, tmp_path, before, monkeypatch):
    """A full disk at the commit, and a database that cannot be asked: the units stay, and are free."""
    refusing = _Committing(store._database._connection, done=False, error=apsw.FullError("x"))
    monkeypatch.setattr(store._database, "_connection", refusing)
    monkeypatch.setattr(store._database, "value", lambda *_: (_ for _ in ()).throw(errors.StorageFailed("")))
    with pytest.raises(errors.NoSpace):
        _add(store, tmp_path, "EV-B", b"x" * 100_000)
    assert _media(store).stat().st_size > len(before)


def _grow(path):
    with path.open("ab") as handle:
        handle.write(b"b" * 1_500_000)


def _shrink(path):
    os.truncate(path, 1 << 20)


def _rewrite(path):
    with path.open("r+b") as handle:
        handle.write(b"c" * 3_000_000)


@pytest.mark.parametrize("change", [_grow, _shrink, _rewrite])
def test_a_file_that_changes_while_it_is_read(store, tmp_path, change):
    """Half of one and half of the other is no evidence: nothing is taken, and every unit is free again."""
    _add(store, tmp_path, "EV-B", b"b" * 50_000)
    path = tmp_path / "log"
    path.write_bytes(b"a" * 3_000_000)
    changed = []

    def change_once(_done, _total):
        if not changed:
            changed.append(1)
            change(path)

    with (
        pytest.raises(errors.FileChanged) as caught,
        files.open_source(path) as source,
        store.add("EV-A", source, progress=change_once),
    ):
        pytest.fail("it was taken")
    assert caught.value.path == str(path)
    assert store.codes() == ("EV-B",)
    assert store._database.value("SELECT sum(unit_count) FROM media_run") * UNIT < 70_000
    _add(store, tmp_path, "EV-A", path.read_bytes())
    assert _read(store, "EV-A") == path.read_bytes()
    assert _read(store, "EV-B") == b"b" * 50_000


class _Misleading(files.SourceFile):
    """A source that says another size than it has."""

    said = 0

    @property
    def size(self):
        return self.said


@pytest.mark.parametrize("said", [1000, 3_000_000])
def test_another_size_than_was_said(store, tmp_path, said):
    """Units are taken and given back by what was read, whatever the first look said."""
    path = tmp_path / "log"
    path.write_bytes(b"a" * (1 << 20))
    with _Misleading(os.open(path, os.O_RDONLY), path) as source:
        source.said = said
        with store.add("EV-A", source) as stored:
            pass
    assert stored.size == 1 << 20
    assert _read(store, "EV-A") == b"a" * (1 << 20)
    assert store._database.value("SELECT sum(unit_count) FROM media_run") * UNIT < 1_200_000
    _add(store, tmp_path, "EV-B", b"b" * 50_000)
    assert _read(store, "EV-A") == b"a" * (1 << 20)
    assert _read(store, "EV-B") == b"b" * 50_000


@pytest.mark.parametrize("volume", VOLUMES)
def test_a_full_disk_for_real(tmp_path, volume):
    """On a file system of 3 MiB an attachment of 4 MB is refused and the rest still works."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        place = _make_place(disk, volume)
        database = _open(disk, create=True)
        store = _store(database, place)
        with pytest.raises(errors.NoSpace):
            _add(store, tmp_path, "EV-A", os.urandom(4_000_000))
        files_require_space, files.require_space = files.require_space, lambda *_, **__: None
        try:
            with pytest.raises(errors.NoSpace):
                _add(store, tmp_path, "EV-A", os.urandom(4_000_000))
        finally:
            files.require_space = files_require_space
        assert {path.stat().st_size for path in disk.glob("media*")} == {0}
        _add(store, tmp_path, "EV-B", b"x" * 1000)
        assert _read(store, "EV-B") == b"x" * 1000

        def fill():
            for number in range(10_000):
                with database.transaction():
                    database.execute("INSERT INTO setting VALUES (?, ?)", (f"n{number}", os.urandom(4000)))

        with pytest.raises(errors.NoSpace):
            fill()
        kept = database.value("SELECT count(*) FROM setting")
        database.close()
        for path in disk.glob("media*"):
            path.unlink()
        again = _open(disk, create=False)
        assert again.value("SELECT count(*) FROM setting") == kept > 10
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_unknown_attachments(store):
    """Asking for what is not there is an unknown record."""
    for ask in (store.open, store.facts, store.remove):
        with pytest.raises(errors.UnknownRecord):
            ask("EV-X")


def test_free_units_are_found():
    """The smallest hole that fits is taken, else the end; what is left of a hole stays free."""
    space = UnitSpace([Run(first=8, count=2), Run(first=2, count=1), Run(first=3, count=1)])
    assert space.end == 10
    assert space.take(2) == Run(first=0, count=2)
    assert space.take(3) == Run(first=4, count=3)
    assert space.take(1) == Run(first=7, count=1)
    assert space.take(1) == Run(first=10, count=1)
    assert space.end == 11


def test_a_missing_file_of_units_is_no_target(tmp_path):
    """Writing needs the file to be there, and its twin where there is one."""
    with pytest.raises(errors.TargetVanished):
        UnitSink(MediaPlace(folder=tmp_path, volume=None), UnitSpace([]), unit_bytes=UNIT)
    for volume in (0, 1):
        (tmp_path / "media-b").unlink(missing_ok=True)
        (tmp_path / "media-a").write_bytes(b"")
        with pytest.raises(errors.VaultDamaged) as caught:
            UnitSink(MediaPlace(folder=tmp_path, volume=volume), UnitSpace([]), unit_bytes=UNIT)
        assert caught.value.part == "media"


def test_what_lies_in_the_other_file_stays(tmp_path):
    """Attachments of two volumes beside each other never touch; both files grow when one does."""
    folder = tmp_path / "vault"
    folder.mkdir()
    _make_place(folder, 0)
    kept = {}
    for volume in (0, 1, 0, 1):
        saved = tmp_path / f"database-{volume}"
        saved.mkdir(exist_ok=True)
        database = _open(saved, create=not (saved / "x.db").exists())
        store = _store(database, MediaPlace(folder=folder, volume=volume))
        before = twins.path_of(folder, "media", 1 - volume).read_bytes()
        code, content = f"EV-{len(kept)}", os.urandom(120_000)
        _add(store, tmp_path, code, content)
        kept[volume, code] = content
        for (owner, known_code), wanted in kept.items():
            if owner == volume:
                assert _read(store, known_code) == wanted
        database.close()
        after = twins.path_of(folder, "media", 1 - volume).read_bytes()
        assert after[: len(before)] == before
        assert len({path.stat().st_size for path in folder.glob("media*")}) == 1


def test_room_can_be_made_in_advance(store, tmp_path):
    """Reserved room is whole units in both files; what is added then makes nothing longer."""
    store.reserve(10 * UNIT - 5)
    assert _media(store).stat().st_size == 10 * UNIT
    content = os.urandom(5 * UNIT)
    _add(store, tmp_path, "EV-A", content)
    assert _media(store).stat().st_size == 10 * UNIT
    assert _read(store, "EV-A") == content


def test_making_room_can_be_interrupted(store):
    """A cancel while room is made leaves the files as they were."""
    if store.copies == 1:
        pytest.skip("one file is made longer at once")

    def cancel(_done, _total):
        raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        store.reserve(3_000_000, progress=cancel)
    assert _media(store).stat().st_size == 0


def test_a_source_ends_where_its_runs_end(tmp_path):
    """Reading past the last run gives nothing."""
    (tmp_path / "media").write_bytes(b"x" * UNIT)
    source = units.UnitSource(tmp_path / "media", [Run(first=0, count=1)], unit_bytes=UNIT, length=10**6)
    assert len(source.read(10**6)) == UNIT
    assert source.read(1) == b""
    source.close()
    source.close()


@pytest.mark.parametrize(("size", "pieces"), [(5, [3, 0]), (3, [3, 1])])
def test_a_stream_of_another_length_is_damage(size, pieces):
    """A stream that ends before or after the length in its row is never taken for whole."""

    class Stream:
        def readinto(self, view):
            return pieces.pop(0)

        def read(self, size):
            return bytes(pieces.pop(0))

        def close(self):
            pass

    class Place:
        folder = "x"

        def close(self):
            pass

    with MediaReader(Stream(), Place(), size) as reader, pytest.raises(errors.VaultDamaged):
        reader.read()


@pytest.mark.parametrize(("size", "pieces"), [(5, [b"abc"]), (3, [b"ab", b"cd"])])
def test_pieces_of_another_length_are_damage(size, pieces):
    """Pieces that end before or after the length in the row are never taken for the whole."""

    class Stream:
        def pieces(self):
            yield from map(memoryview, pieces)

        def close(self):
            pass

    class Place:
        folder = "x"

        def close(self):
            pass

    with MediaReader(Stream(), Place(), size) as reader, pytest.raises(errors.VaultDamaged):
        list(reader.pieces())
