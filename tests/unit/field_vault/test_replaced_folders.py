"""A vault whose folder or slots another hand changes at the worst moment is neither lost nor mixed up."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import vault as field_vault
from fieldlog.field import volumes
from fieldlog.field.vault import OpenVault
from fieldlog.formats.keyslots import Purpose, SlotSecret
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.vault import making, session
from fieldlog.store.vault.salvage import recovery
from fieldlog.system import files
from fieldlog.system.clock import FixedClock
from fieldlog.system.locking import FileLock
from support.backups import NOON, save, words_of

CLOCK = FixedClock(NOON)
PASSPHRASE = field_vault.typed_secret("щека батарея лютый июнь фронт житель голова")
RECOVERY = field_vault.typed_secret("farm happy cluster clock rabbit mass pause baby cigar labor gym round")
"""Of the vault that ``conftest.py`` makes."""
SECOND = field_vault.typed_secret("violin saddle ember copper lagoon thistle bishop")
SECOND_RECOVERY = field_vault.typed_secret(words_of(bytes(range(2, 18))))
CHANGED = field_vault.typed_secret("harbor walnut pepper engine marble cactus ladder")
TOKEN = "0123456789abcdef"


def unlock(folder: Path, secret: Secret = PASSPHRASE) -> OpenVault:
    return field_vault.unlock(folder=folder, passphrase=secret, clock=CLOCK)


def create(folder: Path) -> OpenVault:
    return field_vault.create(
        folder=folder, passphrase=CHANGED, recovery=SECOND_RECOVERY, clock=CLOCK, profile=CHEAPEST_FOR_TESTS
    )


def killed_between_renames(folder: Path) -> None:
    """As ``replacing`` leaves it when the power goes after its first rename."""
    shutil.copytree(folder, folder.with_name(f".vault-{TOKEN}.new"))
    folder.rename(folder.with_name(f".vault-{TOKEN}.old"))


def opens(folder: Path, secret: Secret) -> bool:
    try:
        unlock(folder, secret).lock()
    except errors.CannotUnlock:
        return False
    return True


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Does something while the database of a second vault is being made."""
    build = making.build_database

    def arrange(act: Callable[[], None]) -> None:
        def building(*parts: object) -> None:
            act()
            build(*parts)  # type: ignore[arg-type]

        monkeypatch.setattr(making, "build_database", building)

    return arrange


def change_passphrase(vault: OpenVault, secret: Secret) -> None:
    slots = vault.store.slots
    index = next(slot.index for slot in slots.known() if slot.purpose is Purpose.PASSPHRASE)
    slots.replace(
        index, SlotSecret(purpose=Purpose.PASSPHRASE, secret=secret), made_at="2026-01-01T00:00:00Z"
    )


def test_a_passphrase_changed_while_a_second_vault_is_made_stays_changed(
    opened: OpenVault, folder: Path, tmp_path: Path, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    """The new one opens the first vault, the old one nothing, and the second vault has its own."""
    meanwhile(lambda: change_passphrase(opened, CHANGED))
    volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    # As a kill leaves it: locking would mend its slots.
    killed = tmp_path / "killed"
    shutil.copytree(folder, killed)
    opened.lock()
    for place in (killed, folder):
        assert not opens(place, PASSPHRASE)
        for secret in (CHANGED, RECOVERY, SECOND, SECOND_RECOVERY):
            assert opens(place, secret)


def test_a_vault_locked_while_a_second_one_is_made_still_opens(
    opened: OpenVault, folder: Path, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    """What locking wrote into its slots stays there; else it would look older than it is."""
    save(opened, "Made up.")
    meanwhile(opened.lock)
    volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    for secret in (PASSPHRASE, RECOVERY, SECOND, SECOND_RECOVERY):
        assert opens(folder, secret)


def test_a_vault_that_somebody_else_has_opened_by_then_keeps_its_slots(
    opened: OpenVault, folder: Path, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    """Locked and opened elsewhere while the second one was made: nothing is written over what that one writes."""
    others: list[OpenVault] = []

    def lock_and_open() -> None:
        opened.lock()
        others.append(unlock(folder))

    meanwhile(lock_and_open)
    with pytest.raises(errors.VaultInUse):
        volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    others[0].lock()
    assert opens(folder, PASSPHRASE)
    assert not opens(folder, SECOND)


def test_a_passphrase_of_the_second_vault_that_opens_the_first_by_then_is_refused(
    opened: OpenVault, folder: Path, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    """Else one of the two vaults could never be reached."""
    meanwhile(lambda: change_passphrase(opened, SECOND))
    with pytest.raises(errors.SecretInUse):
        volumes.make_second_vault(opened, passphrase=SECOND, recovery=SECOND_RECOVERY)
    opened.lock()
    with unlock(folder, SECOND) as first:
        assert first.store.verify() >= 0
    assert not opens(folder, SECOND_RECOVERY)


def test_a_vault_killed_between_renames_is_never_shadowed(folder: Path) -> None:
    """Making one of the same name brings the old one back instead, whole."""
    killed_between_renames(folder)
    with pytest.raises(errors.VaultExists):
        create(folder)
    assert opens(folder, PASSPHRASE)
    assert [path.name for path in folder.parent.iterdir()] == ["vault"]


def test_a_vault_killed_while_another_is_made_is_never_shadowed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when that happens after the making began."""
    aside = tmp_path / "aside"
    folder.rename(aside)
    make = making.make_vault

    def make_and_kill(*parts: object, **more: object) -> object:
        made = make(*parts, **more)  # type: ignore[arg-type]
        aside.rename(folder)
        killed_between_renames(folder)
        return made

    monkeypatch.setattr(making, "make_vault", make_and_kill)
    with pytest.raises(errors.VaultExists):
        create(folder)
    assert opens(folder, PASSPHRASE)
    assert [path.name for path in folder.parent.iterdir()] == ["vault"]


def test_a_folder_that_cannot_be_searched_is_no_free_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody can tell what lies beside, nothing is made, and the error says so."""
    killed_between_renames(folder)

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "refused")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        for ask in (lambda: create(folder), lambda: field_vault.exists(folder), lambda: unlock(folder)):
            with pytest.raises(errors.FileUnreadable) as caught:
                ask()
            assert caught.value.path == str(folder.parent)
    assert opens(folder, PASSPHRASE)


def test_without_the_folder_above_there_is_no_vault(tmp_path: Path) -> None:
    """A folder that is not there, a file in its place and an impossible name have nothing in them."""
    (tmp_path / "file").write_bytes(b"")
    for above in ("none", "file"):
        vault_folder.finish_replacement(tmp_path / above / "vault")
    vault_folder.finish_replacement(tmp_path / "a\0b" / "vault")


def test_what_lies_beside_stays_until_a_secret_opens_what_is_in_place(folder: Path) -> None:
    """A wrong passphrase takes nothing away: it may be the other one that it opens."""
    old = folder.with_name(f".vault-{TOKEN}.old")
    shutil.copytree(folder, old)
    with pytest.raises(errors.CannotUnlock):
        unlock(folder, SECOND)
    assert sorted(path.name for path in old.iterdir()) == sorted(vault_folder.FILES)
    assert opens(folder, PASSPHRASE)
    assert not old.exists()


def test_a_vault_that_somebody_else_opened_first_is_not_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its appearing and being locked by who made it, another may have opened it: it stays."""
    place = tmp_path / "new"
    held: list[FileLock] = []
    sync = files.sync_folder

    def sync_and_hold(folder: Path) -> None:
        sync(folder)
        if place.exists() and not held:
            held.append(FileLock(place / vault_folder.HEADER_NAME))

    monkeypatch.setattr(files, "sync_folder", sync_and_hold)
    with pytest.raises(errors.VaultInUse):
        create(place)
    held[0].release()
    assert opens(place, CHANGED)


def test_a_folder_replaced_while_it_is_unlocked_is_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header was not there for a moment: the second look finds it."""
    replaced: list[Path] = []

    def take_late(path: Path) -> FileLock:
        if not replaced:
            replaced.append(path)
            killed_between_renames(folder)
        return FileLock(path)

    monkeypatch.setattr(session, "FileLock", take_late)
    assert opens(folder, PASSPHRASE)
    assert replaced


def test_a_folder_that_goes_between_two_looks_is_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was in its place when its neighbours were looked at, and not when it was looked for."""
    look = vault_folder.require_present
    looked: list[Path] = []

    def look_late(place: Path) -> None:
        if not looked:
            looked.append(place)
            killed_between_renames(folder)
        look(place)

    monkeypatch.setattr(vault_folder, "require_present", look_late)
    assert opens(folder, PASSPHRASE)


def test_a_folder_that_goes_on_being_replaced_is_in_use(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice gone between two looks means that another Fieldlog is at work on it."""

    def take_late(path: Path) -> FileLock:
        path.rename(path.with_name("gone"))
        try:
            return FileLock(path)
        finally:
            gone.append(path.with_name("gone"))

    gone: list[Path] = []
    present = vault_folder.require_present

    def look(place: Path) -> None:
        if gone:
            gone.pop().rename(place / vault_folder.HEADER_NAME)
        present(place)

    monkeypatch.setattr(vault_folder, "require_present", look)
    monkeypatch.setattr(session, "FileLock", take_late)
    with pytest.raises(errors.VaultInUse):
        unlock(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_header_that_is_a_pipe_keeps_nobody_waiting(folder: Path) -> None:
    """Unlocking refuses it, and what reads damaged vaults goes on as without a header."""
    header = folder / vault_folder.HEADER_NAME
    header.unlink()
    os.mkfifo(header, 0o600)
    with pytest.raises(errors.UnsafePermissions):
        unlock(folder)
    with recovery.locked(folder):
        assert header.is_fifo()
