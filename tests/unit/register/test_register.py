"""The register's store: damage, an altered audit chain and reused codes are noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from fieldlog import errors
from fieldlog.formats.keyslots import Purpose, SlotSecret
from fieldlog.primitives import rng
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.register import Action, AuditHead, Identities, RegisterStore, RegisterTables, senders

SECRET = Secret(b"a passphrase")
AT = "2026-03-02T12:00:00Z"
PLENTY = 1 << 40


def identities() -> Identities:
    return Identities(
        **{kind: rng.random_secret(32) for kind in ("root", "hybrid", "classic", "authentication", "signing")}
    )


def fill(tables: RegisterTables) -> None:
    tables.identities.add(identities(), made_at=AT)
    tables.audit.append(Action.CREATED, at_utc=AT)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "register"


@pytest.fixture
def store(place: Path) -> Iterator[RegisterStore]:
    made = RegisterStore.create(
        place,
        profile=CHEAPEST_FOR_TESTS,
        secrets=[SlotSecret(purpose=Purpose.PASSPHRASE, secret=SECRET)],
        fill=fill,
    )
    yield made
    made.close()


def unlock(place: Path) -> RegisterStore:
    return RegisterStore.unlock(place, secret=SECRET, available_memory=PLENTY)


def test_it_opens_again_and_closes_twice(store: RegisterStore, place: Path) -> None:
    """What was kept is there after locking; closing again is harmless."""
    kept = store.identities.read()
    store.close()
    store.close()
    assert not store.is_open
    again = unlock(place)
    assert again.identities.read() == kept
    assert again.identities.last_card() is None
    again.close()


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("register.json", b"{}", errors.VaultDamaged),
        ("slots", bytes(4096), errors.CannotUnlock),
        ("slots", bytes(4095), errors.VaultDamaged),
        ("slots", bytes(5000), errors.VaultDamaged),
        ("register.db", bytes(4096), errors.VaultDamaged),
        ("register.db", b"", errors.VaultDamaged),
    ],
)
def test_damaged_files_are_noticed(
    store: RegisterStore, place: Path, name: str, content: bytes, expected: type[errors.FieldlogError]
) -> None:
    """Each file of the folder that is not as it was is an error of its own."""
    store.close()
    (place / name).write_bytes(content)
    with pytest.raises(expected):
        unlock(place)


@pytest.mark.parametrize("name", ["slots", "register.db"])
def test_missing_files_are_noticed(store: RegisterStore, place: Path, name: str) -> None:
    """A register of which a file is gone is damaged; without its header there is none."""
    store.close()
    (place / name).unlink()
    with pytest.raises(errors.VaultDamaged):
        unlock(place)
    (place / "register.json").unlink()
    with pytest.raises(errors.RegisterMissing):
        unlock(place)


def test_a_header_that_is_no_file_is_damage(store: RegisterStore, place: Path) -> None:
    """Something else in the place of the header is not read."""
    store.close()
    (place / "register.json").unlink()
    (place / "register.json").mkdir(mode=0o700)
    with pytest.raises(errors.VaultDamaged):
        unlock(place)


def test_a_newer_register_is_refused(store: RegisterStore, place: Path) -> None:
    """What a later version wrote is left alone."""
    store.close()
    header = place / "register.json"
    header.write_bytes(header.read_bytes().replace(b'"format": 1', b'"format": 3'))
    with pytest.raises(errors.VaultTooNew):
        unlock(place)


def test_a_slot_of_another_version_is_damage(
    store: RegisterStore, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slot that opens but holds something unknown is not guessed at."""
    store.close()

    def unknown(*_: object) -> None:
        raise errors.KeySlotError("payload")

    monkeypatch.setattr("fieldlog.store.register.register.keyslots.open_slots", unknown)
    with pytest.raises(errors.VaultDamaged):
        unlock(place)


def test_too_little_memory_is_said_before(store: RegisterStore, place: Path) -> None:
    """The key derivation is not tried where it does not fit."""
    store.close()
    with pytest.raises(errors.NotEnoughMemory):
        RegisterStore.unlock(place, secret=SECRET, available_memory=1)


def test_leftovers_of_a_killed_process_are_taken_away(store: RegisterStore, place: Path) -> None:
    """A temporary file beside the slots does not stay for ever."""
    store.close()
    leftover = place / ".0123456789abcdef.part"
    leftover.touch(mode=0o600)
    unlock(place).close()
    assert not leftover.exists()


def test_keys_are_written_once(store: RegisterStore) -> None:
    """There is no second set of keys, and none is missing."""
    with pytest.raises(errors.EditConflict):
        store.identities.add(identities(), made_at=AT)
    store._database.execute("DELETE FROM identity WHERE kind = 'root'")
    with pytest.raises(errors.VaultDamaged):
        store.identities.read()


def test_the_chain_only_grows(store: RegisterStore) -> None:
    """The database itself refuses to change or cut the audit chain."""
    for statement in ("UPDATE audit SET detail = 'x'", "DELETE FROM audit"):
        with pytest.raises(errors.EditConflict):
            store._database.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = 'x' WHERE seq = 2",
        "UPDATE audit SET at_utc = '2026-01-01T00:00:00Z' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET seq = 9 WHERE seq = 3",
        "UPDATE audit SET hash = zeroblob(32) WHERE seq = 2",
        "UPDATE audit SET prev_hash = zeroblob(32) WHERE seq = 2",
    ],
)
def test_an_altered_chain_is_noticed(store: RegisterStore, statement: str) -> None:
    """Whoever gets past the triggers still breaks the chain."""
    for number in range(3):
        store.audit.append(Action.OPENED, at_utc=AT, subject="bundle", detail=str(number))
    assert len(list(store.audit.entries())) == 4
    store._database.execute("DROP TRIGGER audit_is_not_changed")
    store._database.execute("DROP TRIGGER audit_is_not_cut")
    store._database.execute(statement)
    with pytest.raises(errors.HistoryAltered):
        list(store.audit.entries())


def test_the_chain_must_contain_what_was_noted(store: RegisterStore) -> None:
    """A head from before is in the chain, one from another history is not."""
    noted = store.audit.head()
    store.audit.append(Action.OPENED, at_utc=AT)
    store.audit.require_contains(noted)
    store.audit.require_contains(AuditHead(count=0, hash=bytes(32)))
    for head in (AuditHead(count=1, hash=bytes(32)), AuditHead(count=9, hash=noted.hash)):
        with pytest.raises(errors.HistoryAltered):
            store.audit.require_contains(head)


def test_a_failed_transaction_leaves_no_entry(store: RegisterStore) -> None:
    """What did not happen is not in the chain."""
    before = store.audit.head()

    def begun() -> None:
        with store.transaction():
            store.audit.append(Action.OPENED, at_utc=AT)
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        begun()
    assert store.audit.head() == before


def test_codes_of_senders_are_not_used_twice(store: RegisterStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that was drawn before is drawn again."""
    drawn = iter("AAAAAAAAAAAABBBBBB")
    monkeypatch.setattr(senders.rng, "choose", lambda _alphabet: next(drawn))
    for number in (1, 2):
        store.senders.enrol(bytes([number]) * 32, signing_key=None, at_utc=AT)
    codes = [store.senders.find(bytes([number]) * 32).code for number in (1, 2)]  # type: ignore[union-attr]
    assert codes == ["R-AAAAAA", "R-BBBBBB"]
    assert store.senders.find(bytes(32)) is None


def test_a_head_that_cannot_be_written_does_not_keep_the_register_open(
    store: RegisterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locking works on a full disk; the next unlock compares with an older head."""

    def full(*_: object, **__: object) -> None:
        raise errors.NoSpace("")

    monkeypatch.setattr("fieldlog.store.register.register.files.write_whole", full)
    store.close()
    assert not store.is_open


def test_it_is_encrypted(store: RegisterStore, place: Path) -> None:
    """No table name is readable in any file, and plain SQLite cannot open the database."""
    store.audit.append(Action.OPENED, at_utc=AT, detail="canary words")
    store.close()
    for path in place.iterdir():
        content = path.read_bytes()
        assert b"canary" not in content
        assert b"CREATE TABLE" not in content
    connection = apsw.Connection(str(place / "register.db"), apsw.SQLITE_OPEN_READONLY)
    with pytest.raises(apsw.NotADBError):
        connection.execute("SELECT * FROM sqlite_schema")
    connection.close(True)
