import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap

import pytest

from fieldlog import errors
from fieldlog.field import recording, settings, vault
from fieldlog.field.recording import Cursor
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf, rng, words
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.session import VaultStore
from fieldlog.system import process
from support.vault_files import contents, files_of, locked_files, older_pages

PASSPHRASE = Secret.from_text("щека батарея лютый июнь фронт житель голова")
RECOVERY = Secret.from_text("farm happy cluster clock rabbit mass pause baby cigar labor gym round")
FILES = ["fieldlog.json", "media-a", "media-b", "slots", "vol-a", "vol-b"]


def _names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def _save(opened, text="что-то случилось", **answers):
    return recording.save(opened, None, QuickCapture(what=text, **answers), ready=True)


def test_a_new_vault_has_six_private_files(folder):
    """A locked vault is one folder, 0700, with these six files, 0600, and no other; those of a pair are equal."""
    assert _names(folder) == FILES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(entry.stat().st_mode) for entry in folder.iterdir()} == {0o600}
    assert (folder / "slots").stat().st_size == 4096
    for pair in (("vol-a", "vol-b"), ("media-a", "media-b")):
        first, second = ((folder / name).stat() for name in pair)
        assert (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)
    assert json.loads((folder / "fieldlog.json").read_bytes())["kdf"]["memory_mib"] == 64


def test_both_secrets_open_it_however_they_are_typed(unlock):
    """Passphrase and recovery words open the same records; case and blanks do not matter."""
    first = unlock()
    code = _save(first)
    first.lock()
    second = unlock(vault.typed_secret("  ЩЕКА батарея\tлютый  июнь фронт житель голова\n"))
    assert recording.read_incident(second, code).row.code == code
    second.lock()
    third = unlock(RECOVERY)
    assert recording.read_incident(third, code).row.code == code


def test_what_is_shown_after_unlocking(unlock, clock):
    """Last time, number of incidents and revisions, and words that change with every save."""
    with unlock() as first:
        assert first.opened.last_opened.isoformat() == "2026-03-01T00:00:00+00:00"
        assert (first.opened.incidents, first.opened.revisions) == (0, 0)
        before = first.opened.check_words("en")
        _save(first)
    assert not first.is_open
    clock.move_on(seconds=3600)
    with unlock() as second:
        assert second.opened.last_opened.isoformat() == "2026-03-02T10:15:00+00:00"
        assert (second.opened.incidents, second.opened.revisions) == (1, 5)
        after = second.opened.check_words("en")
        assert len(after) == 4
        assert after != before
        assert second.opened.check_words("ru") != after
    with unlock() as third:
        assert third.opened.check_words("en") == after


def test_an_existing_place_is_never_overwritten(folder, tmp_path, clock):
    """Creating over a vault, a file or an empty folder is refused and changes nothing."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    before = {name: (folder / name).read_bytes() for name in FILES}
    for place in (folder, tmp_path / "file", tmp_path / "empty"):
        with pytest.raises(errors.VaultExists):
            vault.create(
                folder=place,
                passphrase=PASSPHRASE,
                recovery=RECOVERY,
                clock=clock,
                profile=CHEAPEST_FOR_TESTS,
            )
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    assert _names(tmp_path) == ["empty", "file", "vault"]


def test_a_place_that_appears_meanwhile_is_not_overwritten(tmp_path, clock, monkeypatch):
    """Something made there while the vault is built is left alone, and nothing else is left."""
    from fieldlog.formats import keyslots

    place, original = tmp_path / "vault", keyslots.create_all

    def create(*arguments, **options):
        place.mkdir()
        return original(*arguments, **options)

    monkeypatch.setattr(keyslots, "create_all", create)
    with pytest.raises(errors.VaultExists):
        vault.create(
            folder=place, passphrase=PASSPHRASE, recovery=RECOVERY, clock=clock, profile=CHEAPEST_FOR_TESTS
        )
    assert _names(tmp_path) == ["vault"]
    assert _names(place) == []


@pytest.mark.parametrize("error", [errors.NotEnoughMemory(needed=1), errors.NoSpace(""), KeyboardInterrupt()])
def test_a_vault_appears_whole_or_not_at_all(tmp_path, clock, monkeypatch, error):
    """Whatever stops the making leaves an empty place."""
    from fieldlog.formats import keyslots

    monkeypatch.setattr(keyslots, "argon2id", lambda *_, **__: (_ for _ in ()).throw(error))
    with pytest.raises(type(error)):
        vault.create(
            folder=tmp_path / "a" / "vault",
            passphrase=PASSPHRASE,
            recovery=RECOVERY,
            clock=clock,
            profile=CHEAPEST_FOR_TESTS,
        )
    assert _names(tmp_path / "a") == []


def test_the_profile_is_measured_when_none_is_given(tmp_path, clock, monkeypatch):
    """Without a profile this computer is calibrated once, with the memory it has."""
    asked = []
    monkeypatch.setattr(process, "available_memory", lambda: 3 << 30)
    monkeypatch.setattr(kdf, "calibrate", lambda memory: asked.append(memory) or CHEAPEST_FOR_TESTS)
    vault.create(folder=tmp_path / "v", passphrase=PASSPHRASE, recovery=RECOVERY, clock=clock).lock()
    assert asked == [3 << 30]
    assert vault.exists(tmp_path / "v")
    assert not vault.exists(tmp_path)


def test_wrong_passphrase(unlock, folder):
    """A wrong passphrase is refused, changes nothing, and the right one still works."""
    before = {name: (folder / name).read_bytes() for name in FILES}
    with pytest.raises(errors.CannotUnlock):
        unlock(Secret.from_text("wrong"))
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    unlock()


def test_a_secret_that_is_no_text(unlock):
    """Bytes that are no text are refused with their own error."""
    with pytest.raises(errors.KeyTextError):
        unlock(Secret(b"\xff"))


def test_no_vault_there(tmp_path, clock):
    """A place without a folder, and a folder without a vault, are missing vaults."""
    (tmp_path / "empty").mkdir(mode=0o700)
    for name in ("nothing", "empty"):
        with pytest.raises(errors.VaultMissing) as caught:
            vault.unlock(folder=tmp_path / name, passphrase=PASSPHRASE, clock=clock)
        assert caught.value.path == str(tmp_path / name)


@pytest.mark.parametrize("kept", [(), ("slots", "vol-a"), ("media-b",)])
def test_a_vault_without_its_header_is_damaged(folder, clock, kept):
    """Where fieldlog.json was not copied along, nobody is told that there is no vault to be damaged."""
    for path in folder.iterdir():
        if path.name == "fieldlog.json" or (kept and path.name not in kept):
            path.unlink()
    assert vault.exists(folder)
    with pytest.raises(errors.VaultDamaged) as caught:
        vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=clock)
    assert caught.value.part == "header"
    with pytest.raises(errors.VaultExists):
        vault.create(folder=folder, passphrase=PASSPHRASE, recovery=RECOVERY, clock=clock)


@pytest.mark.parametrize("name", ["", *FILES])
def test_looser_permissions_are_refused(unlock, folder, name):
    """A vault others could read or change is not opened."""
    (folder / name).chmod(0o755 if not name else 0o644)
    with pytest.raises(errors.UnsafePermissions):
        unlock()


def test_a_newer_vault(unlock, folder):
    """A vault of a later format or schema is refused as such."""
    content = (folder / "fieldlog.json").read_bytes()
    (folder / "fieldlog.json").write_bytes(content.replace(b'"format": 2', b'"format": 3'))
    with pytest.raises(errors.VaultTooNew):
        unlock()
    (folder / "fieldlog.json").write_bytes(content)
    opened = unlock()
    opened.store._database.execute("INSERT INTO schema_step VALUES (99, 'later')")
    opened.lock()
    with pytest.raises(errors.VaultTooNew):
        unlock()


def _make(place, clock, profile):
    vault.create(folder=place, passphrase=PASSPHRASE, recovery=RECOVERY, clock=clock, profile=profile).lock()


def _write_profile(place, **numbers):
    """Write other numbers into fieldlog.json the way Fieldlog spells them; return what was there."""
    content = (place / "fieldlog.json").read_bytes()
    plain = json.loads(content)
    plain["kdf"].update(numbers)
    (place / "fieldlog.json").write_bytes(json.dumps(plain, sort_keys=True, indent=1).encode() + b"\n")
    return content


@pytest.mark.claim("C-KEY-02")
@pytest.mark.parametrize(
    ("profile", "weaker", "derived"),
    [
        (kdf.Argon2Profile(name="one pass more", memory_mib=64, passes=4), {"passes": 3}, True),
        (kdf.Argon2Profile(name="twice the memory", memory_mib=128, passes=3), {"memory_mib": 64}, True),
        (kdf.L, {"passes": 3}, False),
        (kdf.L, {"memory_mib": 64}, False),
        (kdf.L, {"memory_mib": 64, "passes": 3}, False),
    ],
)
def test_a_weaker_profile_written_into_the_header_opens_nothing(
    tmp_path, clock, monkeypatch, profile, weaker, derived
):
    """A lowered profile in fieldlog.json opens nothing, even if the key did not depend on the profile."""
    from fieldlog.formats import keyslots

    if not derived:
        # The same key whatever the profile: what refuses now is the header bound into every slot.
        monkeypatch.setattr(
            keyslots, "argon2id", lambda secret, *, salt, profile: Secret(sha256(secret.reveal() + salt))
        )
    place = tmp_path / "vault"
    _make(place, clock, profile)
    written = _write_profile(place, **weaker)
    for secret in (PASSPHRASE, RECOVERY):
        with pytest.raises(errors.CannotUnlock):
            vault.unlock(folder=place, passphrase=secret, clock=clock)
    (place / "fieldlog.json").write_bytes(written)
    vault.unlock(folder=place, passphrase=PASSPHRASE, clock=clock).lock()


@pytest.mark.claim("C-KEY-02")
@pytest.mark.parametrize("numbers", [{"memory_mib": 63}, {"memory_mib": 32}, {"passes": 2}, {"passes": 0}])
def test_less_than_64_mib_or_three_passes_is_never_tried(unlock, folder, monkeypatch, numbers):
    """A header below the floor is damage, found before anything is derived from the passphrase."""
    from fieldlog.formats import keyslots

    derived = []
    monkeypatch.setattr(keyslots, "argon2id", lambda *_, **__: derived.append(1))
    _write_profile(folder, **numbers)
    with pytest.raises(errors.VaultDamaged) as caught:
        unlock()
    assert caught.value.part == "header"
    assert not derived


LOG = 1 << 20
"""Where the database begins in its volume."""


def _flip(content, place):
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    ("name", "damage", "part"),
    [
        ("fieldlog.json", lambda content: content[:-1], "header"),
        ("fieldlog.json", lambda content: b"", "header"),
        ("fieldlog.json", lambda content: content * 20, "header"),
        ("fieldlog.json", lambda content: content.replace(b"64", b"32"), "header"),
        ("slots", lambda content: content[:-1], "slots"),
        ("slots", lambda content: content + b"\0", "slots"),
        ("slots", lambda content: b"", "slots"),
        ("slots", lambda content: None, "slots"),
        ("vol-a", lambda content: None, "database"),
        ("vol-b", lambda content: None, "database"),
        ("media-a", lambda content: None, "media"),
        ("media-b", lambda content: None, "media"),
        ("database", lambda content: b"", "database"),
        ("database", lambda content: content[:1000], "database"),
        ("database", lambda content: content[:LOG], "database"),
        ("database", lambda content: content[: LOG + 1000], "database"),
        ("database", lambda content: content[: LOG + 5000], "database"),
        ("database", lambda content: bytes(len(content)), "database"),
        ("database", lambda content: _flip(content, LOG), "database"),
        ("database", lambda content: _flip(content, LOG + 4000), "database"),
    ],
)
def test_damage_is_named_by_its_part(unlock, folder, name, damage, part):
    """A damaged or missing file is named, whichever volume it belongs to, and opening changes nothing."""
    path = locked_files(folder, PASSPHRASE).database if name == "database" else folder / name
    content = damage(path.read_bytes())
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    before = contents(folder)
    with pytest.raises(errors.VaultDamaged) as caught:
        unlock()
    assert (caught.value.part, caught.value.path) == (part, str(folder))
    assert contents(folder) == before


@pytest.mark.parametrize("change", [lambda content: bytes(len(content)), lambda content: content[::-1]])
def test_the_other_volume_is_not_looked_at(unlock, folder, change):
    """Whatever lies in the volume that these words do not open changes nothing about this one, nor is it changed."""
    files = locked_files(folder, PASSPHRASE)
    for path in (files.other_database, files.other_media):
        path.write_bytes(change(path.read_bytes()))
    before = [path.read_bytes() for path in (files.other_database, files.other_media)]
    with unlock() as opened:
        code = _save(opened)
        opened.store.verify()
    with unlock() as opened:
        assert recording.read_incident(opened, code).incident is not None
    assert [path.read_bytes() for path in (files.other_database, files.other_media)] == before


@pytest.mark.parametrize("cut", [1, 5000, 300_000])
def test_an_end_that_is_cut_off_is_made_again(unlock, folder, cut):
    """What is behind the database is random and missed by nobody: the two files become equal again."""
    path = locked_files(folder, PASSPHRASE).database
    os.truncate(path, path.stat().st_size - cut)
    with unlock() as opened:
        code = _save(opened)
        opened.store.verify()
    assert (folder / "vol-a").stat().st_size == (folder / "vol-b").stat().st_size
    with unlock() as opened:
        assert recording.read_incident(opened, code).incident is not None


@pytest.mark.parametrize("place", [0, 31])
def test_a_damaged_salt_is_a_failed_unlock(unlock, folder, place):
    """Damage in the slots cannot be told from a wrong passphrase."""
    content = bytearray((folder / "slots").read_bytes())
    content[place] ^= 1
    (folder / "slots").write_bytes(content)
    with pytest.raises(errors.CannotUnlock):
        unlock()


def test_a_payload_of_another_version_is_damage(unlock, monkeypatch):
    """A slot that opens and holds something unknown is a damaged slot."""
    from fieldlog.formats.keyslots import SlotPayload

    monkeypatch.setattr(SlotPayload, "parse", lambda _: (_ for _ in ()).throw(errors.KeySlotError("payload")))
    with pytest.raises(errors.VaultDamaged) as caught:
        unlock()
    assert caught.value.part == "slots"


def test_a_page_that_was_altered_later_is_damage(unlock, folder):
    """A flipped bit in any page is found when the page is read, at the latest by verify."""
    opened = unlock()
    _save(opened)
    files = files_of(opened.store)
    opened.lock()
    files.database.write_bytes(_flip(files.database.read_bytes(), files.page(4).start + 100))

    def verify():
        unlock().store.verify()

    with pytest.raises(errors.VaultDamaged):
        verify()


def test_one_fieldlog_at_a_time(opened, folder):
    """A second opening, here or in another process, is refused; the first goes on."""
    script = textwrap.dedent(
        """
        import pathlib, sys
        from fieldlog import errors
        from fieldlog.field import vault
        from fieldlog.system.clock import SystemClock
        try:
            vault.unlock(folder=pathlib.Path(sys.argv[1]), passphrase=vault.typed_secret("x"), clock=SystemClock())
        except errors.VaultInUse as error:
            print(error.path)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str(folder), done.stderr
    with pytest.raises(errors.VaultInUse):
        vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=opened.clock)
    _save(opened)


def test_too_little_memory_is_said_before_trying(unlock, monkeypatch):
    """The needed bytes are named, and nothing weaker is tried."""
    monkeypatch.setattr(process, "available_memory", lambda: 1 << 20)
    with pytest.raises(errors.NotEnoughMemory) as caught:
        unlock()
    assert caught.value.needed == 64 << 20


def test_a_database_that_was_put_back_is_noticed(unlock, folder):
    """An older database under the newer slots is an altered history."""
    opened = unlock()
    _save(opened)
    database = files_of(opened.store).database
    opened.lock()
    old = database.read_bytes()
    opened = unlock()
    _save(opened, "later")
    opened.lock()
    database.write_bytes(old)
    with pytest.raises(errors.HistoryAltered):
        unlock()


@pytest.mark.claim("C-REST-03")
@pytest.mark.parametrize("change", ["nothing", "draft", "card", "detach", "bin", "setting"])
def test_an_older_database_is_noticed_without_a_new_revision(unlock, folder, tmp_path, change):
    """Whatever a session did, the database of the session before it is an altered history."""
    (tmp_path / "note.txt").write_bytes(b"x")
    with unlock() as opened:
        code = _save(opened)
        evidence = recording.attach(opened, code, tmp_path / "note.txt")
        database = files_of(opened.store).database
    old = database.read_bytes()
    with unlock() as opened:
        count = opened.store.head.count
        if change == "draft":
            recording.keep_draft(opened, None, QuickCapture(what="precious"))
        elif change == "card":
            opened.store.trust.pin(card_id="c", content=b"card", at="2026-03-02T10:15:00Z")
        elif change == "detach":
            recording.detach(opened, code, evidence.code)
        elif change == "bin":
            recording.move_to_bin(opened, code)
        elif change == "setting":
            settings.set(opened, "language", "kk")
        assert opened.store.head.count == count
    database.write_bytes(old)
    with pytest.raises(errors.HistoryAltered):
        unlock()


def test_only_what_writes_raises_the_epoch(opened):
    """One step for each transaction that changed something, none for one that read."""
    store = opened.store
    before = store.head.epoch
    with store.transaction():
        store.incidents.counts()
    assert store.head.epoch == before
    with store.transaction():
        store.settings.set("language", "kk")
        store.settings.set("theme", "dark")
    assert store.head.epoch == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE current SET seq = (SELECT min(seq) FROM revision WHERE revision.code = current.code)",
        "DELETE FROM current WHERE type = 'incident'",
        "DELETE FROM revision WHERE seq = (SELECT max(seq) FROM revision)",
        "UPDATE revision SET content = (SELECT content FROM revision AS older WHERE older.seq = 1)",
        "UPDATE incident SET version = 1",
        "DELETE FROM version WHERE number = 2",
        "DELETE FROM incident",
    ],
)
def test_tables_of_different_times_are_noticed_by_verify(opened, statement):
    """Rows of an older time in any table that the history refers to do not pass the check."""
    code = _save(opened, "one")
    recording.save(opened, code, QuickCapture(what="two"), ready=True)
    opened.store.verify()
    database = opened.store._database
    database._connection.authorizer = None
    database._connection.execute("PRAGMA foreign_keys = OFF")
    database.execute(statement)
    with pytest.raises(errors.HistoryAltered):
        opened.store.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE current SET seq = (SELECT min(seq) FROM revision WHERE revision.code = current.code)",
        "DELETE FROM current WHERE type = 'incident'",
        "DELETE FROM revision WHERE seq = (SELECT max(seq) FROM revision WHERE code LIKE 'INC-%')",
        "UPDATE revision SET content = (SELECT content FROM revision AS older WHERE older.seq = 1)",
    ],
)
def test_an_older_revision_is_never_shown_as_the_present_one(opened, statement):
    """When current, index and revision disagree about a record, nothing of the incident is shown or sealed."""
    code = _save(opened, "one")
    recording.save(opened, code, QuickCapture(what="two"), ready=True)
    database = opened.store._database
    database._connection.authorizer = None
    database._connection.execute("PRAGMA foreign_keys = OFF")
    database.execute(statement)
    with pytest.raises(errors.HistoryAltered):
        recording.read_incident(opened, code)


@pytest.mark.claim("C-REST-03")
@pytest.mark.parametrize("secret", [PASSPHRASE, RECOVERY])
def test_slots_that_were_put_back_are_noticed(unlock, folder, secret):
    """Older slots beside a newer database are an altered history, whichever secret opens them."""
    old = (folder / "slots").read_bytes()
    opened = unlock()
    _save(opened)
    opened.lock()
    newest = (folder / "slots").read_bytes()
    assert newest != old
    (folder / "slots").write_bytes(old)
    with pytest.raises(errors.HistoryAltered):
        unlock(secret)
    (folder / "slots").write_bytes(newest)
    unlock(secret)


def test_a_database_ahead_of_its_slots_is_no_alarm(unlock, folder, tmp_path, clock):
    """A kill leaves the slots as they were at the last lock: that is normal."""
    opened = unlock()
    code = _save(opened)
    shutil.copytree(folder, tmp_path / "killed")
    opened.lock()
    assert (tmp_path / "killed" / "slots").read_bytes() != (folder / "slots").read_bytes()
    with vault.unlock(folder=tmp_path / "killed", passphrase=PASSPHRASE, clock=clock) as again:
        assert recording.read_incident(again, code).incident is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE revision SET content = CAST(replace(CAST(content AS TEXT), 'one', 'two') AS BLOB)",
        "UPDATE revision SET prev_hash = zeroblob(32) WHERE seq = 3",
        "UPDATE revision SET seq = 99 WHERE seq = (SELECT max(seq) FROM revision)",
        "UPDATE head SET count = count - 1",
        "UPDATE head SET hash = zeroblob(32)",
        "DELETE FROM head",
        "UPDATE revision SET version = 7 WHERE seq = 2",
    ],
)
def test_a_rewritten_history_is_noticed(opened, statement):
    """No change inside the chain passes the check, even by somebody who has the key."""
    _save(opened, "one")
    assert opened.store.verify() == 5
    database = opened.store._database
    database.execute("PRAGMA quick_check")
    with database.transaction():
        database.execute("DELETE FROM membership")
        database.execute("DELETE FROM current")
        database.execute(statement)
    with pytest.raises(errors.HistoryAltered):
        opened.store.verify()


def test_a_failing_integrity_check_is_damage(opened, monkeypatch):
    """Verify believes SQLite when it says a page is wrong."""
    monkeypatch.setattr(opened.store._database, "execute", lambda *_: [("row 1 missing",)])
    with pytest.raises(errors.VaultDamaged):
        opened.store.verify()


def test_locking_never_fails_for_want_of_space(unlock, folder, monkeypatch):
    """When the slots cannot be written the vault locks all the same and opens again."""
    opened = unlock()
    code = _save(opened)
    old = (folder / "slots").read_bytes()
    original = os.open

    def refuse(path, flags, *rest):
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "full")
        return original(path, flags, *rest)

    monkeypatch.setattr(os, "open", refuse)
    opened.lock()
    opened.lock()
    monkeypatch.undo()
    assert (folder / "slots").read_bytes() == old
    assert _names(folder) == FILES
    assert recording.read_incident(unlock(), code).incident is not None


def test_a_full_disk_lets_one_in(unlock, monkeypatch):
    """Unlocking does not need room on the disk."""
    from fieldlog.store.vault.settings import Settings

    monkeypatch.setattr(Settings, "set", lambda *_: (_ for _ in ()).throw(errors.NoSpace("")))
    assert unlock().is_open


def test_an_error_after_opening_releases_everything(unlock, monkeypatch):
    """When opening fails at its last step, the vault can be opened again."""
    with monkeypatch.context() as patch:
        patch.setattr(vault, "OpenVault", lambda *_: (_ for _ in ()).throw(errors.StorageFailed("")))
        with pytest.raises(errors.StorageFailed):
            unlock()
    unlock()


@pytest.mark.parametrize("step", ["OpenVault", "_opened"])
def test_a_vault_that_cannot_be_opened_after_it_was_made_is_not_left(tmp_path, clock, monkeypatch, step):
    """Making a vault leaves a vault or nothing, whatever fails after it has its name; no lock stays."""
    owner = vault if step == "OpenVault" else VaultStore

    def make():
        return vault.create(
            folder=tmp_path / "v",
            passphrase=PASSPHRASE,
            recovery=RECOVERY,
            clock=clock,
            profile=CHEAPEST_FOR_TESTS,
        )

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, lambda *_: (_ for _ in ()).throw(errors.StorageFailed("")))
        with pytest.raises(errors.StorageFailed):
            make()
    assert list(tmp_path.iterdir()) == []
    make().lock()


def test_a_code_of_broken_bytes_is_refused(opened):
    """An argument that no encoding can carry is a mistake of use, and the message does not repeat it."""
    with pytest.raises(errors.UsageError) as caught:
        recording.read_incident(opened, "INC-\udcff")
    assert "udcff" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_folder_with_an_impossible_name(tmp_path, clock):
    """A name that no file can have is an error that says so, before and at unlocking."""
    place = tmp_path / ("v" * 300)
    for ask in (
        lambda: vault.exists(place),
        lambda: vault.unlock(folder=place, passphrase=PASSPHRASE, clock=clock),
    ):
        with pytest.raises(errors.FileUnreadable):
            ask()
    assert not vault.exists(tmp_path / "v")


def test_leftovers_of_a_killed_process_are_taken_away(unlock, folder):
    """A temporary file that a kill left is gone after the next unlock; other names are not touched."""
    (folder / ".0123456789abcdef.part").write_bytes(b"x")
    (folder / ".0123456789abcdef.part").chmod(0o600)
    unlock().lock()
    assert _names(folder) == FILES


def test_settings_live_in_the_vault(unlock):
    """Language and theme come back after locking; other names are refused."""
    with unlock() as opened:
        assert settings.get(opened, "language") == ""
        settings.set(opened, "language", "kk")
    with unlock() as opened:
        assert settings.get(opened, "language") == "kk"
        for ask in (lambda: settings.get(opened, "x"), lambda: settings.set(opened, "x", "y")):
            with pytest.raises(errors.UsageError):
                ask()


def test_the_reporter_has_one_root_key(unlock):
    """The root of the reporter's keys is made once and stays."""
    with unlock() as opened:
        root = opened.store.settings.reporter_root()
        assert len(root) == 32
        assert opened.store.settings.reporter_root() == root
    with unlock() as opened:
        assert opened.store.settings.reporter_root() == root
        assert opened.store.free_space() > 0


@pytest.mark.claim("C-KEY-01")
@pytest.mark.parametrize(("language", "listed"), [("en", "en"), ("ru", "ru"), ("kk", "ru")])
def test_the_proposed_passphrase_is_what_was_drawn(language, listed, monkeypatch):
    """What is proposed are seven separate draws among all 2,048 words, both ends included, and nothing else."""
    draws = [0, 2047, 1024, 1, 2047, 512, 7]
    asked, numbers = [], iter(draws)
    monkeypatch.setattr(rng.secrets, "randbelow", lambda bound: asked.append(bound) or next(numbers))
    proposed = vault.propose_passphrase(language)
    assert proposed == tuple(words.word_list(listed)[number] for number in draws)
    assert asked == [2048] * 7
    assert vault.secret_of(proposed) == vault.typed_secret(" ".join(proposed)) == words.phrase(proposed)


def test_generated_words():
    """Seven words for the passphrase, twelve with a checksum for paper."""
    from fieldlog.primitives import recovery

    assert len(vault.propose_passphrase("ru")) == 7
    kit = vault.propose_recovery("en")
    assert len(recovery.entropy_of(kit)) == 16
    assert vault.secret_of(kit) == vault.typed_secret(" ".join(kit).upper())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("казахстан2026", "passphrase-short"),
        ("один два три сорок", "passphrase-short"),
        ("оченьдлинноеслово оченьдлинноеслово2", "passphrase-short"),
        ("берёза река берёза камень облако", "passphrase-repeated"),
    ],
)
def test_weak_passphrases_of_ones_own(text, reason):
    """Too short or repeated words are refused with the reason."""
    with pytest.raises(errors.KeyTextError) as caught:
        vault.check_own_passphrase(text)
    assert caught.value.reason == reason
    vault.check_own_passphrase("берёза река камень облако весна")


_CHILD = """
import os, pathlib, sys
from fieldlog.field import recording, vault
from fieldlog.model.quick import QuickCapture
from fieldlog.system.clock import SystemClock
passphrase = vault.typed_secret("щека батарея лютый июнь фронт житель голова")
opened = vault.unlock(folder=pathlib.Path(sys.argv[1]), passphrase=passphrase, clock=SystemClock())
big = pathlib.Path(sys.argv[2])
number = 0
while True:
    code = recording.save(opened, None, QuickCapture(what=f"запись {number}"), ready=True)
    draft = recording.keep_draft(opened, None, QuickCapture(what=f"черновик {number}"), recording.Cursor("what", 0, number))
    print(code, draft, flush=True)
    if number % 3 == 0:
        recording.attach(opened, code, big)
        print("file", code, flush=True)
    number += 1
"""


@pytest.mark.claim("C-DUR-01")
def test_kill_9_loses_nothing_that_was_acknowledged(folder, unlock, tmp_path):
    """A process killed in the middle of saving and attaching leaves every acknowledged save, draft and file."""
    (tmp_path / "big").write_bytes(os.urandom(2_000_000))
    for round_number in range(4):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(folder), str(tmp_path / "big")],
            stdout=subprocess.PIPE,
            text=True,
        )
        seen = [child.stdout.readline() for _ in range(5 + 3 * round_number)]
        os.kill(child.pid, signal.SIGKILL)
        seen += child.stdout.readlines()
        child.stdout.close()
        child.wait()
        assert _names(folder) == FILES
        opened = unlock()
        assert len(seen) >= 5
        for line in (line.split() for line in seen if line.endswith("\n")):
            if line[0] == "file":
                (evidence,) = recording.read_incident(opened, line[1]).evidence
                with recording.open_attachment(opened, evidence.code) as reader:
                    assert reader.read() == (tmp_path / "big").read_bytes()
            else:
                saved, draft = line
                assert recording.read_incident(opened, saved).incident.narrative.text.startswith("запись")
                assert recording.read_draft(opened, draft)[0].what.startswith("черновик")
        opened.store.verify()
        opened.lock()
        assert _names(folder) == FILES


def test_a_copy_taken_while_open_is_readable(opened, folder, tmp_path, clock):
    """The files of an open vault, as a power cut would leave them, hold every save."""
    code = _save(opened)
    recording.keep_draft(opened, code, QuickCapture(what="дальше"), Cursor("what", 0, 6))
    shutil.copytree(folder, tmp_path / "copy")
    with vault.unlock(folder=tmp_path / "copy", passphrase=PASSPHRASE, clock=clock) as again:
        capture, cursor = recording.read_draft(again, code)
        assert (capture.what, cursor) == ("дальше", Cursor("what", 0, 6))


def test_nothing_typed_is_readable_in_any_file(opened, folder, tmp_path):
    """Words, names of files and codes are in no file of the vault, open or locked."""
    code = _save(opened, "КАНАРЕЙКА у фонтана", where="Канарейкино")
    recording.keep_draft(opened, code, QuickCapture(what="ЧЕРНОВИК-канарейка"))
    (tmp_path / "canary-name.txt").write_bytes(b"CANARY-canary" * 1000)
    recording.attach(opened, code, tmp_path / "canary-name.txt")
    needles = [text.encode() for text in ("анарейк", "АНАРЕЙК", "canary", "CANARY", code, "CREATE TABLE")]
    for _ in range(2):
        for entry in folder.iterdir():
            content = entry.read_bytes()
            assert not [needle for needle in needles if needle in content]
        opened.lock()


def test_a_store_closes_twice(folder):
    """Closing again is harmless."""
    store = VaultStore.unlock(folder, secret=PASSPHRASE, available_memory=1 << 40)
    assert store.is_open
    store.close()
    store.close()
    assert not store.is_open


def test_a_vault_that_was_not_locked_says_so_once(unlock, folder, tmp_path, clock):
    """After a kill the next unlock knows of it, the one after it does not; a new vault and a locked one never."""
    opened = unlock()
    assert not opened.opened.left_open
    _save(opened)
    shutil.copytree(folder, tmp_path / "killed")
    opened.lock()
    with vault.unlock(folder=tmp_path / "killed", passphrase=PASSPHRASE, clock=clock) as again:
        assert again.opened.left_open
    with vault.unlock(folder=tmp_path / "killed", passphrase=RECOVERY, clock=clock) as again:
        assert not again.opened.left_open


def test_a_list_of_another_moment_is_an_alarm(unlock, folder):
    """The whole log region of an earlier lock, with its list, beside the newest database."""
    unlock().lock()
    files = locked_files(folder, PASSPHRASE)
    older = files.database.read_bytes()[: files.log_bytes]
    with unlock() as opened:
        _save(opened)
    newest = files.database.read_bytes()
    files.database.write_bytes(older + newest[files.log_bytes :])
    with pytest.raises(errors.HistoryAltered):
        unlock()
    files.database.write_bytes(newest)
    unlock().lock()


def test_an_older_page_is_not_taken_into_a_backup(unlock, folder):
    """Pages that a backup copies are compared with the list too, where nothing had read them before."""
    with unlock() as opened:
        codes = [_save(opened, f"{number} " + "долгий рассказ " * 400) for number in range(6)]
    files = locked_files(folder, PASSPHRASE)
    older = files.database.read_bytes()
    with unlock() as opened:
        recording.save(opened, codes[0], QuickCapture(what="другое " * 900), ready=True)
    newest = files.database.read_bytes()
    refused = 0
    for _number, altered in older_pages(files, newest, older):
        files.database.write_bytes(altered)
        try:
            with unlock() as opened, opened.store.database_pages() as (_size, pages):
                assert b"".join(pages())
        except errors.HistoryAltered:
            refused += 1
        except errors.VaultDamaged:
            # What lay there earlier was no page.
            continue
        else:
            pytest.fail("an older page was copied")
    assert refused > 3
