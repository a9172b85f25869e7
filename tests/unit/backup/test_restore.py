"""Restoring: everything comes back, and what is not a whole backup leaves nothing behind."""

from __future__ import annotations

import io
import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import backup_layout
from fieldlog.field import vault as field_vault
from fieldlog.field.backup import back_up, backup_status
from fieldlog.field.backup_reading import check_backup, look_into_backup
from fieldlog.field.recovery_keys import recovery_identity, recovery_recipient
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age, backup_manifest
from fieldlog.formats.backup_manifest import BackupManifest
from fieldlog.formats.keyslots import Head
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import chain
from fieldlog.system import files
from fieldlog.system.clock import FixedClock
from support.backups import (
    NEW_PASSPHRASE,
    NOON,
    ON_PAPER,
    OTHER_WORDS,
    PASSPHRASE,
    RECOVERY,
    Made,
    contents,
    restored,
    save,
    unpacked,
)

TESTS = Path(__file__).resolve().parents[2]


def unlock(folder: Path, secret: Secret) -> OpenVault:
    return field_vault.unlock(folder=folder, passphrase=secret, clock=FixedClock(NOON))


def beside(folder: Path) -> list[str]:
    """What is in the folder where a vault was to appear."""
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def refused(kind: type[errors.FieldlogError], folder: Path) -> Iterator[pytest.ExceptionInfo]:
    """The block raises ``kind`` and leaves ``folder`` as it was."""
    before = beside(folder)
    with pytest.raises(kind) as caught:
        yield caught
    assert beside(folder) == before


@pytest.mark.claim("C-BAK-01")
def test_everything_comes_back(made: Made, tmp_path: Path) -> None:
    """Records, history, drafts, settings, keys and files are as they were, and the vault verifies."""
    facts = restored(made.path, tmp_path / "new")
    assert (facts.backup_at, facts.attachments) == (NOON, made.backup.attachments)
    assert beside(tmp_path / "new") == ["fieldlog.json", "media-a", "media-b", "slots", "vol-a", "vol-b"]
    for secret in (NEW_PASSPHRASE, RECOVERY):
        with unlock(tmp_path / "new", secret) as vault:
            assert contents(vault) == made.contents
            assert vault.store.verify() == vault.store.head.count
            assert not backup_status(vault).due


def test_the_old_passphrase_does_not_open_it(made: Made, tmp_path: Path) -> None:
    """A restored vault opens with what was chosen for it and with the recovery words, and nothing else."""
    restored(made.path, tmp_path / "new")
    with pytest.raises(errors.CannotUnlock):
        unlock(tmp_path / "new", PASSPHRASE)


def test_a_restored_vault_goes_on(made: Made, tmp_path: Path) -> None:
    """It can be written to, locked, backed up and restored again with the same recovery words."""
    restored(made.path, tmp_path / "new")
    with unlock(tmp_path / "new", NEW_PASSPHRASE) as vault:
        save(vault, "Written after the restore.")
        assert backup_status(vault).changes_since == 1
        again = back_up(vault, tmp_path)
        now = contents(vault)
    restored(again.path, tmp_path / "newer")
    with unlock(tmp_path / "newer", RECOVERY) as vault:
        assert contents(vault) == now


def test_the_first_form_comes_back_in_the_present_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup of a vault of the first form is restored as one with two volumes."""
    monkeypatch.undo()
    words = field_vault.typed_secret(
        "абзац бандит обморок бандит каток анализ время всюду блеск кусок звонить вполне"
    )
    with unlock(unpacked("format-1", tmp_path / "first"), words) as vault:
        before = contents(vault)
        made = back_up(vault, tmp_path)
    restored(made.path, tmp_path / "new", recovery=words)
    with unlock(tmp_path / "new", words) as vault:
        assert vault.store.format == 2
        assert contents(vault) == before


def test_nothing_is_replaced(made: Made, tmp_path: Path) -> None:
    """Whatever is at the place stays, also an empty folder, a file or a vault."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("folder", "file", "link"):
        with refused(errors.VaultExists, tmp_path):
            restored(made.path, tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "typed",
    [
        ON_PAPER.rsplit(" ", 1)[0],
        ON_PAPER.replace(ON_PAPER.split()[0], "zzz", 1),
        " ".join(reversed(ON_PAPER.split())),
        "lantern meadow copper sandal thimble harvest quiet",
        "",
    ],
)
def test_a_slip_of_the_pen(made: Made, tmp_path: Path, typed: str) -> None:
    """Words with a wrong number, a word of no list or a wrong checksum are told from words of another vault."""
    with refused(errors.KeyTextError, tmp_path) as caught:
        restored(made.path, tmp_path / "new", recovery=field_vault.typed_secret(typed))
    assert caught.value.reason.startswith("recovery-")


@pytest.mark.claim("C-BAK-01")
def test_words_of_another_vault(made: Made, tmp_path: Path) -> None:
    """The right words of another vault open nothing."""
    with refused(errors.BackupNotOpened, tmp_path):
        restored(made.path, tmp_path / "new", recovery=OTHER_WORDS)


def test_the_same_words_twice(made: Made, tmp_path: Path) -> None:
    """Recovery words are not taken as the passphrase: they belong on paper in another place."""
    with refused(errors.UsageError, tmp_path) as caught:
        restored(made.path, tmp_path / "new", passphrase=RECOVERY)
    assert caught.value.reason == "same-words"


def sealed(content: bytes, *recipients: age.Recipient) -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, recipients) as file:
        file.write(content)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("empty", b"", errors.BackupRefused),
        ("text", b"Dear diary\n" * 900, errors.BackupRefused),
        ("zip", b"PK\x03\x04" + bytes(4000), errors.BackupRefused),
        ("classic", sealed(b"x", age.X25519Identity.generate().recipient()), errors.BackupRefused),
        ("bundle", sealed(b"x", age.HybridIdentity.generate().recipient()), errors.BackupNotOpened),
        ("ours", sealed(b"x" * 5000, recovery_recipient(RECOVERY)), errors.BackupRefused),
        ("nothing", sealed(b"", recovery_recipient(RECOVERY)), errors.BackupRefused),
    ],
)
def test_what_is_no_backup(
    tmp_path: Path, name: str, content: bytes, kind: type[errors.FieldlogError]
) -> None:
    """Any other file, a bundle for an organisation among them, is one clear error."""
    path = tmp_path / name
    path.write_bytes(content)
    with refused(kind, tmp_path):
        restored(path, tmp_path / "new")


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is one clear error."""
    for path in (tmp_path / "nothing", tmp_path):
        with refused(errors.FileUnreadable, tmp_path):
            restored(path, tmp_path / "new")


def test_truncated_anywhere(made: Made, tmp_path: Path) -> None:
    """Cut in the header, between chunks, inside one, or by one byte: always refused, nothing left."""
    whole = made.path.read_bytes()
    header = whole.index(b"\n--- ") + 60
    chunk = 65536 + 16
    cuts = {0, 1, 20, 100, header - 10, header, header + 5, header + 16, len(whole) - 1, len(whole) - 16}
    cuts |= {header + 16 + chunk * number for number in range(1, (len(whole) - header) // chunk)}
    cuts |= {random.Random(1).randrange(len(whole)) for _ in range(20)}
    path = tmp_path / "cut.age"
    for cut in sorted(cuts):
        path.write_bytes(whole[:cut])
        with refused(errors.BackupRefused, tmp_path):
            check_backup(path, RECOVERY)
    with refused(errors.BackupRefused, tmp_path):
        restored(path, tmp_path / "new")
    for more in (b"\x00", b"x" * 70_000):
        path.write_bytes(whole + more)
        with refused(errors.BackupRefused, tmp_path):
            check_backup(path, RECOVERY)


def test_a_look_tells_what_whole_verifying_tells(made: Made, tmp_path: Path) -> None:
    """Quickly: what it is and whose; a beginning that was altered or cut. The payload is for ``check_backup``."""
    assert look_into_backup(made.path, RECOVERY) == check_backup(made.path, RECOVERY)
    with refused(errors.BackupNotOpened, tmp_path):
        look_into_backup(made.path, OTHER_WORDS)
    whole = made.path.read_bytes()
    path = tmp_path / "altered.age"
    begins = whole.index(b"\n--- ") + 100
    for content in (b"", b"invented", whole[:200], whole[:-1], whole[:begins] + whole[begins + 1 :]):
        path.write_bytes(content)
        with refused(errors.BackupRefused, tmp_path):
            look_into_backup(path, RECOVERY)
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    assert look_into_backup(path, RECOVERY)
    with refused(errors.BackupRefused, tmp_path):
        check_backup(path, RECOVERY)


@pytest.mark.parametrize("count", [60, pytest.param(3000, marks=pytest.mark.slow)])
def test_flipped_bytes(made: Made, tmp_path: Path, count: int) -> None:
    """One changed bit anywhere is noticed, whatever part of the file it is in."""
    whole = made.path.read_bytes()
    draw = random.Random(count)
    header = whole.index(b"\n--- ") + 60
    places = {
        *range(0, header, max(1, header * 3 // count)),
        *(draw.randrange(len(whole)) for _ in range(count)),
    }
    path = tmp_path / "flipped.age"
    for place in places:
        content = bytearray(whole)
        content[place] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        with refused(errors.FieldlogError, tmp_path) as caught:
            check_backup(path, RECOVERY)
        assert isinstance(caught.value, (errors.BackupRefused, errors.BackupNotOpened)), place


def test_a_later_version(vault: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup of a later version is told as such, and not as damage."""
    with monkeypatch.context() as later:
        later.setattr(backup_manifest, "VERSION", 2)
        made = back_up(vault, tmp_path)
    with refused(errors.BackupTooNew, tmp_path):
        restored(made.path, tmp_path / "new")


def test_later_tables(vault: OpenVault, tmp_path: Path) -> None:
    """A backup whose database has tables of a later version is told as such too."""
    vault.store._database.execute("INSERT INTO schema_step VALUES (99, 'later')")
    made = back_up(vault, tmp_path)
    with refused(errors.BackupTooNew, tmp_path):
        restored(made.path, tmp_path / "new")


Change = Callable[[BackupManifest], BackupManifest]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda told: replace(told, attachments=2), errors.BackupRefused),
        (lambda told: replace(told, folder="fieldlog-0123456789abcdef"), errors.BackupRefused),
        (lambda told: replace(told, backup_id="00000000-0000-4000-8000-000000000000"), errors.BackupRefused),
        (lambda told: replace(told, head=Head(count=told.head.count, hash=bytes(32))), errors.HistoryAltered),
        (lambda told: replace(told, head=replace(told.head, count=1)), errors.HistoryAltered),
    ],
)
def test_put_together_from_two(
    vault: OpenVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
    kind: type[errors.FieldlogError],
) -> None:
    """What the backup says of itself must fit what is in it, though somebody with the key wrote it all."""
    real = backup_layout.BackupManifest

    class Changed(real):
        def to_bytes(self) -> bytes:
            told = change(real(**{name: getattr(self, name) for name in real.__dataclass_fields__}))
            return told.to_bytes()

    monkeypatch.setattr(backup_layout, "BackupManifest", Changed)
    made = back_up(vault, tmp_path)
    with refused(kind, tmp_path):
        restored(made.path, tmp_path / "new")


def test_the_wrong_key_inside(vault: OpenVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that does not open the database is found by checking already."""
    from fieldlog.formats.keyslots import VolumeKeys

    real = backup_layout.keys_to_bytes
    monkeypatch.setattr(backup_layout, "keys_to_bytes", lambda _keys: real(VolumeKeys.generate()))
    made = back_up(vault, tmp_path)
    with refused(errors.BackupRefused, tmp_path) as caught:
        check_backup(made.path, RECOVERY)
    assert caught.value.reason == "database-page"


def test_a_broken_chain(vault: OpenVault, tmp_path: Path) -> None:
    """A backup of a vault whose history does not verify is not restored as if it did."""
    vault.store._database.execute("UPDATE revision SET content = x'7b7d' WHERE seq = 1")
    made = back_up(vault, tmp_path)
    with refused(errors.HistoryAltered, tmp_path):
        restored(made.path, tmp_path / "new")
    with pytest.raises(errors.HistoryAltered):
        chain.verify(vault.store._database)


def test_no_room(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is known before, and nothing is left."""
    monkeypatch.setattr(files, "free_space", lambda _folder: 100_000)
    with refused(errors.NoSpace, tmp_path):
        restored(made.path, tmp_path / "new")


def test_stopped_anywhere(made: Made, tmp_path: Path) -> None:
    """Stopped at any step nothing is left, and progress goes to its end otherwise."""
    for allowed in itertools.count():
        steps: list[tuple[int, int]] = []

        def stop(done: int, total: int, steps: list[tuple[int, int]] = steps, allowed: int = allowed) -> None:
            steps.append((done, total))
            if len(steps) > allowed:
                raise errors.Cancelled

        try:
            restored(made.path, tmp_path / "new", progress=stop)
        except errors.Cancelled:
            assert beside(tmp_path) == []
        else:
            break
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import pytest
from support.backups import restored
from support.damaged import cheapen
cheapen(pytest.MonkeyPatch())
left = [int(sys.argv[4])]
def stop(done, total):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
restored(Path(sys.argv[2]), Path(sys.argv[3]), progress=stop)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_while_restoring(made: Made, tmp_path: Path) -> None:
    """Killed at any step there is no vault, at the end there is a whole one; the next restore works."""
    for allowed in itertools.count(step=3):
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-c",
                KILLED,
                str(TESTS),
                str(made.path),
                str(tmp_path / "new"),
                str(allowed),
            ],
            check=False,
            capture_output=True,
        )
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done.stderr
            break
        assert not (tmp_path / "new").exists()
        for left in tmp_path.iterdir():
            shutil.rmtree(left)
    with unlock(tmp_path / "new", RECOVERY) as vault:
        assert contents(vault) == made.contents


def test_the_identity_opens_it_as_age(made: Made) -> None:
    """Any program that reads age files opens a backup with the identity of the recovery words."""
    identity = age.parse_identity(recovery_identity(RECOVERY).to_text())
    with made.path.open("rb") as file, age.decrypt(file, [identity]) as plain:
        assert plain.read(4) == b"PK\x03\x04"
    with suppress(errors.NoMatch), made.path.open("rb") as file:
        age.decrypt(file, [recovery_identity(OTHER_WORDS)])
        pytest.fail("other words must not open it")
