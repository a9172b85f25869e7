"""What a reporter does with a vault that is damaged, by keyboard: from the alarm into the new vault."""

import os
import random
from pathlib import Path

import pytest
from textual.pilot import Pilot

from fieldlog.field import checking, keys, recording, vault
from fieldlog.i18n.findings import RECOVER
from fieldlog.primitives import kdf
from fieldlog.store.vault.findings import Checked, Finding
from fieldlog.store.volume import sizes
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.application import ReporterApp
from fieldlog.tui.field.dialogs.pick import PickBox
from fieldlog.tui.field.outcome import Lock, OpenOther, PracticeInfo
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.screens.recovery import RecoveryBackScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.vault.alarm import AlarmScreen
from fieldlog.tui.field.screens.vault.checking import CheckedScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.screens.vault.recover import RecoverScreen
from fieldlog.tui.field.screens.vault.recovered import RecoveredScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.rows import RowList
from support.damaged import PAGE, state_of
from support.screens import NOW, RECOVERY, WORDS, Scene, dump, reporter, unlock, until
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

PAGES = (0, 2, 5)
"""Of the database: the list of its tables, and pages of its contents."""


def damage(folder: Path, pages: tuple[int, ...] = PAGES) -> None:
    """Noise over pages of whichever volume is in use, as a dying disk leaves it."""
    chance = random.Random(7)
    for name in ("vol-a", "vol-b"):
        with (folder / name).open("r+b") as file:
            for page in pages:
                file.seek(sizes.USUAL.log + PAGE * page)
                file.write(chance.randbytes(PAGE))


@pytest.fixture
def damaged(scene: Scene, tmp_path: Path) -> Path:
    """A vault with three incidents and a file that does not open any more."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + random.Random(3).randbytes(3_000_000))
    with unlocked(scene.vault) as inside:
        recording.attach(inside, "INC-000002", photo)
    damage(scene.vault)
    return scene.vault


async def alarmed(pilot: Pilot[object]) -> None:
    """From the unlock screen to the alarm, and on to recovering."""
    app = pilot.app
    await unlock(pilot)
    await until(pilot, lambda: on(app, AlarmScreen))
    assert "F6 Recover" in text_of(app)
    await pilot.press("f6")
    await until(pilot, lambda: on(app, RecoverScreen))


async def answer(pilot: Pilot[object], *, words: tuple[str, ...] = WORDS, into: Path | None = None) -> None:
    """Type words and, unless the proposed one will do, a place; wait for what is said."""
    screen = pilot.app.screen
    assert isinstance(screen, RecoverScreen)
    screen.query_one("#passphrase", PassphraseInput).value = " ".join(words)
    if into is not None:
        screen.query_one("#into", LineInput).value = str(into)
    await pilot.press("f4")
    await until(pilot, lambda: pilot.app.screen is not screen or not screen._trying)


async def test_from_the_alarm_into_the_new_vault(damaged: Path, tmp_path: Path) -> None:
    """Words, place, new words asked back, the work; then everything that was saved and lost, and the way on."""
    before = state_of(damaged)
    into = tmp_path / "vault-recovered"
    app = reporter(damaged)
    async with app.run_test(size=SIZE) as pilot:
        await alarmed(pilot)
        screen = app.screen
        assert str(damaged) in text_of(app)
        assert screen.query_one("#into", LineInput).value == str(into)
        await pilot.press("f4")
        assert on(app, RecoverScreen)
        await answer(pilot, words=("no", "such", "words"))
        assert "This does not open the damaged vault. Try again" in text_of(app)
        await answer(pilot, into=damaged)
        assert "something of this name already" in text_of(app)
        await answer(pilot, into=damaged / "new")
        assert "cannot lie inside the damaged one" in text_of(app)
        assert state_of(damaged) == before
        await answer(pilot, into=into)
        words = await take_words(pilot)
        recovery = await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        said = text_of(app)
        assert "Recovered: not everything could be saved" in said
        assert "Saved: 3 incidents, 1 draft," in said
        assert "1 file (2.9 MB), 0 organisations." in said
        assert RECOVER["table-list-rebuilt"][0] in said
        assert RECOVER["line-rebuilt"][0].format(incident="INC-000002") in said
        assert "Keep the damaged folder" in said
        assert f"fieldlog --vault {into}" in said
        assert len(app.screen_stack) == 2
        for findings in app.screen._recovered.findings:
            assert all(sentence in said for sentence in findings)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == OpenOther(into, "en")
    assert state_of(damaged) == before
    for known in (words, recovery):
        with unlocked(into, known) as inside:
            assert len(recording.list_incidents(inside)) == 3
            (file,) = recording.read_incident(inside, "INC-000002").evidence
            assert file.bytes == 3_000_004
    assert not opens(into, WORDS)
    again = reporter(into)
    async with again.run_test(size=SIZE) as pilot:
        await unlock(pilot, words)
        await until(pilot, lambda: on(again, HomeScreen) and len(again.screen._page.rows) == 3)


async def test_recovering_that_is_stopped_leaves_nothing(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Esc while files are copied: the new place is empty, the damaged one as it was, and it can begin again."""
    before = state_of(damaged)
    there = sorted(os.listdir(tmp_path))
    app = reporter(damaged)
    real = app.work.recover

    def slow(of, *, passphrase, recovery, progress):
        def tell(done, total):
            progress(done, total)
            while total:  # until the person stops it
                progress(total // 2, total)

        return real(of, passphrase=passphrase, recovery=recovery, progress=tell)

    monkeypatch.setattr(app.work, "recover", slow)
    async with app.run_test(size=SIZE) as pilot:
        await alarmed(pilot)
        await answer(pilot)
        await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, LongWorkScreen) and "50 %" in text_of(app))
        assert sorted(os.listdir(tmp_path)) != there
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing was left at the new place" in text_of(app))
        assert sorted(os.listdir(tmp_path)) == there
        assert state_of(damaged) == before
        await pilot.press("escape")
        await until(pilot, lambda: on(app, RecoveryBackScreen))
        monkeypatch.setattr(app.work, "recover", real)
        await pilot.press("f4")
        await until(pilot, lambda: on(app, RecoveredScreen))


async def test_what_was_lost_is_not_locked_away(damaged: Path) -> None:
    """The result is shown once: nobody at the keyboard for an hour does not take it away."""
    clock = FixedClock(NOW)
    app = reporter(damaged, clock=clock)
    async with app.run_test(size=SIZE) as pilot:
        await alarmed(pilot)
        await answer(pilot)
        await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        clock.move_on(seconds=3600)
        await app.look_at_the_clock()
        await pilot.press("f9")
        await pilot.pause()
        assert on(app, RecoveredScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PickBox) and "Open the new vault" in text_of(app))


async def test_an_altered_vault_is_recovered_and_its_finding_said(scene: Scene, tmp_path: Path) -> None:
    """Records older than the lock: the alarm offers to save them, and the result says that they are older."""
    older = {name: (scene.vault / name).read_bytes() for name in ("vol-a", "vol-b")}
    with unlocked(scene.vault) as inside:
        recording.save(inside, None, recording.read_version(inside, "INC-000002", 1), ready=False)
    for name, content in older.items():
        (scene.vault / name).write_bytes(content)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await alarmed(pilot)
        await answer(pilot)
        words = await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        assert RECOVER["head-behind"][0] in text_of(app)
    with unlocked(tmp_path / "vault-recovered", words) as inside:
        assert len(recording.list_incidents(inside)) == 3


def find_something(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Checked(findings=(Finding(slug="pages-damaged", count=1),))
    monkeypatch.setattr(checking, "check", lambda **_given: found)


async def recovered_from_open(pilot: Pilot[object], folder: Path) -> tuple[str, ...]:
    """Wrong words leave the vault open; the right ones close it when the work begins."""
    app = pilot.app
    assert isinstance(app, ReporterApp)
    await until(pilot, lambda: on(app, RecoverScreen))
    await answer(pilot, words=("no", "such", "words"))
    assert "This does not open the damaged vault" in text_of(app)
    assert app.work.is_open()
    await answer(pilot)
    words = await take_words(pilot)
    await take_recovery(pilot)
    await until(pilot, lambda: on(app, RecoveredScreen))
    assert "Recovered: everything was saved" in text_of(app)
    assert not app.work.is_open()
    assert not app.is_open
    assert opens(folder, WORDS)
    return words


async def test_from_the_result_of_a_check(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Findings offer it; a clean check does not."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "check")
        await prove(pilot)
        await until(pilot, lambda: on(app, CheckedScreen))
        assert "Recover" not in text_of(app)
        await pilot.press("f6")
        await pilot.pause()
        assert on(app, CheckedScreen)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, HomeScreen))
        find_something(monkeypatch)
        await pilot.press("f8")
        await until(pilot, lambda: on(app, VaultScreen) and bool(app.screen.query_one(RowList).rows))
        await choose(pilot, "check")
        await prove(pilot)
        await until(pilot, lambda: on(app, CheckedScreen))
        assert "F6 Recover" in text_of(app)
        await pilot.press("f6")
        words = await recovered_from_open(pilot, scene.vault)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == OpenOther(tmp_path / "vault-recovered", "en")
    assert opens(tmp_path / "vault-recovered", words)


async def test_from_the_menu_of_the_vault(scene: Scene) -> None:
    """A line of the menu begins it while the vault is open; Esc goes back to the menu with the vault open."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "recover")
        await until(pilot, lambda: on(app, RecoverScreen))
        await pilot.press("escape")
        await until(pilot, lambda: on(app, VaultScreen))
        await choose(pilot, "recover")
        await recovered_from_open(pilot, scene.vault)


async def test_an_open_vault_is_locked_when_it_was_stopped(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work closes the vault; after a stop nothing is shown of it, and the unlock screen comes next."""
    app = reporter(scene.vault)
    real = app.work.recover

    def slow(of, *, passphrase, recovery, progress):
        def tell(_done, _total):
            while True:  # until the person stops it
                progress(1, 2)

        return real(of, passphrase=passphrase, recovery=recovery, progress=tell)

    monkeypatch.setattr(app.work, "recover", slow)
    async with app.run_test(size=SIZE) as pilot:
        await vault_menu(pilot, "recover")
        await until(pilot, lambda: on(app, RecoverScreen))
        await answer(pilot)
        await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, LongWorkScreen) and "50 %" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing was left at the new place" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, Lock)
    assert not (tmp_path / "vault-recovered").exists()
    assert opens(scene.vault, WORDS)


async def test_without_its_small_file_the_vault_is_recovered_from_the_alarm(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault without ``fieldlog.json`` is called damaged, no new one is offered in its place, and it is recovered."""
    monkeypatch.setattr(kdf, "PRESETS", (kdf.CHEAPEST_FOR_TESTS,))
    (scene.vault / "fieldlog.json").unlink()
    before = state_of(scene.vault)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on(app, UnlockScreen))
        await alarmed(pilot)
        await answer(pilot, words=RECOVERY)
        await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        assert RECOVER["header-damaged"][0] in text_of(app)
    assert state_of(scene.vault) == before
    assert (tmp_path / "vault-recovered").exists()


async def test_another_folder_becomes_the_vault_of_this_computer(damaged: Path, tmp_path: Path) -> None:
    """On a new computer: the folder is asked for, and the new vault is where Fieldlog looks for one."""
    here = tmp_path / "here"
    app = reporter(here)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on(app, WelcomeScreen))
        await choose(pilot, "recover")
        await until(pilot, lambda: on(app, RecoverScreen))
        field = app.screen.query_one("#damaged", LineInput)
        assert field.value == ""
        assert field.has_focus
        assert app.screen.query_one("#into", LineInput).value == str(here)
        await pilot.press("enter")
        assert field.has_focus
        field.value = str(tmp_path / "nowhere")
        await answer(pilot)
        assert "There is no vault in this folder" in text_of(app)
        field.value = str(damaged)
        await answer(pilot)
        words = await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        assert "From now on start" not in text_of(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == OpenOther(here, "en")
    assert opens(here, words)


async def test_a_damaged_vault_with_a_key_file(scene: Scene, tmp_path: Path) -> None:
    """F2 asks for the file of a passphrase that was made with one; without it the words open nothing."""
    key = tmp_path / "key"
    with unlocked(scene.vault) as inside:
        keys.make_keyfile(inside, key)
        keys.change_passphrase(
            inside,
            present=vault.secret_of(WORDS),
            new=vault.secret_of(WORDS),
            keyfile=key,
            present_keyfile=None,
        )
    damage(scene.vault)
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on(app, UnlockScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PickBox))
        assert "Recover a damaged vault into a new one" in text_of(app)
        app.screen.dismiss("recover_damaged")
        await until(pilot, lambda: on(app, RecoverScreen))
        await answer(pilot)
        assert "This does not open the damaged vault" in text_of(app)
        await pilot.press("f2")
        app.screen.query_one("#keyfile", LineInput).value = str(key)
        await answer(pilot)
        await take_words(pilot)
        await take_recovery(pilot)
        await until(pilot, lambda: on(app, RecoveredScreen))
        assert "Saved: 3 incidents" in text_of(app)


async def test_a_vault_with_nothing_left_says_what_is_left_to_do(scene: Scene) -> None:
    """Its locks are gone: recovering cannot help, and the backup is named before any words are drawn."""
    (scene.vault / "slots").write_bytes(b"")
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await alarmed(pilot)
        await answer(pilot)
        assert on(app, RecoverScreen)
        assert "only a backup brings it back" in text_of(app)


async def test_practice_has_nothing_to_recover(scene: Scene, tmp_path: Path) -> None:
    """Its words are no secret and it makes itself anew: neither alarm nor menus offer it."""
    damage(scene.vault)
    app = reporter(scene.vault, practice=PracticeInfo(words=WORDS, folder=tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: on(app, UnlockScreen))
        assert all(one.name != "recover_damaged" for one in app.screen.offers())
        await unlock(pilot)
        await until(pilot, lambda: on(app, AlarmScreen))
        assert "F6" not in dump(app)
        await pilot.press("f6")
        await pilot.pause()
        assert on(app, AlarmScreen)
