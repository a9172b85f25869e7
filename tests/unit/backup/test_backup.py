"""Making a backup: whole or not there, read back, and what the vault remembers of it."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import backup as backups
from fieldlog.field import keys, recording
from fieldlog.field import vault as field_vault
from fieldlog.field.backup import MANY_INCIDENTS, BackupStatus, back_up, backup_status, put_off
from fieldlog.field.backup_reading import check_backup
from fieldlog.field.backup_source import source_of
from fieldlog.field.bin import move_to_bin
from fieldlog.field.recovery_keys import SETTING, recovery_recipient
from fieldlog.field.vault import OpenVault
from fieldlog.model.quick import QuickCapture
from fieldlog.store.vault.incidents import Cursor
from fieldlog.system import files
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.reminder import reminder
from fieldlog.tui.field.upkeep import BackupState
from support.backups import FILES, NOON, PASSPHRASE, RECOVERY, STORIES, new_vault, save, unpacked


def test_one_file_that_verifies(vault: OpenVault, stick: Path) -> None:
    """A backup is one private file under a random name, everything in it verifies, and its size is known."""
    made = back_up(vault, stick)
    assert [made.path] == list(stick.iterdir())
    assert re.fullmatch(r"backup-[0-9a-f]{16}\.age", made.path.name)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.stat().st_size == made.size
    manifest = check_backup(made.path, RECOVERY)
    assert (manifest.incidents, manifest.attachments) == (len(STORIES) + 1, len(FILES))
    assert manifest.head.count == vault.store.head.count
    assert manifest.created_at == "2026-03-02T12:00:00Z"


def test_every_backup_is_new(vault: OpenVault, stick: Path) -> None:
    """Two backups of the same vault share neither name nor bytes beyond the age version line."""
    first, second = (back_up(vault, stick).path.read_bytes() for _ in range(2))
    assert len(list(stick.iterdir())) == 2
    assert first[:40] == second[:40]
    assert first[200:2000] != second[200:2000]


def test_the_recipient_follows_from_the_words(vault: OpenVault) -> None:
    """Only the recipient is kept in the vault, and however the words are typed it is the same one."""
    kept = vault.store.settings.get(SETTING)
    assert kept == recovery_recipient(RECOVERY).to_text()
    assert kept.startswith("age1pq1")
    loud = field_vault.typed_secret("  " + RECOVERY.reveal().decode().upper().replace(" ", "\t"))
    assert recovery_recipient(loud).to_text() == kept


def test_a_vault_from_before_learns_its_recipient(tmp_path: Path, stick: Path) -> None:
    """A vault that never knew its recipient says so, and learns it when the recovery words open it."""
    folder = tmp_path / "old"
    new_vault(folder).lock()
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(NOON)) as vault:
        vault.store._database.execute("DELETE FROM setting WHERE name = ?", (SETTING,))
        with pytest.raises(errors.NoRecoveryRecipient):
            back_up(vault, stick)
    with field_vault.unlock(folder=folder, passphrase=PASSPHRASE, clock=FixedClock(NOON)) as vault:
        assert not vault.store.settings.get(SETTING)
    with field_vault.unlock(folder=folder, passphrase=RECOVERY, clock=FixedClock(NOON)) as vault:
        assert check_backup(back_up(vault, stick).path, RECOVERY)


def test_nothing_is_overwritten(vault: OpenVault, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is taken is an error, and what has it stays."""
    monkeypatch.setattr(backups, "random_bytes", bytes)
    there = stick / f"backup-{'00' * 8}.age"
    there.write_text("older")
    with pytest.raises(errors.TargetExists):
        back_up(vault, stick)
    assert there.read_text() == "older"
    assert list(stick.iterdir()) == [there]


def test_not_into_the_vault_itself(vault: OpenVault, tmp_path: Path) -> None:
    """A backup inside the vault's folder would be lost with it, and no other file may be there."""
    before = sorted(vault.folder.iterdir())
    (tmp_path / "link").symlink_to(vault.folder)
    for folder in (vault.folder, tmp_path / "link"):
        with pytest.raises(errors.UsageError, match="backup-inside-vault"):
            back_up(vault, folder)
    assert sorted(vault.folder.iterdir()) == before


def test_a_full_disk_is_known_before(vault: OpenVault, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit is not begun, and the sizes are in the error."""
    monkeypatch.setattr(files, "free_space", lambda _folder: 1000)
    with pytest.raises(errors.NoSpace) as caught:
        back_up(vault, stick)
    assert caught.value.needed > caught.value.free == 1000
    assert list(stick.iterdir()) == []
    assert backup_status(vault).last_at is None


def test_a_missing_folder(vault: OpenVault, tmp_path: Path) -> None:
    """A folder that is not there is one error."""
    with pytest.raises(errors.UsageError, match="no-such-folder"):
        back_up(vault, tmp_path / "nowhere")


def test_progress_goes_to_its_end(vault: OpenVault, stick: Path) -> None:
    """Progress never goes back, and its last step is the whole of writing and reading back."""
    steps: list[tuple[int, int]] = []
    made = back_up(vault, stick, progress=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert {total for done, total in steps if done} == {2 * made.size}
    assert steps[-1][0] == 2 * made.size


def test_stopped_anywhere(vault: OpenVault, stick: Path) -> None:
    """Stopped at any step, nothing is left and nothing is remembered."""
    for allowed in itertools.count():
        left = [allowed]

        def stop(_done: int, _total: int, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise errors.Cancelled

        try:
            back_up(vault, stick, progress=stop)
        except errors.Cancelled:
            assert list(stick.iterdir()) == []
            assert backup_status(vault).last_at is None
        else:
            break
    assert allowed > 3


@pytest.mark.claim("C-BAK-01")
def test_what_cannot_be_read_back_is_no_backup(
    vault: OpenVault, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stick that keeps other bytes than it was given is found out, and the file does not stay."""
    real = backups.pieces_on_medium

    def rotten(path: Path) -> Iterator[bytes]:
        for piece in real(path):
            yield piece[:-1] + bytes([piece[-1] ^ 1])

    monkeypatch.setattr(backups, "pieces_on_medium", rotten)
    with pytest.raises(errors.StorageFailed):
        back_up(vault, stick)
    assert list(stick.iterdir()) == []
    assert backup_status(vault).last_at is None


def test_a_damaged_attachment_is_noticed(vault: OpenVault, stick: Path) -> None:
    """A backup is never made of bytes that do not verify."""
    path = vault.store.media._place.path
    content = bytearray(path.read_bytes())
    for position in range(0, len(content), 4096):
        content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(errors.VaultDamaged) as caught:
        back_up(vault, stick)
    assert caught.value.part == "media"
    assert list(stick.iterdir()) == []


def test_writing_waits(vault: OpenVault) -> None:
    """While a backup reads, nobody changes what it reads; what was typed meanwhile is kept right after."""
    kept: list[str] = []

    def typing() -> None:
        kept.append(recording.keep_draft(vault, None, QuickCapture(what="Meanwhile."), Cursor("what", 0, 1)))

    with source_of(vault) as source:
        before = b"".join(source.pages())
        thread = threading.Thread(target=typing)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        assert b"".join(source.pages()) == before
        assert len(before) == source.database_bytes
    thread.join()
    assert recording.read_draft(vault, kept[0]) is not None


def test_old_form(tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault of the first form, opened with its recovery words, can be backed up."""
    monkeypatch.undo()
    folder = unpacked("format-1", tmp_path / "first", killed=True)
    words = field_vault.typed_secret(
        "абзац бандит обморок бандит каток анализ время всюду блеск кусок звонить вполне"
    )
    with field_vault.unlock(folder=folder, passphrase=words, clock=FixedClock(NOON)) as vault:
        made = back_up(vault, stick)
    assert check_backup(made.path, words).attachments == 2


def test_status(tmp_path: Path, stick: Path) -> None:
    """Due when there is something and no backup, after ten incidents, or after a week with one; not before."""
    clock = FixedClock(NOON)
    with new_vault(tmp_path / "vault", clock=clock) as vault:
        assert not backup_status(vault).due
        recording.keep_draft(vault, None, QuickCapture(what="Typed."), Cursor("what", 0, 1))
        assert not backup_status(vault).due
        code = save(vault, "One.")
        assert (backup_status(vault).due, backup_status(vault).changes_since) == (True, 1)
        back_up(vault, stick)
        status = backup_status(vault)
        assert (status.due, status.changes_since, status.last_at) == (False, 0, NOON)
        clock.move_on(seconds=timedelta(days=8).total_seconds())
        assert not backup_status(vault).due
        move_to_bin(vault, save(vault, "Two."))
        assert backup_status(vault).changes_since == 0
        recording.save(
            vault, code, QuickCapture(what="One, and more.", consent="C3"), ready=False, local_now=NOON
        )
        assert (backup_status(vault).due, backup_status(vault).changes_since) == (True, 1)
        put_off(vault)
        assert not backup_status(vault).due
        clock.move_on(seconds=timedelta(days=1).total_seconds())
        assert backup_status(vault).due
        back_up(vault, stick)
        for number in range(MANY_INCIDENTS):
            assert not backup_status(vault).due
            save(vault, f"Number {number}.")
        assert backup_status(vault).due


FAR = datetime(2099, 1, 1, tzinfo=UTC)
"""What a clock that is wrong may say."""


def at(vault: OpenVault, moment: datetime) -> BackupStatus:
    """How things stand at another moment."""
    vault.clock = FixedClock(moment)
    return backup_status(vault)


def test_put_off_by_a_wrong_clock(tmp_path: Path) -> None:
    """What was put off in 2099 is due as soon as the clock is right again."""
    with new_vault(tmp_path / "vault", clock=FixedClock(NOON)) as vault:
        save(vault, "One.")
        assert at(vault, FAR).due
        put_off(vault)
        assert not backup_status(vault).due
        for later in (timedelta(0), timedelta(days=1), timedelta(days=3650)):
            assert at(vault, NOON + later).due


def test_a_backup_from_the_future_counts_as_old(tmp_path: Path, stick: Path) -> None:
    """A backup made in 2099 keeps nobody from being reminded once something is not in it."""
    with new_vault(tmp_path / "vault", clock=FixedClock(FAR)) as vault:
        save(vault, "One.")
        back_up(vault, stick)
        assert not at(vault, NOON).due
        save(vault, "Two.")
        for later in (timedelta(0), timedelta(days=3650)):
            assert at(vault, NOON + later).due


@pytest.mark.parametrize("earlier", [False, True])
def test_new_recovery_words(tmp_path: Path, stick: Path, earlier: bool) -> None:
    """When no backup opens with the present words one is due at once, also where an earlier Fieldlog made it."""
    clock = FixedClock(NOON)
    with new_vault(tmp_path / "vault", clock=clock) as vault:
        save(vault, "One.")
        back_up(vault, stick)
        clock.move_on(seconds=60)
        put_off(vault)
        if earlier:
            vault.store.settings.set("last-backup-recipient", "")
        assert not backup_status(vault).words_changed
        words = field_vault.secret_of(field_vault.propose_recovery("en"))
        keys.change_recovery(vault, words, present=PASSPHRASE)
        status = backup_status(vault)
        assert (status.due, status.words_changed, status.changes_since) == (True, True, 0)
        put_off(vault)
        assert (backup_status(vault).due, backup_status(vault).words_changed) == (False, True)
        clock.move_on(seconds=timedelta(days=1).total_seconds())
        assert backup_status(vault).due
        back_up(vault, stick)
        assert (backup_status(vault).due, backup_status(vault).words_changed) == (False, False)


def test_the_reminder_says_why() -> None:
    """The line names the words, or a date that cannot be true, instead of a backup that seems fine."""
    state = BackupState(last_at=NOON, missing=0, due=True, words_changed=True)
    assert "old recovery words only" in reminder(state, NOON + timedelta(days=3))
    state = BackupState(last_at=FAR, missing=2, due=True)
    assert "future" in reminder(state, NOON)
