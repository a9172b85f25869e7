import os
import subprocess
import sys
import textwrap
import threading

import apsw
import pytest

from fieldlog import errors
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher, connection, database
from fieldlog.store.connection import open_database
from fieldlog.store.migrations import Migration

KEY, SALT = Secret(b"\x11" * 32), b"\x22" * 16
STEPS = (
    Migration(number=1, name="first", statements=("CREATE TABLE note (text TEXT UNIQUE) STRICT",)),
    Migration(number=2, name="second", statements=("ALTER TABLE note ADD COLUMN lang TEXT",)),
)


@pytest.fixture
def opened(tmp_path):
    made = open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True, migrations=STEPS)
    yield made
    made.close()


def _write(made, text):
    with made.transaction():
        made.execute("INSERT INTO note (text) VALUES (?)", (text,))


def _texts(made):
    return [text for (text,) in made.execute("SELECT text FROM note ORDER BY text")]


def test_what_was_written_comes_back_and_is_not_readable_on_disk(tmp_path, opened):
    """A row survives closing; no file holds it, the schema or SQLite's own header."""
    _write(opened, "CANARYPLAIN")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["x.db", "x.db-wal"]
    assert all(entry.stat().st_mode & 0o077 == 0 for entry in tmp_path.iterdir())
    for entry in tmp_path.iterdir():
        content = entry.read_bytes()
        assert b"CANARYPLAIN" not in content
        assert b"CREATE TABLE" not in content
        assert b"SQLite format 3" not in content
    opened.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.db"]
    assert (tmp_path / "x.db").read_bytes()[:16] == SALT
    again = open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)
    assert _texts(again) == ["CANARYPLAIN"]
    again.close()
    again.close()


def test_refusal_1_plain_apsw(tmp_path, monkeypatch):
    """A build without encryption is refused and no file is made."""
    monkeypatch.delattr(apsw, "mc_version")
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert caught.value.reason == "cipher-build-missing"
    assert list(tmp_path.iterdir()) == []


def test_refusal_1_a_package_of_the_same_name(tmp_path):
    """With the plain package imported as apsw, the opener refuses before it opens anything."""
    stub = tmp_path / "path"
    stub.mkdir()
    (stub / "apsw.py").write_text(
        "import sys, types\n"
        "class Error(Exception): pass\n"
        "class Connection:\n"
        "    def __init__(self, *a, **k): raise SystemExit('opened')\n"
        "def sqlite_lib_version(): return '3.54.0'\n"
        "def __getattr__(name):\n"
        "    if name == 'mc_version': raise AttributeError(name)\n"
        "    return type(name, (Error,), {}) if name.endswith('Error') else 1\n"
    )
    script = textwrap.dedent(
        """
        import pathlib, sys
        sys.path.insert(0, sys.argv[1])
        from fieldlog import errors
        from fieldlog.primitives.secret import Secret
        from fieldlog.store.connection import open_database
        try:
            open_database(path=pathlib.Path(sys.argv[2]), key=Secret(b"1" * 32), salt=b"2" * 16, create=True)
        except errors.EncryptionUnavailable as error:
            print(error.reason)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(stub), str(tmp_path / "x.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "cipher-build-missing", done.stderr
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize(
    ("reason", "keying"),
    [
        ("salt-not-as-set", lambda steps: (*steps[:3], steps[3].replace(" key", " kye"))),
        ("salt-not-as-set", lambda steps: (*steps[:3], "PRAGMA key = ''")),
        ("wrong-key-accepted", lambda steps: (*steps[:3], f"PRAGMA key = 'raw:{'aa' * 31}'")),
        ("keying-refused", lambda steps: (steps[3], *steps[:3])),
        ("keying-refused", lambda steps: (steps[0], steps[3], steps[1], steps[2])),
        ("salt-not-as-set", lambda steps: (steps[0], steps[1], steps[3])),
        ("legacy-not-as-set", lambda steps: (steps[0], steps[2], steps[3])),
        ("cipher-not-as-set", lambda steps: (*steps[1:],)),
        ("keying-refused", lambda steps: ("PRAGMA cipher = 'rot13'", *steps[1:])),
    ],
    ids=[
        "misspelt pragma",
        "empty key",
        "31-byte key",
        "key first",
        "key second",
        "no salt",
        "no legacy",
        "no cipher",
        "unknown cipher",
    ],
)
def test_refusals_2_to_5_of_a_keying_that_went_wrong(tmp_path, monkeypatch, reason, keying):
    """Whatever is wrong with the keying, it is noticed and no file is left."""
    original = cipher._keying
    monkeypatch.setattr(cipher, "_keying", lambda key, salt: keying(original(key, salt)))
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_keys_have_32_bytes(tmp_path, length):
    """A key of any other length is refused: 31 bytes would silently become a passphrase."""
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=Secret(b"k" * length), salt=SALT, create=True)
    assert caught.value.reason == "key-length"


@pytest.mark.parametrize("length", [0, 15, 17])
def test_salts_have_16_bytes(tmp_path, length):
    """A salt of any other length is refused."""
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=b"s" * length, create=True)
    assert caught.value.reason == "salt-length"


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH DATABASE '{folder}/other.db' AS other",
        "DETACH DATABASE main",
        "VACUUM",
        "VACUUM INTO '{folder}/other.db'",
        "PRAGMA key = 'raw:00'",
        "PRAGMA hexkey = '00'",
        "PRAGMA rekey = 'x'",
        "PRAGMA hexrekey = '00'",
        "PRAGMA cipher = 'chacha20'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA temp_store = FILE",
        "PRAGMA temp_store_directory = '{folder}'",
        "PRAGMA synchronous = OFF",
        "PRAGMA secure_delete = OFF",
        "PRAGMA writable_schema = ON",
        "SELECT load_extension('x')",
    ],
)
def test_refusal_6_statements_that_could_write_plaintext(tmp_path, opened, statement):
    """After start-up nothing can write elsewhere, change the key or weaken durability."""
    with pytest.raises(errors.FieldlogError) as caught:
        opened.execute(statement.format(folder=tmp_path))
    assert isinstance(caught.value, (errors.EncryptionUnavailable, errors.VaultDamaged))
    assert not (tmp_path / "other.db").exists()
    _write(opened, "still works")


def test_statements_that_check_are_allowed(opened):
    """Integrity can be checked with the authorizer in place."""
    assert opened.execute("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("mc_version", "SQLite3 Multiple Ciphers 2.5.9", "cipher-build-old"),
        ("mc_version", None, "cipher-build-missing"),
        ("sqlite_lib_version", lambda: "3.53.3", "sqlite-build-old"),
    ],
)
def test_old_builds_are_refused(tmp_path, monkeypatch, name, value, reason):
    """Builds with known holes are refused."""
    monkeypatch.setattr(apsw, name, value)
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert caught.value.reason == reason


@pytest.mark.parametrize("name", ["journal_mode", "synchronous", "temp_store", "secure_delete"])
def test_each_setting_is_read_back(tmp_path, monkeypatch, name):
    """A setting that does not take effect is noticed."""
    settings = tuple(
        (setting, value, "something else" if setting == name else wanted)
        for setting, value, wanted in cipher._SETTINGS
    )
    monkeypatch.setattr(cipher, "_SETTINGS", settings)
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert caught.value.reason == f"{name.replace('_', '-')}-not-as-set"
    assert list(tmp_path.iterdir()) == []


def test_macos_gets_its_own_settings(tmp_path, monkeypatch):
    """On macOS the stronger syncs are switched on and read back."""
    monkeypatch.setattr(connection.files, "sync_descriptor", os.fsync)
    monkeypatch.setattr(cipher.sys, "platform", "darwin")
    made = open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    made.close()


def test_a_file_without_the_salt_in_front_is_noticed(tmp_path, monkeypatch):
    """A new file whose raw bytes do not begin with the salt is refused and removed."""
    monkeypatch.setattr(connection.files, "read_small", lambda *_, **__: b"SQLite format 3\0" + bytes(100))
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert caught.value.reason == "file-not-encrypted"
    assert list(tmp_path.iterdir()) == []


def test_page_fields_in_the_clear_are_noticed(tmp_path, monkeypatch):
    """The 8 constant bytes of other ciphers in a new file are refused."""
    head = SALT + b"\x10\x00\x02\x02\x50\x40\x20\x20"
    monkeypatch.setattr(connection.files, "read_small", lambda *_, **__: head + bytes(100))
    with pytest.raises(errors.EncryptionUnavailable):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)


def test_a_plain_database_is_never_opened(tmp_path):
    """An unencrypted database in its place is refused and not changed."""
    plain = apsw.Connection(str(tmp_path / "x.db"))
    plain.execute("CREATE TABLE note (text)")
    plain.close()
    before = (tmp_path / "x.db").read_bytes()
    with pytest.raises(errors.EncryptionUnavailable) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT)
    assert caught.value.reason == "file-not-encrypted"
    assert (tmp_path / "x.db").read_bytes() == before


def test_a_wrong_key_and_a_wrong_salt(tmp_path, opened):
    """Neither opens anything, and both look like damage."""
    _write(opened, "x")
    opened.close()
    for key, salt in ((Secret(b"\x12" * 32), SALT), (KEY, b"\x23" * 16)):
        with pytest.raises(errors.VaultDamaged) as caught:
            open_database(path=tmp_path / "x.db", key=key, salt=salt, migrations=STEPS)
        assert caught.value.part == "database"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["x.db"]


@pytest.mark.claim("C-REST-02")
@pytest.mark.parametrize("place", [*range(0, 100, 7), 100, 1000, 4000, 4040, 4079, 4095])
def test_every_class_of_byte_of_page_1_is_authenticated(tmp_path, opened, place):
    """A flipped bit in salt, header, content, nonce or tag of page 1 is noticed."""
    opened.close()
    content = bytearray((tmp_path / "x.db").read_bytes())
    content[place] ^= 0x10
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(errors.VaultDamaged):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)


def test_a_salt_that_was_overwritten_is_noticed_even_when_pages_open(tmp_path, opened, monkeypatch):
    """The raw bytes are compared with the salt once more after opening."""
    opened.close()
    original = os.read
    monkeypatch.setattr(
        os, "read", lambda descriptor, count: bytes(count) if count == 16 else original(descriptor, count)
    )
    with pytest.raises(errors.VaultDamaged):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)


def test_a_torn_first_page_is_repaired_from_the_wal(tmp_path, opened):
    """After a power cut in a checkpoint the WAL has the only good first page, and it is used."""
    _write(opened, "kept")
    copy = tmp_path / "copy"
    copy.mkdir()
    for entry in ("x.db", "x.db-wal"):
        (copy / entry).write_bytes((tmp_path / entry).read_bytes())
    content = bytearray((copy / "x.db").read_bytes())
    content[:512] = os.urandom(512)
    (copy / "x.db").write_bytes(content)
    again = open_database(path=copy / "x.db", key=KEY, salt=SALT, migrations=STEPS)
    assert _texts(again) == ["kept"]
    again.close()


def test_creating_never_overwrites(tmp_path, opened):
    """A file that is there is refused."""
    opened.close()
    before = (tmp_path / "x.db").read_bytes()
    with pytest.raises(errors.VaultExists):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True)
    assert (tmp_path / "x.db").read_bytes() == before


def test_nothing_there(tmp_path):
    """Opening what is not there makes nothing."""
    with pytest.raises(errors.VaultMissing):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path):
    """Creating where there is no folder is a machine error."""
    with pytest.raises(errors.MachineError):
        open_database(path=tmp_path / "no" / "x.db", key=KEY, salt=SALT, create=True)


def test_a_database_on_a_protected_disk(tmp_path, opened, monkeypatch):
    """Where SQLite could open the file for reading only, the disk is protected and not broken."""
    opened.close()
    monkeypatch.setitem(cipher.connect.__kwdefaults__, "flags", apsw.SQLITE_OPEN_READONLY)
    with pytest.raises(errors.ReadOnly):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)


def test_a_database_is_opened_once(tmp_path, opened):
    """A second opening in this process is refused and the first goes on."""
    with pytest.raises(errors.VaultInUse):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)
    _write(opened, "x")


def test_another_process_is_kept_out(tmp_path, opened):
    """While it is open here, another process gets the one error that says so."""
    _write(opened, "x")
    script = textwrap.dedent(
        """
        import pathlib, sys
        from fieldlog import errors
        from fieldlog.primitives.secret import Secret
        from fieldlog.store.connection import open_database
        try:
            open_database(path=pathlib.Path(sys.argv[1]), key=Secret(b"\\x11" * 32), salt=b"\\x22" * 16)
        except errors.VaultInUse as error:
            print("in use", error.path)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "x.db")], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == f"in use {tmp_path}", done.stderr


def test_a_database_left_open_ends_with_the_interpreter(tmp_path):
    """A forgotten connection is closed at the end: no crash, and the WAL is written back."""
    script = textwrap.dedent(
        """
        import pathlib, sys
        from fieldlog.primitives.secret import Secret
        from fieldlog.store.connection import open_database
        made = open_database(path=pathlib.Path(sys.argv[1]), key=Secret(b"\\x11" * 32), salt=b"\\x22" * 16, create=True)
        with made.transaction():
            made.execute("CREATE TABLE t (x)")
        """
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "x.db")], check=False)
    assert done.returncode == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.db"]


def test_migrations_run_once_and_in_order(tmp_path, opened):
    """Steps that were done are not done again; new ones are added."""
    assert opened.execute("SELECT * FROM schema_step") == [(1, "first"), (2, "second")]
    opened.close()
    third = Migration(number=3, name="third", statements=("CREATE TABLE more (x)",))
    again = open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=(*STEPS, third))
    assert again.value("SELECT count(*) FROM schema_step") == 3
    again.close()


def test_a_newer_schema_is_not_touched(tmp_path, opened):
    """A database with steps this version does not know is refused."""
    opened.close()
    with pytest.raises(errors.VaultTooNew):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS[:1])


def test_a_schema_of_something_else_is_damage(tmp_path, opened):
    """Steps of another name are not these."""
    opened.close()
    other = (Migration(number=1, name="other", statements=()), STEPS[1])
    with pytest.raises(errors.VaultDamaged) as caught:
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=other)
    assert caught.value.part == "schema"


def test_a_step_that_fails_leaves_nothing_of_itself(tmp_path, opened):
    """A step is done whole or not at all, and can be done later."""
    opened.close()
    broken = Migration(number=3, name="third", statements=("CREATE TABLE more (x)", "CREATE NONSENSE"))
    with pytest.raises(errors.VaultDamaged):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=(*STEPS, broken))
    again = open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)
    assert again.value("SELECT count(*) FROM sqlite_schema WHERE name = 'more'") == 0
    again.close()


def test_steps_have_no_gap(tmp_path):
    """A list with a gap is a mistake that is found at once."""
    with pytest.raises(errors.UsageError):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, create=True, migrations=STEPS[1:])


def test_a_transaction_is_all_or_nothing(opened):
    """A block that raises leaves nothing; blocks inside blocks belong to the outer one."""

    def fail():
        with opened.transaction():
            _write(opened, "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert _texts(opened) == []
    with opened.transaction():
        _write(opened, "b")
        with opened.transaction():
            _write(opened, "c")
    assert _texts(opened) == ["b", "c"]


def test_rows_in_each_form(opened):
    """Rows come as a list, one by one, first only, or first column only."""
    opened.execute_many("INSERT INTO note (text) VALUES (?)", [(f"{number:04}",) for number in range(600)])
    assert sum(1 for _ in opened.each("SELECT text FROM note")) == 600
    assert opened.row("SELECT text FROM note ORDER BY text") == ("0000",)
    assert opened.row("SELECT text FROM note WHERE text = 'x'") is None
    assert opened.value("SELECT text FROM note WHERE text = 'x'") is None
    assert opened.is_open


def test_a_closed_database_says_so(opened):
    """Using it after closing is a usage error."""
    opened.close()
    assert not opened.is_open
    with pytest.raises(errors.UsageError):
        opened.execute("SELECT 1")


def test_threads_take_turns(opened):
    """Saves from several threads are all kept."""

    def work(name):
        for number in range(20):
            _write(opened, f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_texts(opened)) == 60


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (apsw.BusyError, errors.VaultInUse),
        (apsw.LockedError, errors.VaultInUse),
        (apsw.NotADBError, errors.VaultDamaged),
        (apsw.CorruptError, errors.VaultDamaged),
        (apsw.FullError, errors.NoSpace),
        (apsw.ReadOnlyError, errors.ReadOnly),
        (apsw.PermissionsError, errors.ReadOnly),
        (apsw.NoMemError, errors.NotEnoughMemory),
        (apsw.AuthError, errors.EncryptionUnavailable),
        (apsw.ConstraintError, errors.EditConflict),
        (apsw.IOError, errors.StorageFailed),
        (apsw.CantOpenError, errors.StorageFailed),
        (apsw.SQLError, errors.VaultDamaged),
    ],
)
def test_each_error_of_sqlite_has_its_error(tmp_path, raised, expected):
    """No exception of the library leaves the store."""
    with pytest.raises(expected), database.translating(tmp_path / "x.db"):
        raise raised


def test_a_folder_that_is_protected(tmp_path, monkeypatch):
    """When SQLite cannot make its log on a disk that may not be written, that is what is said."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(errors.ReadOnly), database.translating(tmp_path / "x.db"):
        raise apsw.CantOpenError


def test_a_text_that_cannot_be_stored(opened):
    """A lone surrogate in a value is a mistake of use that does not repeat the text."""
    with pytest.raises(errors.UsageError) as caught:
        _write(opened, "secret \udcff")
    assert str(caught.value) == str(errors.UsageError("text-encoding"))
    assert _texts(opened) == []


def test_a_stored_text_that_is_none(opened):
    """Bytes that are no text, as an older page put back may leave them, are damage; the message repeats nothing."""
    opened._connection.execute("INSERT INTO note (text) VALUES (CAST(x'61ff62' AS TEXT))")
    for ask in (
        _texts,
        lambda made: made.value("SELECT text FROM note"),
        lambda made: list(made.each("SELECT text FROM note")),
    ):
        with pytest.raises(errors.VaultDamaged) as caught:
            ask(opened)
        assert caught.value.part == "record"
        assert caught.value.__suppress_context__


@pytest.mark.parametrize("call", ["read", "lseek"])
def test_a_disk_that_fails_at_the_first_bytes(tmp_path, opened, monkeypatch, call):
    """An input/output error while the raw bytes are looked at is a failing disk."""
    opened.close()
    monkeypatch.setattr(os, call, lambda *_: (_ for _ in ()).throw(OSError(5, "x")))
    with pytest.raises(errors.StorageFailed):
        open_database(path=tmp_path / "x.db", key=KEY, salt=SALT, migrations=STEPS)


def test_a_folder_that_vanished(tmp_path):
    """An input/output error where the folder is gone is a vanished device."""
    with pytest.raises(errors.TargetVanished), database.translating(tmp_path / "gone" / "x.db"):
        raise apsw.IOError


@pytest.mark.parametrize("name", ["a b", "100%", "a?b#c", "Құжаттар", "a&b=c"])
def test_folders_of_any_name(tmp_path, name):
    """A folder name that means something in an address means nothing here."""
    folder = tmp_path / name
    folder.mkdir()
    for create in (True, False):
        open_database(path=folder / "x.db", key=KEY, salt=SALT, create=create, migrations=STEPS).close()
    assert [entry.name for entry in folder.iterdir()] == ["x.db"]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
