"""The two volumes from outside: a second vault, fresh volumes under new keys, upgrade of the first form, room in advance."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import keys as field_keys
from fieldlog.field import recording, recovery_keys, volumes
from fieldlog.field import vault as field_vault
from fieldlog.field.vault import OpenVault
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.volume import twins
from fieldlog.system.clock import FixedClock
from support.backups import (
    FIXTURES,
    NOON,
    ON_PAPER,
    OTHER_WORDS,
    attach,
    content_of,
    save,
    unpacked,
    words_of,
)

SECOND = field_vault.typed_secret("violin saddle ember copper lagoon thistle bishop")
SECOND_RECOVERY = field_vault.typed_secret(words_of(bytes(range(2, 18))))
CLOCK = FixedClock(NOON)
PASSPHRASE = field_vault.typed_secret("щека батарея лютый июнь фронт житель голова")
RECOVERY = field_vault.typed_secret("farm happy cluster clock rabbit mass pause baby cigar labor gym round")
"""Of the vault that ``conftest.py`` makes."""


def unlock(folder: Path, secret: Secret) -> OpenVault:
    return field_vault.unlock(folder=folder, passphrase=secret, clock=CLOCK)


def looks(folder: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_second_vault_is_another_vault(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """It opens with its own passphrase and its own recovery words, is empty, and knows nothing of the first one."""
    code = save(opened, "Made up, for the first.")
    volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    assert recording.counts(opened).all == 1
    opened.lock()
    with unlock(folder, SECOND) as second:
        assert recording.counts(second).all == 0
        assert {key.purpose.name for key in field_keys.list_keys(second)} == {"PASSPHRASE", "RECOVERY"}
        other = save(second, "Made up, for the second.")
        attached = attach(second, other, os.urandom(200_000), tmp_path / "one")
    with unlock(folder, SECOND_RECOVERY) as second:
        assert len(content_of(second, attached)) == 200_000
        assert second.store.settings.get(recovery_keys.SETTING)
    found = looks(folder)
    assert found["vol-a"] == found["vol-b"]
    assert found["media-a"] == found["media-b"]
    assert set(found) == vault_folder.FILES
    with unlock(folder, PASSPHRASE) as first:
        assert recording.read_incident(first, code).row.code == code
        assert first.store.verify() > 0


def test_working_in_one_leaves_the_other_as_it_is(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """Saving, attaching, growing and renewing in either vault changes nothing the other one reads."""
    first_code = save(opened, "Made up, for the first.")
    kept = os.urandom(1_500_000)
    first_file = attach(opened, first_code, kept, tmp_path / "one")
    volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    opened.lock()
    with unlock(folder, SECOND) as second:
        for number in range(3):
            code = save(second, f"Made up {number}.")
            attach(second, code, os.urandom(2_500_000), tmp_path / "two")
    with unlock(folder, PASSPHRASE) as first:
        assert content_of(first, first_file) == kept
        more = attach(first, first_code, os.urandom(3_000_000), tmp_path / "three")
        volumes.renew(first)
    with unlock(folder, SECOND) as second:
        assert second.store.verify() > 0
        assert recording.counts(second).all == 3
        for row in recording.list_incidents(second, limit=10):
            for record in recording.read_incident(second, row.code).evidence:
                assert len(content_of(second, record.code)) == 2_500_000
        volumes.renew(second)
    with unlock(folder, PASSPHRASE) as first:
        assert content_of(first, first_file) == kept
        assert len(content_of(first, more)) == 3_000_000


@pytest.mark.limit("L-16")
def test_a_second_second_vault_takes_the_place_of_the_first(opened: OpenVault, folder: Path) -> None:
    """Nobody can know of it, so what was there is gone and its words open nothing."""
    volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    again = field_vault.typed_secret("harbor walnut pepper engine marble cactus ladder")
    volumes.make_second_vault(opened, passphrase=again, recovery=OTHER_WORDS)
    opened.lock()
    for secret in (SECOND, SECOND_RECOVERY):
        with pytest.raises(errors.CannotUnlock):
            unlock(folder, secret)
    with unlock(folder, again) as second:
        assert recording.counts(second).all == 0


def test_the_second_vault_needs_words_of_its_own(opened: OpenVault, folder: Path) -> None:
    """A secret that opens this vault is refused, and nothing is changed."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name == "slots"}
    with pytest.raises(errors.SecretInUse):
        volumes.make_second_vault(opened, passphrase=PASSPHRASE, recovery=SECOND_RECOVERY)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name == "slots"} == before
    assert recording.counts(opened).all == 0


def test_new_keys_for_everything(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """After renewing: the same records, files and secrets, other keys, and no file of the old vault is left."""
    code = save(opened, "Made up.")
    content = os.urandom(700_000)
    attached = attach(opened, code, content, tmp_path / "one")
    old = opened.store.keys
    before = (old.database_key.reveal(), old.media_key.reveal(), old.cipher_salt, old.wal_key.reveal())
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    seen: list[tuple[int, int]] = []
    volumes.renew(opened, progress=lambda done, total: seen.append((done, total)))
    assert not opened.is_open
    assert 0 < seen[-1][0] <= seen[-1][1]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["copied", "one", "vault"]
    for secret in (PASSPHRASE, RECOVERY):
        with unlock(folder, secret) as vault:
            keys = vault.store.keys
            now = (
                keys.database_key.reveal(),
                keys.media_key.reveal(),
                keys.cipher_salt,
                keys.wal_key.reveal(),
            )
            assert not set(now) & set(before)
            assert content_of(vault, attached) == content
            assert vault.store.verify() > 0
    # Slots that somebody copied before open nothing here.
    (folder / "slots").write_bytes((copied / "slots").read_bytes())
    with pytest.raises(errors.FieldlogError):
        unlock(folder, PASSPHRASE)


def test_renewing_can_be_stopped(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """Wherever it is stopped, the vault is as it was, still open, and nothing lies beside it."""
    code = save(opened, "Made up.")
    attach(opened, code, os.urandom(300_000), tmp_path / "one")

    def stop_after(steps: int) -> Callable[[int, int], None]:
        def tell(_done: int, _total: int) -> None:
            nonlocal steps
            steps -= 1
            if steps < 0:
                raise errors.Cancelled

        return tell

    for steps in (0, 1, 3, 8):
        with pytest.raises(errors.Cancelled):
            volumes.renew(opened, progress=stop_after(steps))
        assert opened.is_open
        assert sorted(path.name for path in folder.parent.iterdir()) == ["one", "vault"]
    save(opened, "Made up, afterwards.")
    assert recording.counts(opened).all == 2


def test_a_save_meanwhile_is_not_lost(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """A copy that may lack something that was saved while it was made does not take the vault's place."""
    code = save(opened, "Made up.")
    attach(opened, code, os.urandom(300_000), tmp_path / "one")
    saved = []

    def save_once(done: int, total: int) -> None:
        if not saved and done > total // 2:
            saved.append(save(opened, "Made up, meanwhile."))

    with pytest.raises(errors.EditConflict):
        volumes.renew(opened, progress=save_once)
    assert saved
    assert recording.counts(opened).all == 2
    assert sorted(path.name for path in folder.parent.iterdir()) == ["one", "vault"]


def test_a_renewal_that_fails_at_its_end_keeps_no_lock(
    opened: OpenVault, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault is as it was, and can be unlocked again in this very process."""
    save(opened, "Made up.")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if str(target).endswith(".new"):
            raise OSError(errno.EIO, "no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(errors.StorageFailed):
        volumes.renew(opened)
    monkeypatch.undo()
    with unlock(folder, PASSPHRASE) as vault:
        assert recording.counts(vault).all == 1


def test_a_damaged_attachment_is_not_copied_in_silence(
    opened: OpenVault, folder: Path, tmp_path: Path
) -> None:
    """The copy is given up, and the vault stays."""
    code = save(opened, "Made up.")
    attach(opened, code, os.urandom(300_000), tmp_path / "one")
    path = twins.path_of(folder, "media", opened.store._slot.payload.volume)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(errors.VaultDamaged):
        volumes.renew(opened)
    assert opened.is_open


def test_no_room_for_a_copy(opened: OpenVault, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said before anything is written."""
    monkeypatch.setattr("fieldlog.system.files.free_space", lambda _folder: 1 << 20)
    with pytest.raises(errors.NoSpace):
        volumes.renew(opened)
    assert sorted(path.name for path in folder.parent.iterdir()) == ["vault"]


@pytest.mark.parametrize("left", [("new", "old"), ("old",), ("new",)])
def test_a_kill_between_the_renames_is_made_good(folder: Path, left: tuple[str, ...]) -> None:
    """Where the folder is missing, the complete new one takes its place, else the old one comes back."""
    for end in left:
        shutil.copytree(folder, folder.with_name(f".vault-0123456789abcdef.{end}"))
    shutil.rmtree(folder)
    assert field_vault.exists(folder)
    unlock(folder, PASSPHRASE).lock()
    assert [path.name for path in folder.parent.iterdir()] == ["vault"]


def test_leftovers_beside_a_whole_vault_are_taken_away(folder: Path) -> None:
    """Only those of this vault, and only once it is ours."""
    for name in (
        ".vault-0123456789abcdef.part",
        ".vault-0123456789abcdef.old",
        ".other-0123456789abcdef.old",
    ):
        shutil.copytree(folder, folder.with_name(name))
    with unlock(folder, PASSPHRASE):
        assert sorted(path.name for path in folder.parent.iterdir()) == [
            ".other-0123456789abcdef.old",
            "vault",
        ]


@pytest.fixture
def first_form(tmp_path: Path) -> tuple[Path, dict[str, object]]:
    """A vault that the first Fieldlog made, and what is in it."""
    contents = json.loads((FIXTURES / "format-1" / "contents.json").read_text("utf-8"))
    return unpacked("format-1", tmp_path / "first"), contents


def test_a_vault_of_the_first_form_opens_and_is_upgraded(first_form: tuple[Path, dict[str, object]]) -> None:
    """It works as it is; after the upgrade it has two volumes, the same records and files, and both secrets."""
    folder, contents = first_form
    passphrase, words = (field_vault.typed_secret(str(contents[name])) for name in ("passphrase", "recovery"))
    vault = unlock(folder, passphrase)
    assert volumes.is_first_form(vault)
    for refused in (
        lambda: volumes.make_second_vault(vault, passphrase=SECOND, recovery=SECOND_RECOVERY),
        lambda: volumes.reserve(vault, 1),
    ):
        with pytest.raises(errors.VaultOfFirstForm):
            refused()
    with pytest.raises(errors.SlotsUnknown):
        volumes.renew(vault)
    save(vault, "Made up, in the first form.")
    files = {
        record.code: content_of(vault, record.code)
        for row in recording.list_incidents(vault, limit=9)
        for record in recording.read_incident(vault, row.code).evidence
    }
    codes = {row.code for row in recording.list_incidents(vault, limit=9)}
    volumes.upgrade(vault, passphrase=passphrase, recovery=words)
    assert set(looks(folder)) == vault_folder.FILES
    for secret in (passphrase, words):
        with unlock(folder, secret) as now:
            assert not volumes.is_first_form(now)
            assert {row.code for row in recording.list_incidents(now, limit=9)} == codes
            assert {code: content_of(now, code) for code in files} == files
            assert now.store.verify() > 0
            assert len(field_keys.list_keys(now)) == 2


def test_room_in_advance(opened: OpenVault, folder: Path, tmp_path: Path) -> None:
    """Both areas grow to what was asked for, and an attachment that fits changes no size."""
    volumes.reserve(opened, 5_000_000)
    sizes = {name: size for name, (size, _) in looks(folder).items()}
    assert sizes["media-a"] == sizes["media-b"] == 5 << 20
    attach(opened, save(opened, "Made up."), os.urandom(4_000_000), tmp_path / "one")
    assert {name: size for name, (size, _) in looks(folder).items()} == sizes
    volumes.reserve(opened, 1)
    assert looks(folder)["media-a"][0] == 5 << 20


def test_reserving_can_be_stopped(opened: OpenVault, folder: Path) -> None:
    """Then both areas are as they were."""
    before = looks(folder)["media-a"][0]

    def stop(done: int, _total: int) -> None:
        if done > 3 << 20:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        volumes.reserve(opened, 20 << 20, progress=stop)
    assert looks(folder)["media-a"][0] == looks(folder)["media-b"][0] == before


def test_recovery_words_that_are_none_are_refused(opened: OpenVault) -> None:
    """Before anything is written."""
    with pytest.raises(errors.KeyTextError):
        volumes.make_second_vault(
            opened, passphrase=SECOND, recovery=field_vault.typed_secret("not twelve words")
        )
    assert ON_PAPER.count(" ") == 11
