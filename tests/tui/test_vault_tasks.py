"""What a reporter does with the vault as a whole, by keyboard: backup and back, keys, check, bin, the end."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import bin as bins
from fieldlog.field import destruction, places, recording, vault, volumes
from fieldlog.i18n.promises import SECOND_VAULT
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.dialogs.erase import EraseBox
from fieldlog.tui.field.outcome import Lock, Panic, PracticeInfo, Quit
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.vault.alarm import AlarmScreen
from fieldlog.tui.field.screens.vault.backup import BackupScreen
from fieldlog.tui.field.screens.vault.bin import BinScreen
from fieldlog.tui.field.screens.vault.checking import CheckedScreen
from fieldlog.tui.field.screens.vault.destroying import DestroyedScreen
from fieldlog.tui.field.screens.vault.explained import ExplainedScreen
from fieldlog.tui.field.screens.vault.keys import KeysScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.screens.vault.place import PlaceScreen
from fieldlog.tui.field.screens.vault.reserve import ReserveScreen
from fieldlog.tui.field.screens.vault.restore import RestoreScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.vault.upgrade import UpgradeScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.rows import RowList
from fieldlog.tui.kit.widgets import Note
from support.screens import NOW, RECOVERY, WORDS, Scene, dump, reporter, type_in, unlock, until
from support.vault_tasks import (
    SIZE,
    choose,
    on,
    opens,
    prove,
    take_recovery,
    take_words,
    text_of,
    unlocked,
    vault_menu,
)

# --- backup and back ------------------------------------------------------------------------------


async def test_a_backup_is_made_and_becomes_a_vault_again(scene: Scene, tmp_path: Path) -> None:
    """F7 writes one file, says what it is good for, and its twelve words make a vault of it elsewhere."""
    stick = tmp_path / "stick"
    stick.mkdir()
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert "Backup: none yet." in text_of(app)
        assert "F7" in dump(app)
        await pilot.press("f7")
        await until(pilot, lambda: on(app, BackupScreen))
        await pilot.press("f4")
        assert "Where to?" in text_of(app)
        app.screen.query_one("#folder", LineInput).value = str(stick / "missing")
        await until(pilot, lambda: "There is no such folder." in text_of(app))
        app.screen.query_one("#folder", LineInput).value = str(stick)
        await until(pilot, lambda: "Free there" in text_of(app))
        await pilot.press("f4")
        await until(pilot, lambda: on(app, ToldScreen))
        made = list(stick.iterdir())
        assert len(made) == 1
        said = text_of(app)
        assert made[0].name in said
        assert "Inside: 3 incidents, 0 files" in said
        assert "Only your twelve recovery words open it" in said
        assert "read back" in said
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
        await pilot.pause(0.1)
        assert "Backup" not in text_of(app)
    again = reporter(tmp_path / "again")
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert on(again, WelcomeScreen)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: on(again, RestoreScreen))
        screen = again.screen
        screen.query_one("#backup", LineInput).value = str(made[0])
        screen.query_one("#recovery", PassphraseInput).value = " ".join(RECOVERY[:11])
        await pilot.press("enter")
        await until(pilot, lambda: "There are twelve recovery words" in text_of(again))
        screen.query_one("#recovery", PassphraseInput).value = " ".join(RECOVERY)
        await pilot.press("enter")
        words = await take_words(pilot)
        await until(pilot, lambda: on(again, ToldScreen))
        assert "Inside: 3 incidents" in text_of(again)
        await pilot.press("enter")
        await until(pilot, lambda: on(again, HomeScreen))
        await until(pilot, lambda: len(again.screen._page.rows) == 3)
        assert "Last opened" in text_of(again)
    assert opens(tmp_path / "again", words)
    assert opens(tmp_path / "again", RECOVERY)


async def test_a_backup_that_is_stopped_leaves_nothing(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Esc during the work, a stick that is gone and a folder inside the vault: nothing is left, and it is said."""
    stick = tmp_path / "stick"
    stick.mkdir()
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        real = app.work.back_up

        def slow(folder, progress):
            while True:  # until the person stops it
                progress(1, 2)

        monkeypatch.setattr(app.work, "back_up", slow)
        await pilot.press("f7")
        await until(pilot, lambda: on(app, BackupScreen))
        app.screen.query_one("#folder", LineInput).value = str(stick)
        await pilot.press("f4")
        await until(pilot, lambda: on(app, LongWorkScreen) and "50 %" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "nothing of it is left" in text_of(app))
        assert not list(stick.iterdir())
        await pilot.press("escape")
        await until(pilot, lambda: on(app, BackupScreen))
        monkeypatch.setattr(app.work, "back_up", real)
        app.screen.query_one("#folder", LineInput).value = str(scene.vault)
        await pilot.press("f4")
        await until(pilot, lambda: "No backup was made" in text_of(app))


async def test_long_work_is_not_undone_by_the_idle_lock(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody presses a key for an hour while it works: it goes on, and only after it the idle lock counts."""
    clock, go_on = FixedClock(NOW), threading.Event()
    app = reporter(scene.vault, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        real = app.work.back_up

        def slow(folder, progress):
            go_on.wait(60)
            return real(folder, progress)

        monkeypatch.setattr(app.work, "back_up", slow)
        await pilot.press("f7")
        await until(pilot, lambda: on(app, BackupScreen))
        app.screen.query_one("#folder", LineInput).value = str(tmp_path)
        await pilot.press("f4")
        await until(pilot, lambda: on(app, LongWorkScreen) and app.is_at_work())
        clock.move_on(seconds=3600)
        await app.look_at_the_clock()
        assert app.is_open
        go_on.set()
        await until(pilot, lambda: on(app, ToldScreen))
        clock.move_on(seconds=3600)
        await app.look_at_the_clock()
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, Lock)
    assert [one.startswith("backup-") for one in os.listdir(tmp_path) if one.endswith(".age")] == [True]


async def test_the_reminder_can_be_put_off(scene: Scene) -> None:
    """One line while a backup is due; from the menu it goes away for a day, and comes back after it."""
    clock = FixedClock(NOW)
    app = reporter(scene.vault, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert "Backup: none yet." in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Do not remind me of a backup today" in text_of(app)
        await pilot.press("escape")
        await app.screen.action_put_off_backup()
        await until(pilot, lambda: "Backup: none yet." not in text_of(app))
        clock.move_on(seconds=25 * 3600)
        await app.screen.reload()
        await until(pilot, lambda: "Backup: none yet." in text_of(app))


async def test_a_backup_of_a_vault_that_has_one_is_no_reminder(scene: Scene, tmp_path: Path) -> None:
    """Practice never reminds: it keeps nothing."""
    app = reporter(scene.vault, practice=PracticeInfo(words=WORDS, folder=tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert "Backup" not in text_of(app)
        await pilot.press("f8")
        await until(pilot, lambda: on(app, VaultScreen) and bool(app.screen.query_one(RowList).rows))
        await choose(pilot, "destroy")
        assert on(app, VaultScreen)
        assert "Not in practice" in text_of(app)


# --- what the vault says ----------------------------------------------------------------------------


async def test_check_words_of_now_are_those_of_the_next_unlock(scene: Scene) -> None:
    """The menu shows what to note before locking; after unlock the same words stand there."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        before = app.opened.words
        await pilot.press("f2")
        await type_in(pilot, "they took him")
        await pilot.press("f4")
        await until(pilot, lambda: on(app, HomeScreen))
        await pilot.press("f8")
        await until(pilot, lambda: on(app, VaultScreen) and "Now: 4 incidents" in text_of(app))
        words = app.screen.query_one("#now", Note).text.rsplit(": ", 1)[1]
        assert words != " ".join(before)
        assert " ".join(before) in text_of(app)
    again = reporter(scene.vault)
    async with again.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert words in text_of(again)


async def test_an_older_copy_of_the_database_is_an_alarm(scene: Scene, tmp_path: Path) -> None:
    """Records older than the lock are not opened; the screen says what it means and what to do, in steps."""
    older = tmp_path / "older"
    shutil.copytree(scene.vault, older)
    with unlocked(scene.vault) as inside:
        recording.save(inside, None, recording.read_version(inside, "INC-000002", 1), ready=False)
    shutil.copyfile(scene.vault / "slots", older / "slots")
    older.chmod(0o700)
    app = reporter(older)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert on(app, AlarmScreen)
        said = text_of(app)
        assert "older copy" in said
        assert "Tell your organisation" in said
        await pilot.press("escape")
        await until(pilot, lambda: on(app, UnlockScreen))


async def test_a_damaged_vault_names_the_way_to_save_it(scene: Scene) -> None:
    """Bytes that went bad are an alarm that names recover, one key away, and restore."""
    for name in ("vol-a", "vol-b"):
        path = scene.vault / name
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert on(app, AlarmScreen)
        assert "F6 saves what can be read into a new vault" in text_of(app)
        assert "fieldlog restore" in text_of(app)


async def test_what_is_known_about_the_place_is_said(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a vault is made, and in its menu."""
    monkeypatch.setattr(places, "place_warnings", lambda _folder: ("copy-on-write",))
    app = reporter(tmp_path / "new")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("down", "enter")
        await until(pilot, lambda: on(app, PlaceScreen))
        assert "does not write over old data" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, WordsScreen))
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        await pilot.press("f8")
        await until(
            pilot, lambda: on(app, VaultScreen) and "1 thing to know about this place" in text_of(app)
        )
        await choose(pilot, "place")
        await until(pilot, lambda: on(app, ToldScreen) and "does not write over old data" in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: on(app, VaultScreen))


# --- keys -------------------------------------------------------------------------------------------


async def test_the_passphrase_is_changed(scene: Scene) -> None:
    """The old words are asked for first; then the new ones open the vault and the old ones do not."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "keys")
        await until(pilot, lambda: on(app, KeysScreen) and "opened the vault now" in text_of(app))
        await choose(pilot, "change")
        await prove(pilot, ("no", "such", "words"))
        assert "not the passphrase of this vault" in text_of(app)
        await prove(pilot)
        words = await take_words(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
        assert "the old ones no longer" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
    assert opens(scene.vault, words)
    assert not opens(scene.vault, WORDS)
    assert opens(scene.vault, RECOVERY)


async def test_a_passphrase_is_added_and_removed(scene: Scene) -> None:
    """Two sets of words open the vault; the one that is removed opens it no longer."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "keys")
        await until(pilot, lambda: on(app, KeysScreen) and len(app.screen._keys) == 2)
        await choose(pilot, "remove")
        assert "There is one passphrase, and it stays" in text_of(app)
        await choose(pilot, "add")
        await prove(pilot)
        words = await take_words(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
        both = [key for key in await app.threads.call(app.work.known_keys) if not key.recovery]
        assert len(both) == 2
        first = next(key for key in both if key.opened)
        await pilot.press("f8")
        await until(pilot, lambda: on(app, VaultScreen) and bool(app.screen.query_one(RowList).rows))
        await choose(pilot, "keys")
        await until(pilot, lambda: on(app, KeysScreen) and len(app.screen._keys) == 3)
        await choose(pilot, "remove")
        app.screen.query_one(RowList).put_cursor(str(first.number))
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("f4")
        await prove(pilot, words)
        await until(pilot, lambda: on(app, ToldScreen))
    assert opens(scene.vault, words)
    assert not opens(scene.vault, WORDS)


async def test_new_recovery_words_are_asked_back(scene: Scene) -> None:
    """They count only once three of them were typed from paper; then the old twelve open nothing."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "keys")
        await until(pilot, lambda: on(app, KeysScreen))
        await choose(pilot, "recovery")
        await prove(pilot)
        recovery = await take_recovery(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
        assert "Earlier backups open with the old twelve words only" in text_of(app)
    assert opens(scene.vault, recovery)
    assert not opens(scene.vault, RECOVERY)


async def test_a_key_file_is_made_and_needed(scene: Scene, tmp_path: Path) -> None:
    """The new passphrase opens the vault only together with the file, which the unlock screen asks for by F2."""
    app = reporter(scene.vault)
    key = tmp_path / "key"
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "keys")
        await until(pilot, lambda: on(app, KeysScreen))
        await choose(pilot, "keyfile")
        app.screen.query_one(LineInput).value = str(scene.vault / "key")
        await pilot.press("f4")
        await until(pilot, lambda: "protects nothing" in text_of(app))
        app.screen.query_one(LineInput).value = str(key)
        await pilot.press("f4")
        await prove(pilot)
        words = await take_words(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
    assert key.stat().st_size == 64
    assert not opens(scene.vault, words)
    again = reporter(scene.vault)
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "Key file" not in text_of(again)
        await pilot.press("f2")
        await until(pilot, lambda: "Key file" in text_of(again))
        again.screen.query_one("#keyfile", LineInput).value = str(key)
        again.screen.query_one("#passphrase", PassphraseInput).focus()
        await unlock(pilot, words)
        assert on(again, HomeScreen)


async def test_a_new_vault_key(scene: Scene) -> None:
    """Everything is copied, the vault is locked, and the same words open it."""
    before = {name: (scene.vault / name).stat().st_ino for name in ("vol-a", "vol-b", "media-a", "media-b")}
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "renew")
        await until(pilot, lambda: on(app, ExplainedScreen))
        await pilot.press("f4")
        await prove(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
        assert "locked now" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, Lock)
    assert all((scene.vault / name).stat().st_ino != number for name, number in before.items())
    with unlocked(scene.vault) as inside:
        assert len(recording.list_incidents(inside)) == 3


# --- second vault, space ------------------------------------------------------------------------------


async def test_the_second_vault(scene: Scene) -> None:
    """The claim stands there word for word; a typed word, words of its own, and both vaults open."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "second")
        await until(pilot, lambda: on(app, ExplainedScreen))
        assert SECOND_VAULT in text_of(app)
        assert "destroys it with everything in it" in text_of(app)
        await pilot.press("f4")
        assert on(app, ExplainedScreen)
        await type_in(pilot, "second")
        await pilot.press("enter")
        assert on(app, ExplainedScreen)
        await pilot.press("f4")
        words = await take_words(pilot)
        recovery = await take_recovery(pilot)
        await until(pilot, lambda: on(app, ToldScreen))
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
    for known in (words, recovery):
        with unlocked(scene.vault, known) as inside:
            assert not recording.list_incidents(inside)
    with unlocked(scene.vault) as inside:
        assert len(recording.list_incidents(inside)) == 3


async def test_space_is_reserved_and_can_be_stopped(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number of gigabytes, progress, and the room is there; nonsense is not taken."""
    asked: list[int] = []

    def reserve(_vault, size, *, progress):
        asked.append(size)
        progress(size, size)

    monkeypatch.setattr(volumes, "reserve", reserve)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "reserve")
        await until(pilot, lambda: on(app, ReserveScreen))
        field = app.screen.query_one(LineInput)
        for nonsense in ("", "much", "-1", "99999"):
            field.value = nonsense
            await pilot.press("f4")
            assert "Type a number such as 8." in text_of(app)
        field.value = "0,5"
        await pilot.press("f4")
        await until(pilot, lambda: on(app, ToldScreen))
    assert asked == [512 * 1024 * 1024]


# --- check, bin, end ----------------------------------------------------------------------------------


async def test_the_vault_is_checked_and_open_again(scene: Scene) -> None:
    """Everything is looked at while it is locked; afterwards the list is there as before."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "check")
        await prove(pilot, ("not", "these"))
        assert app.work.is_open()
        await prove(pilot)
        await until(pilot, lambda: on(app, CheckedScreen))
        assert "Everything is as it was written" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
        await until(pilot, lambda: len(app.screen._page.rows) == 3)


async def test_findings_are_said_in_words(scene: Scene) -> None:
    """Something that does not belong in the folder is found, and said with what to do."""
    (scene.vault / "stranger").touch(mode=0o600)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "check")
        await prove(pilot)
        await until(pilot, lambda: on(app, CheckedScreen))
        assert "1 thing is not in order" in text_of(app)
        assert "not Fieldlog's" in text_of(app)
        assert "F6 saves what can be read into a new vault" in text_of(app)


async def test_the_bin_brings_back_and_erases(scene: Scene) -> None:
    """The days left are shown; Enter brings back; erasing needs the code, and a wrong one erases nothing."""
    with unlocked(scene.vault) as inside:
        recording.move_to_bin(inside, "INC-000002")
        recording.move_to_bin(inside, "INC-000003")
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "bin")
        await until(pilot, lambda: on(app, BinScreen) and len(app.screen._rows) == 2)
        assert "30 days" in text_of(app)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen._rows) == 1)
        await pilot.press("delete")
        await until(pilot, lambda: on(app, EraseBox))
        app.screen.query_one(LineInput).value = "INC-000002"
        await pilot.press("enter")
        assert on(app, EraseBox)
        await pilot.press("f4")
        await until(pilot, lambda: "This is not its code" in text_of(app))
        app.screen.query_one(LineInput).value = "inc-000003"
        await pilot.press("f4")
        await until(pilot, lambda: on(app, BinScreen) and not app.screen._rows)
        assert "The bin is empty." in text_of(app)
        await pilot.press("delete", "enter")
        assert on(app, BinScreen)
    with unlocked(scene.vault) as inside:
        assert {row.code for row in recording.list_incidents(inside)} == {"INC-000001", "INC-000002"}
        assert not recording.list_incidents(inside, state="bin")


async def test_emptying_the_bin_needs_its_number(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key alone erases: the number of incidents has to be typed, then F4; Enter and Esc keep everything."""
    with unlocked(scene.vault) as inside:
        recording.move_to_bin(inside, "INC-000002")
        recording.move_to_bin(inside, "INC-000003")
    app = reporter(scene.vault)
    go_on = threading.Event()
    real = bins.empty_bin

    def slow(inside, *, typed):
        go_on.wait(60)
        return real(inside, typed=typed)

    monkeypatch.setattr(bins, "empty_bin", slow)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "bin")
        await until(pilot, lambda: on(app, BinScreen) and len(app.screen._rows) == 2)
        assert "F6 Empty" in text_of(app)
        await pilot.press("f6")
        await until(pilot, lambda: on(app, EraseBox))
        said = " ".join(dump(app).replace("│", "").split())
        assert "2 incidents are erased from this vault" in said
        assert "Backups, bundles you handed over and copies of the folder still have them" in said
        for keys in (("enter",), ("f4",), ("delete", "f6", "f4"), (*"1", "f4"), (*"2", "enter")):
            await pilot.press(*keys)
            await pilot.pause()
            assert on(app, EraseBox)
        await pilot.press("escape")
        await until(pilot, lambda: on(app, BinScreen))
        assert len(app.screen._rows) == 2
        await pilot.press("f6")
        await until(pilot, lambda: on(app, EraseBox))
        await pilot.press("2", "f4")
        await until(pilot, lambda: on(app, LongWorkScreen))
        assert "Erasing everything in the bin" in text_of(app)
        go_on.set()
        await until(pilot, lambda: on(app, BinScreen) and "2 incidents are erased for good." in text_of(app))
        assert "The bin is empty." in text_of(app)
        await pilot.press("f6")
        await pilot.pause()
        assert on(app, BinScreen)
    with unlocked(scene.vault) as inside:
        assert {row.code for row in recording.list_incidents(inside)} == {"INC-000001"}
        assert not bins.binned(inside)


async def test_a_bin_that_could_not_be_emptied_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error stands there with what to do, and the list shows what is in the bin now."""
    with unlocked(scene.vault) as inside:
        recording.move_to_bin(inside, "INC-000002")
    app = reporter(scene.vault)

    def full(_inside, *, typed):
        raise errors.NoSpace(str(scene.vault), needed=1)

    monkeypatch.setattr(bins, "empty_bin", full)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "bin")
        await until(pilot, lambda: on(app, BinScreen) and len(app.screen._rows) == 1)
        await pilot.press("f6")
        await until(pilot, lambda: on(app, EraseBox))
        await pilot.press("1", "f4")
        await until(pilot, lambda: "Empty the bin: not done" in text_of(app))
        assert "the next unlock erases the rest" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: on(app, BinScreen) and len(app.screen._rows) == 1)
        assert "erased for good" not in text_of(app)


async def test_del_in_the_bin_of_the_list_asks_for_the_code(scene: Scene) -> None:
    """One Del puts aside; a second one, in the bin, erases nothing before the code is typed."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("delete")
        await until(pilot, lambda: app.screen._page.counts["bin"] == 1)
        for _state in range(4):
            await pilot.press("f6")
            await pilot.pause(0.2)
        await until(pilot, lambda: app.screen._state == "bin" and len(app.screen._page.rows) == 1)
        await pilot.press("delete")
        await until(pilot, lambda: on(app, EraseBox))
        await pilot.press("enter", "escape")
        await until(pilot, lambda: on(app, HomeScreen))
        assert app.screen._page.counts["bin"] == 1
        await pilot.press("delete")
        await until(pilot, lambda: on(app, EraseBox))
        app.screen.query_one(LineInput).value = "INC-000002"
        await pilot.press("f4")
        await until(pilot, lambda: on(app, HomeScreen) and app.screen._page.counts["bin"] == 0)


async def test_what_the_bin_let_go_of_is_said_once(scene: Scene) -> None:
    """At the first unlock after thirty days, and not again when one comes back to the list."""
    clock = FixedClock(NOW)
    with vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=clock) as inside:
        recording.move_to_bin(inside, "INC-000002")
    # The bin's time moves on by a few days at most between two unlocks: a wrong clock erases nothing.
    for days in (7, 7, 7, 7, 1):
        clock.move_on(seconds=days * 24 * 3600)
        with vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=clock) as inside:
            (waiting,) = bins.binned(inside)
    assert waiting.days_left == 1
    clock.move_on(seconds=24 * 3600)
    app = reporter(scene.vault, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        await until(pilot, lambda: "1 incident was in the bin for 30 days" in text_of(app))
        assert app.bin_news() == 0


async def test_an_incident_is_erased_from_its_own_screen(scene: Scene) -> None:
    """From the menu of the form, by its code; Esc keeps it, and typing goes on being saved."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("enter")
        await until(pilot, lambda: on(app, CaptureScreen) and app.screen._filled)
        await app.screen.action_erase_this()
        await until(pilot, lambda: on(app, EraseBox))
        await pilot.press("escape")
        await until(pilot, lambda: on(app, CaptureScreen))
        await type_in(pilot, "x")
        await until(pilot, lambda: "saved" in text_of(app))
        await app.screen.action_erase_this()
        await until(pilot, lambda: on(app, EraseBox))
        app.screen.query_one(LineInput).value = "INC-000002"
        await pilot.press("f4")
        await until(pilot, lambda: on(app, HomeScreen))
        await until(pilot, lambda: len(app.screen._page.rows) == 2)
    with unlocked(scene.vault) as inside, pytest.raises(errors.UnknownRecord):
        recording.read_incident(inside, "INC-000002")


async def test_destroying_needs_the_word_and_ends_the_program(scene: Scene) -> None:
    """No single key destroys anything; after the word it is plain about what was done, and then it ends."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "destroy")
        await until(pilot, lambda: on(app, ExplainedScreen))
        assert "the second vault if there is one" in text_of(app)
        for key in ("f4", "enter", "delete", "space"):
            await pilot.press(key)
        await pilot.pause()
        assert on(app, ExplainedScreen)
        assert (scene.vault / "slots").exists()
        app.screen.query_one(LineInput).value = "DESTROY"
        await pilot.press("f4")
        await until(pilot, lambda: on(app, DestroyedScreen))
        assert not destruction.is_there(scene.vault)
        assert not scene.vault.exists()
        assert "Flash memory" in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, Quit)


async def test_panic_destroys_nothing(scene: Scene) -> None:
    """F12, also where destruction is one key away, locks and leaves: the words open the vault afterwards."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "destroy")
        await until(pilot, lambda: on(app, ExplainedScreen))
        app.screen.query_one(LineInput).value = "DESTROY"
        await pilot.press("f12")
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, Panic)
    assert opens(scene.vault, WORDS)


# --- a vault of an earlier Fieldlog --------------------------------------------------------------------


async def test_an_earlier_vault_is_offered_the_newer_form(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is offered after unlock, takes both secrets, and can be left for another day."""
    monkeypatch.setattr(volumes, "is_first_form", lambda _vault: True)
    upgraded: list[bool] = []

    def upgrade(inside, *, passphrase, recovery, progress):
        upgraded.append(passphrase == vault.secret_of(WORDS) and recovery == vault.secret_of(RECOVERY))
        inside.lock()

    monkeypatch.setattr(volumes, "upgrade", upgrade)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        assert on(app, UpgradeScreen)
        await pilot.press("escape")
        await until(pilot, lambda: on(app, HomeScreen))
        await pilot.press("f8")
        await until(pilot, lambda: on(app, VaultScreen) and bool(app.screen.query_one(RowList).rows))
        await choose(pilot, "second")
        await until(pilot, lambda: on(app, UpgradeScreen))
        await pilot.press("f4")
        assert "Type both" in text_of(app)
        first = app.screen.query_one("#passphrase", PassphraseInput)
        second = app.screen.query_one("#recovery", PassphraseInput)
        first.value, second.value = " ".join(WORDS), " ".join((*RECOVERY[:-1], "zoo"))
        await pilot.press("f4")
        await until(pilot, lambda: "not in this order" in text_of(app))
        second.value = " ".join(RECOVERY)
        await pilot.press("f4")
        await until(pilot, lambda: on(app, ToldScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert upgraded == [True]
    assert isinstance(app.return_value, Lock)
