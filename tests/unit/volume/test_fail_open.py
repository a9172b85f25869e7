"""Everything that makes the library write plaintext without an error, tried on a whole vault: refused, nothing written.

The six cases of AT-02. The same for a database in a file of its own is in tests/unit/store/test_connection.py.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from fieldlog import errors
from fieldlog.formats import keyslots
from fieldlog.formats.keyslots import Purpose, SlotSecret
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher
from fieldlog.store.vault.session import VaultStore
from support import figures
from support.vault_files import contents, files_of

WORDS = Secret(b"seven invented words")
Steps = tuple[str, ...]


@pytest.fixture(autouse=True)
def quick_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about what comes after the key."""
    monkeypatch.setattr(
        keyslots, "argon2id", lambda secret, *, salt, profile: Secret(sha256(salt + secret.reveal()))
    )


def make(place: Path) -> VaultStore:
    return VaultStore.create(
        place,
        profile=CHEAPEST_FOR_TESTS,
        secrets=[SlotSecret(purpose=Purpose.PASSPHRASE, secret=WORDS)],
    )


def unlock(place: Path) -> VaultStore:
    return VaultStore.unlock(place, secret=WORDS, available_memory=1 << 40)


def keying(change: Callable[[Steps], Steps]) -> Callable[[pytest.MonkeyPatch], None]:
    def spoil(monkeypatch: pytest.MonkeyPatch) -> None:
        original = cipher._keying
        monkeypatch.setattr(cipher, "_keying", lambda key, salt: change(original(key, salt)))

    return spoil


CASES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "plain apsw": lambda monkeypatch: monkeypatch.delattr(apsw, "mc_version"),
    "misspelt pragma": keying(lambda steps: (*steps[:3], steps[3].replace(" key", " kye"))),
    "empty key": keying(lambda steps: (*steps[:3], "PRAGMA key = ''")),
    "31-byte key": keying(lambda steps: (*steps[:3], f"PRAGMA key = 'raw:{'aa' * 31}'")),
    "wrong order": keying(lambda steps: (steps[3], *steps[:3])),
    "wrong order, cipher first": keying(lambda steps: (steps[0], steps[3], steps[1], steps[2])),
    "no salt": keying(lambda steps: (steps[0], steps[1], steps[3])),
    "no legacy": keying(lambda steps: (steps[0], steps[2], steps[3])),
    "no cipher": keying(lambda steps: steps[1:]),
    "unknown cipher": keying(lambda steps: ("PRAGMA cipher = 'rot13'", *steps[1:])),
    "no key at all": keying(lambda _steps: ()),
}


@pytest.mark.claim("C-REST-01")
@pytest.mark.parametrize("case", CASES)
def test_no_vault_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Making a vault is refused and leaves nothing, not even a part of it beside its place."""
    CASES[case](monkeypatch)
    with pytest.raises(errors.EncryptionUnavailable):
        make(tmp_path / "vault")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.claim("C-REST-01")
@pytest.mark.parametrize("case", sorted(CASES.keys() - {"no salt"}))  # it is read from the volume then
def test_no_vault_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """A vault that is there is not opened, and no byte of any of its files is changed."""
    make(tmp_path / "vault").close()
    before = contents(tmp_path / "vault")
    with monkeypatch.context() as patch:
        CASES[case](patch)
        with pytest.raises((errors.EncryptionUnavailable, errors.VaultDamaged)):
            unlock(tmp_path / "vault")
        assert contents(tmp_path / "vault") == before
    unlock(tmp_path / "vault").close()


@pytest.mark.claim("C-REST-01")
@pytest.mark.parametrize("case", CASES)
def test_no_second_vault_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    """Nor is a second one: nothing readable comes into its volume, and the first one is as it was."""
    store = make(tmp_path / "vault")
    files = files_of(store)
    with monkeypatch.context() as patch:
        CASES[case](patch)
        with pytest.raises((errors.EncryptionUnavailable, errors.VaultDamaged)):
            store.create_second([SlotSecret(purpose=Purpose.PASSPHRASE, secret=Secret(b"other words"))])
    written = files.other_database.read_bytes()
    for needle in (b"SQLite format 3", b"CREATE TABLE", b"schema_step", bytes(64)):
        assert needle not in written
    store.verify()
    store.close()
    unlock(tmp_path / "vault").close()


@pytest.mark.claim("C-REST-01")
def test_nothing_is_attached(tmp_path: Path) -> None:
    """A second database without a key cannot be attached to an open vault, and no file appears for it."""
    store = make(tmp_path / "vault")
    for statement in (
        f"ATTACH '{tmp_path}/other.db' AS other",
        f"ATTACH '{tmp_path}/other.db' AS other KEY ''",
        f"VACUUM INTO '{tmp_path}/other.db'",
        "ATTACH '' AS other",
    ):
        with pytest.raises(errors.EncryptionUnavailable):
            store._database.execute(statement)
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["vault"]


PLAIN_PACKAGE = """
import sys, types
class Error(Exception): pass
class VFS: pass
class Connection:
    def __init__(self, *a, **k): raise SystemExit('opened')
def sqlite_lib_version(): return '3.54.0'
def __getattr__(name):
    if name == 'mc_version': raise AttributeError(name)
    return type(name, (Error,), {}) if name.endswith('Error') else 1
"""

MAKE = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from fieldlog import errors
from fieldlog.field import vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
try:
    vault.create(folder=pathlib.Path(sys.argv[2]), passphrase=vault.typed_secret("seven invented words"),
                 recovery=vault.secret_of(vault.propose_recovery("en")), clock=SystemClock(), profile=CHEAPEST_FOR_TESTS)
except errors.EncryptionUnavailable as error:
    print(error.reason)
"""


def test_a_package_of_the_same_name(tmp_path: Path) -> None:
    """With the package that knows no encryption installed in its place, no vault is made."""
    stub, place = tmp_path / "path", tmp_path / "place"
    stub.mkdir()
    place.mkdir()
    (stub / "apsw.py").write_text(PLAIN_PACKAGE)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(MAKE), str(stub), str(place / "vault")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "cipher-build-missing", done.stderr
    assert list(place.iterdir()) == []


def test_the_six_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures: of the six ways in which plaintext could be written, those that were refused."""
    refused = tried = 0
    for case in ("plain apsw", "misspelt pragma", "empty key", "31-byte key", "wrong order"):
        with monkeypatch.context() as patch:
            CASES[case](patch)
            with pytest.raises(errors.EncryptionUnavailable):
                make(tmp_path / "vault")
        tried += 1
        refused += not list(tmp_path.iterdir())
    store = make(tmp_path / "vault")
    with pytest.raises(errors.EncryptionUnavailable):
        store._database.execute(f"ATTACH '{tmp_path}/other.db' AS other")
    store.close()
    tried += 1
    refused += not (tmp_path / "other.db").exists()
    figures.record("AT-02.cases", tried)
    figures.record("AT-02.refused", refused)
    assert refused == tried == 6
