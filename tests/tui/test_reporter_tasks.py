"""What a reporter does, by keyboard, from the first start to the sealed file."""

import shutil
from pathlib import Path

import pytest
from textual import events

from fieldlog.field import recording, vault
from fieldlog.formats.bundle_manifest import Mode
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.outcome import Lock, Panic, PracticeInfo, Practise, Quit, ShowDesk
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.check import CheckScreen
from fieldlog.tui.field.screens.for_whom import ForWhomScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.screens.language import LanguageScreen
from fieldlog.tui.field.screens.recovery import RecoveryBackScreen, RecoveryScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.vault.creating import FIRST_VAULT
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.field.vault_work import VaultWork
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput, StoryArea
from fieldlog.tui.kit.rows import RowList
from fieldlog.tui.kit.widgets import Choice, Note
from support.screens import NOW, QUICK, RECOVERY, SLOW, WORDS, Scene, dump, reporter, type_in, unlock, until


def note(app, name: str) -> str:
    return app.page.query_one(f"#{name}", Note).text


def opened(scene: Scene):
    return vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=FixedClock(NOW))


async def test_from_the_first_start_to_an_empty_list(tmp_path: Path) -> None:
    """Language, vault, seven words asked back, recovery words: then the list says what to do."""
    app = reporter(tmp_path / "vault", language_chosen=False)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert isinstance(app.screen, LanguageScreen)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, WelcomeScreen)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, WordsScreen) and bool(app.screen._words))
        words = app.screen._words
        assert len(words) == 7
        assert all(word in dump(app) for word in words)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, WordsBackScreen)
        places = app.screen._places
        assert len(places) == 3
        for place in places:
            await type_in(pilot, words[place])
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RecoveryScreen) and bool(app.screen._words))
        recovery = app.screen._words
        assert len(recovery) == 12
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RecoveryBackScreen))
        places = app.screen._places
        assert len(places) == 3
        for place in places:
            await type_in(pilot, recovery[place])
            await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.1)
        assert "F2 writes the first incident" in dump(app)
    for known in (words, recovery):
        vault.unlock(
            folder=tmp_path / "vault", passphrase=vault.secret_of(known), clock=FixedClock(NOW)
        ).lock()


async def test_a_wrong_word_shows_at_once(tmp_path: Path) -> None:
    """A slip of the pen is named, and the words can be seen again."""
    app = reporter(tmp_path / "vault")
    async with app.run_test() as pilot:
        app.push_screen(WordsBackScreen(FIRST_VAULT, WORDS))
        await pilot.pause()
        for _ in range(3):
            await type_in(pilot, "wrong")
            await pilot.press("enter")
        await pilot.pause()
        assert "is another one" in note(app, "hint")
        assert not (tmp_path / "vault").exists()


async def test_practise_makes_nothing(tmp_path: Path) -> None:
    """The first line of the welcome screen leads to practice, without a vault."""
    app = reporter(tmp_path / "vault")
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
    assert app.return_value == Practise("en")
    assert not (tmp_path / "vault").exists()


async def test_a_passphrase_of_ones_own_has_rules(tmp_path: Path) -> None:
    """Too short or repeated is refused with the reason; no strength is ever shown."""
    app = reporter(tmp_path / "vault")
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(app.screen, WordsScreen))
        await pilot.press("f6")
        await pilot.pause()
        for typed, said in (("short", "Too short"), ("apple apple apple apple apple", "twice")):
            for name in ("#first", "#second"):
                app.screen.query_one(name, PassphraseInput).value = typed
            await pilot.press("f4")
            await pilot.pause()
            assert said in note(app, "hint")
        app.screen.query_one("#first", PassphraseInput).value = "river candle ninety orbit"
        app.screen.query_one("#second", PassphraseInput).value = "river candle ninety orbits"
        await pilot.press("f4")
        await pilot.pause()
        assert "not the same" in note(app, "hint")


async def test_a_wrong_passphrase_costs_nothing(scene: Scene) -> None:
    """It says that nothing is deleted, looks at the letters, and after three tries names the ways back."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await pilot.pause()
        for place, typed in enumerate(("crime relax", "кфиу", "crime кфиу"), 1):
            await type_in(pilot, typed)
            await pilot.pause()
            assert note(app, "letters").strip()
            await pilot.press("enter")
            await until(pilot, lambda place=place: app.screen._tries == place)
            await pilot.pause()
            assert "Nothing is deleted" in note(app, "answer")
        assert "mixed" in note(app, "advice")
        assert "F1" in note(app, "advice")
        await unlock(pilot)
        assert isinstance(app.screen, HomeScreen)


async def test_the_recovery_words_open_it_too(scene: Scene) -> None:
    """The twelve words are a second way in."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot, RECOVERY)
        assert isinstance(app.screen, HomeScreen)
        assert "Last opened" in note(app, "last-opened")


async def test_a_vault_that_was_not_locked_says_so_until_it_is(scene: Scene, tmp_path: Path) -> None:
    """After a kill the list says what that may mean, for as long as it is open; the next time it does not."""
    with opened(scene):
        shutil.copytree(scene.vault, tmp_path / "killed")
    for said in (True, False):
        app = reporter(tmp_path / "killed")
        async with app.run_test() as pilot:
            await unlock(pilot)
            await until(pilot, lambda app=app: isinstance(app.screen, HomeScreen))
            await pilot.press("down")
            await pilot.pause()
            assert ("was not locked" in dump(app)) is said


async def test_f8_changes_the_language_before_unlocking(scene: Scene) -> None:
    """The unlock screen speaks each language, and the vault remembers it."""
    app = reporter(scene.vault, language_chosen=False)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("f8")
        await pilot.pause()
        assert "[Русский]" in dump(app)
        await unlock(pilot)
    again = reporter(scene.vault, language_chosen=False)
    async with again.run_test() as pilot:
        await unlock(pilot)
        from fieldlog.i18n.catalog import current_language

        assert current_language() == "ru"


async def test_only_the_text_is_needed(scene: Scene) -> None:
    """F2, a few words, F4: a ready incident with everything else left as unknown."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(app.screen, CaptureScreen)
        await type_in(pilot, "they took him")
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.1)
        assert app.screen._page.counts["all"] == 4
        assert app.screen._page.counts["ready"] == 3


async def test_nothing_written_is_not_ready(scene: Scene) -> None:
    """F4 on an empty form says what is missing and stays."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2", "f4")
        await pilot.pause()
        assert isinstance(app.screen, CaptureScreen)
        assert "Write what happened first" in note(app, "hint")


async def test_autosave_after_the_last_key(scene: Scene) -> None:
    """What was typed is in the vault shortly after the last key, and the time of the save is shown."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "abc")
        await until(pilot, lambda: "saved 10:15:00" in dump(app))
        code = app.screen._code
        capture, cursor = await app.threads.call(lambda: recording.read_draft(app.work.open_vault, code))
        assert capture.what == "abc"
        assert cursor == ("what", 0, 3)


async def test_autosave_also_while_keys_keep_coming(scene: Scene) -> None:
    """Somebody who never pauses is saved every few seconds all the same."""
    from fieldlog.tui.kit.base import Timings

    app = reporter(scene.vault, timings=Timings(autosave_after=3600, autosave_every=0.05))
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "abc")
        await until(pilot, lambda: "saved" in dump(app))


async def test_leaving_keeps(scene: Scene) -> None:
    """Esc asks nothing and loses nothing, also before any autosave."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "kept")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: "kept" in dump(app))
        assert "[D] draft" in dump(app)


async def test_an_empty_form_leaves_no_trace(scene: Scene) -> None:
    """Opening a form and going back makes no incident."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2", "escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.1)
        assert app.screen._page.counts["all"] == 3


async def test_looking_changes_nothing(scene: Scene) -> None:
    """A ready incident that was only looked at stays as it was saved."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen) and app.screen._filled)
        await pilot.pause(0.3)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.1)
        assert not next(one for one in app.screen._page.rows if one.code == "INC-000002").changed


async def test_the_date_is_read_while_it_is_typed(scene: Scene) -> None:
    """The reading stands beside the field; what cannot be read is kept and said."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2", "tab")
        await type_in(pilot, "yesterday 21:00")
        await pilot.pause()
        assert note(app, "when-reading") == "= Sun 1 March 2026, 21:00"
        await type_in(pilot, "x")
        await pilot.pause()
        assert note(app, "when-reading") == "= ? (kept as typed)"


async def test_an_unreadable_date_is_kept_but_not_ready(scene: Scene) -> None:
    """F4 points at the field; nothing is lost."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "abc")
        await pilot.press("tab")
        await type_in(pilot, "sometime")
        await pilot.press("f4")
        await until(pilot, lambda: "cannot be read" in note(app, "hint"))
        assert app.focused is app.screen.query_one("#when")
        assert app.screen.query_one(StoryArea).text == "abc"


async def test_all_eight_prompts_arrive(scene: Scene) -> None:
    """Each answer of the form is in the saved incident."""
    app = reporter(scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "what")
        await pilot.press("tab")
        await type_in(pilot, "2026-02~")
        await pilot.press("tab")
        await type_in(pilot, "where")
        await pilot.press("tab", "1", "tab")
        await type_in(pilot, "3-5")
        await pilot.press("tab", "1", "tab", "1", "tab", "2", "tab", "3", "f4")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        newest = (await app.threads.call(lambda: recording.list_incidents(app.work.open_vault)))[0].code
        saved = (await app.threads.call(lambda: app.work.read(newest))).saved
        assert saved is not None
        assert (saved.what, saved.when, saved.where, saved.who) == ("what", "2026-02~", "where", "3-5")
        assert (saved.place_type, saved.perpetrator, saved.family) == ("STRT", "POL", "LIB")
        assert (saved.urgency, saved.consent) == ("U1", "C2")


async def test_enter_lists_all_answers(scene: Scene) -> None:
    """A choice opens as a list that can be filtered, in whichever spelling."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        app.screen.query_one("#perpetrator", Choice).focus()
        await pilot.press("enter")
        await pilot.pause()
        await type_in(pilot, "medic")
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one("#perpetrator", Choice).value == "MED"


async def test_a_file_comes_in_by_its_pasted_path(scene: Scene, tmp_path: Path) -> None:
    """Dropping a file anywhere on the form pastes its path, and the file is taken in."""
    picture = tmp_path / "two words.jpg"
    picture.write_bytes(b"\xff\xd8\xff" + bytes(100_000))
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await pilot.pause()
        app.post_message(events.Paste(f"'{picture}'"))
        await until(pilot, lambda: "1 file added" in note(app, "hint"))
        assert app.screen.query_one(StoryArea).text == ""
        assert "two words.jpg" in dump(app)
        app.screen.query_one("#path", LineInput).focus()
        app.screen.query_one("#path", LineInput).value = str(picture).replace(" ", "\\ ")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.page._files) == 2)
        await pilot.press("f6")
        await type_in(pilot, "missing.jpg")
        await pilot.press("enter")
        await pilot.pause()
        assert "There is no such file: missing.jpg" in note(app, "hint")


async def test_taking_a_file_off_asks(scene: Scene, tmp_path: Path) -> None:
    """Del on a file asks with the safe answer first; Enter alone removes nothing."""
    (tmp_path / "a.txt").write_text("a")
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await pilot.pause()
        app.post_message(events.Paste(str(tmp_path / "a.txt")))
        await until(pilot, lambda: len(app.page._files) == 1)
        app.screen.query_one("#files", RowList).focus()
        await pilot.press("delete", "enter")
        await pilot.pause()
        assert len(app.page._files) == 1
        app.screen.query_one("#files", RowList).focus()
        await pilot.press("delete")
        await pilot.pause()
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen) and not app.page._files)


async def test_lock_and_come_back_to_the_same_place(scene: Scene) -> None:
    """F9 asks nothing; after unlocking, the same field and the same cursor."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "abcdef")
        await pilot.press("left", "left", "f9")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en")
    again = reporter(scene.vault)
    async with again.run_test() as pilot:
        await unlock(pilot)
        await until(pilot, lambda: isinstance(again.screen, CaptureScreen) and again.screen._filled)
        await pilot.pause(0.1)
        assert "Here you were" in note(again, "hint")
        story = again.screen.query_one(StoryArea)
        assert story.has_focus
        assert story.text == "abcdef"
        assert story.cursor_location == (0, 4)
        await pilot.press("tab", "a", "b", "ctrl+l")
        await until(pilot, lambda: again.return_value is not None)
    third = reporter(scene.vault)
    async with third.run_test() as pilot:
        await unlock(pilot)
        await until(pilot, lambda: isinstance(third.screen, CaptureScreen) and third.screen._filled)
        await pilot.pause(0.1)
        when = third.screen.query_one("#when", LineInput)
        assert when.has_focus
        assert (when.value, when.cursor_position) == ("ab", 2)


async def test_panic_keeps_and_leaves(scene: Scene) -> None:
    """F12 locks and ends at once, over a dialog too; nothing is wiped."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "kept")
        await pilot.press("f1")
        await pilot.pause()
        await pilot.press("f12")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Panic()
    with opened(scene) as again:
        assert any(row.summary.title == "kept" for row in recording.list_incidents(again))


async def test_a_closed_window_keeps(scene: Scene) -> None:
    """A signal keeps the draft like a lock does."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "kept")
        app._signalled(1)
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_code == 129
    with opened(scene) as again:
        assert any(row.summary.title == "kept" for row in recording.list_incidents(again))


async def test_it_locks_itself_after_a_warning(scene: Scene) -> None:
    """Five minutes without a key: a notice 30 s before, then the lock; a key in between stays."""
    clock = FixedClock(NOW)
    app = reporter(scene.vault, clock=clock)
    async with app.run_test() as pilot:
        await unlock(pilot)
        clock.move_on(seconds=275)
        await app.look_at_the_clock()
        await pilot.pause()
        assert "locks itself in 30 seconds" in note(app, "hint")
        await pilot.press("down")
        await pilot.pause()
        assert "locks itself" not in note(app, "hint")
        clock.move_on(seconds=275)
        await app.look_at_the_clock()
        clock.move_on(seconds=30)
        await app.look_at_the_clock()
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en")


async def test_away_from_the_window_it_locks_sooner(scene: Scene) -> None:
    """One minute after the terminal lost the focus."""
    clock = FixedClock(NOW)
    app = reporter(scene.vault, clock=clock)
    async with app.run_test() as pilot:
        await unlock(pilot)
        app.post_message(events.AppBlur())
        await pilot.pause()
        clock.move_on(seconds=61)
        await app.look_at_the_clock()
        await until(pilot, lambda: app.return_value is not None)


async def test_find_follows_while_typing(scene: Scene) -> None:
    """F3, a few letters in any spelling; Esc shows everything again."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f3")
        await type_in(pilot, "патер")
        await until(pilot, lambda: len(app.screen._page.rows) == 1)
        assert "INC-000003" in dump(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen._page.rows) == 3)


async def test_the_bin_has_a_way_back(scene: Scene) -> None:
    """Del asks nothing, the notice names the way back, Ctrl+Z takes it."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("delete")
        await until(pilot, lambda: app.screen._page.counts["bin"] == 1)
        assert "Ctrl+Z takes it back" in note(app, "hint")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: app.screen._page.counts["bin"] == 0)


async def test_the_menu_finds_a_command_by_its_name(scene: Scene) -> None:
    """Esc lists everything that can be done; a part of a name is enough."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("escape")
        await pilot.pause()
        await type_in(pilot, "quit")
        await pilot.press("enter")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Quit()


async def test_the_menu_takes_a_commands_own_key(scene: Scene) -> None:
    """F3 in the menu closes it and does what stands beside F3."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: app.screen.query_one("#find").has_focus)


async def test_a_digit_chooses_in_the_list_of_answers(scene: Scene) -> None:
    """Answers are numbered, and the digit of one takes it."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await pilot.pause()
        choice = app.screen.query_one("#perpetrator", Choice)
        choice.focus()
        await pilot.press("enter")
        await pilot.pause()
        assert "3  " + choice.options[2][1] in dump(app)
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
        assert choice.value == choice.options[2][0]


async def test_a_path_of_a_card_is_done_with_enter(scene: Scene) -> None:
    """Enter after a path takes the card; a mistyped one stays to be corrected."""
    app = reporter(scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        app.push_screen(ForWhomScreen(("INC-000002",)))
        await until(pilot, lambda: "No organisation yet" in dump(app))
        await pilot.press("f2")
        await pilot.pause()
        field = app.screen.query_one(StoryArea)
        field.text = str(scene.card) + "x"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one("#problem", Note).text.startswith("! "))
        assert field.text == str(scene.card) + "x"
        field.text = "a card"
        field.move_cursor((0, 6))
        await pilot.press("enter")
        await pilot.pause()
        assert field.text == "a card\n"
        field.text = str(scene.card)
        await pilot.press("enter")
        await until(pilot, lambda: "Check code of" in dump(app))


async def test_a_signed_file_says_so(checked_scene: Scene) -> None:
    """Nothing is signed unless the person chooses it at step 3."""
    app = reporter(checked_scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        cards = await app.threads.call(app.work.cards)
        app.push_screen(CheckScreen(incidents=("INC-000002",), cards=cards))
        await until(pilot, lambda: "Inside: 1 incident" in dump(app))
        assert app.screen._planned.plan.mode is Mode.DENIABLE
        assert "can prove it to nobody" in dump(app)
        app.screen.query_one("#proof", Choice).focus()
        await pilot.press("right")
        await until(pilot, lambda: app.screen._planned.plan.mode is Mode.ATTRIBUTABLE)
        assert "such as a court" in dump(app)
        await pilot.press("enter", "1")
        await until(pilot, lambda: app.screen._planned.plan.mode is Mode.DENIABLE)


async def test_a_finished_incident_names_the_next_step(scene: Scene) -> None:
    """Back in the list after F4, the notice says that it is ready and what hands it over."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await type_in(pilot, "done")
        await pilot.press("f4")
        await until(pilot, lambda: "is ready. F5 hands it over." in note(app, "hint"))


async def test_f1_explains_the_field(scene: Scene) -> None:
    """Help is about the field one is in, then the screen, then its keys."""
    app = reporter(scene.vault)
    async with app.run_test(size=(80, 40)) as pilot:
        await unlock(pilot)
        await pilot.press("f2", "tab", "f1")
        await pilot.pause()
        assert "As you would say it" in dump(app)
        assert "Keys on this screen" in dump(app)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, CaptureScreen)


async def test_handing_over_from_card_to_file(scene: Scene, tmp_path: Path) -> None:
    """Choose, take in a card, type its code, check, write: one sealed file and its words."""
    stick = tmp_path / "stick"
    stick.mkdir()
    app = reporter(scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("f5")
        await until(pilot, lambda: "1 incident chosen" in dump(app))
        await pilot.press("enter")
        await until(pilot, lambda: "No organisation yet" in dump(app))
        await pilot.press("f2")
        await pilot.pause()
        app.post_message(events.Paste(scene.card.read_text()))
        await pilot.pause()
        await pilot.press("f4")
        await until(pilot, lambda: "Check code of" in dump(app))
        assert scene.code[:5] not in dump(app)
        await type_in(pilot, "1" * 29)
        await pilot.press("enter")
        await until(pilot, lambda: "Incomplete: 29 digits of 30" in dump(app))
        await type_in(pilot, "1")
        await pilot.press("enter")
        await until(pilot, lambda: "! " in app.screen.query_one("#problem", Note).text)
        assert app.screen.query_one("#code", LineInput).value == "1" * 30
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "NOT CHECKED" in note(app, "hint")
        await pilot.press("f6")
        await pilot.pause()
        await type_in(pilot, scene.code.replace(" ", ""))
        await pilot.press("enter")
        await until(pilot, lambda: "The code is right" in note(app, "hint"))
        await pilot.press("enter")
        await until(pilot, lambda: "Inside: 1 incident" in dump(app))
        app.screen.query_one("#folder", LineInput).value = str(stick)
        await until(pilot, lambda: "Free there" in dump(app))
        await pilot.press("f4")
        await until(pilot, lambda: "Its name in words" in dump(app))
        assert len(list(stick.iterdir())) == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await until(pilot, lambda: "[x] handed" in dump(app))


async def test_consent_keeps_an_incident_here(checked_scene: Scene, tmp_path: Path) -> None:
    """What somebody asked to keep is not written, and the screen says which and why."""
    app = reporter(checked_scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000003")
        await pilot.press("f5")
        await until(pilot, lambda: "1 incident chosen" in dump(app))
        await pilot.press("enter")
        await until(pilot, lambda: "checked" in dump(app))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "Consent keeps these here: INC-000003" in dump(app))
        app.screen.query_one("#folder", LineInput).value = str(tmp_path)
        await pilot.press("f4")
        await pilot.pause()
    assert not list(tmp_path.glob("*.age"))  # noqa: ASYNC240 - after the screens


async def test_danger_needs_a_reason(checked_scene: Scene, tmp_path: Path) -> None:
    """Nobody was asked and somebody is in danger: it goes after one question with a reason."""
    stick = tmp_path / "stick"
    stick.mkdir()
    with opened(checked_scene) as inside:
        answers, _cursor = recording.read_draft(inside, "INC-000001")
        from dataclasses import replace

        recording.save(inside, "INC-000001", replace(answers, what="They took a man."), ready=True)
    app = reporter(checked_scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000001")
        await pilot.press("f5")
        await until(pilot, lambda: "1 incident chosen" in dump(app))
        await pilot.press("enter")
        await until(pilot, lambda: "checked" in dump(app))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "Danger now, and nobody was asked" in dump(app))
        app.screen.query_one("#folder", LineInput).value = str(stick)
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("f4")
        await until(pilot, lambda: "Write a reason first" in dump(app))
        assert not list(stick.iterdir())
        await type_in(pilot, "held without contact")
        await pilot.press("f4")
        await until(pilot, lambda: "Its name in words" in dump(app))
        assert len(list(stick.iterdir())) == 1


async def test_a_vanished_stick_leaves_nothing_and_says_so(
    checked_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The target is not there: one explanation, nothing written, and the way back."""
    app = reporter(checked_scene.vault)
    async with app.run_test(size=(80, 30)) as pilot:
        await unlock(pilot)
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("f5")
        await until(pilot, lambda: "1 incident chosen" in dump(app))
        await pilot.press("enter")
        await until(pilot, lambda: "checked" in dump(app))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "Inside: 1 incident" in dump(app))
        gone = tmp_path / "gone"
        app.screen.query_one("#folder", LineInput).value = str(gone)
        await until(pilot, lambda: "There is no such folder." in note(app, "space"))
        await pilot.press("f4")
        await until(pilot, lambda: "! There is no such folder." in note(app, "hint"))
        monkeypatch.setattr(VaultWork, "is_folder", lambda _self, _folder: True)
        await pilot.press("f4")
        await until(pilot, lambda: "Esc goes back; nothing was written." in dump(app))
        shown = dump(app)
        assert str(gone) in shown.replace("\n  ", "")
        assert ".age" not in shown
        assert "[...." not in shown
        assert "not written" in shown.splitlines()[0]
        assert "Esc Back" in shown.splitlines()[-1]
        await pilot.press("escape")
        await until(pilot, lambda: "Inside: 1 incident" in dump(app))


async def test_practice_offers_the_other_side(checked_scene: Scene, tmp_path: Path) -> None:
    """PRACTICE is in every title, the vault opens by itself, and F6 at the end shows the desk."""
    stick = tmp_path / "stick"
    stick.mkdir()
    info = PracticeInfo(words=WORDS, folder=stick, open_at_once=True)
    app = reporter(checked_scene.vault, practice=info)
    async with app.run_test(size=(80, 30)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.1)
        assert "PRACTICE" in dump(app).splitlines()[0]
        app.screen.query_one(RowList).put_cursor("INC-000002")
        await pilot.press("f5")
        await until(pilot, lambda: "1 incident chosen" in dump(app))
        await pilot.press("enter")
        await until(pilot, lambda: "checked" in dump(app))
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "Inside: 1 incident" in dump(app))
        await pilot.press("f4")
        await until(pilot, lambda: "Practice: F6 shows" in dump(app))
        await pilot.press("f6")
        await until(pilot, lambda: app.return_value is not None)
    assert isinstance(app.return_value, ShowDesk)
    assert app.return_value.bundle.is_file()


async def test_practice_shows_its_words(checked_scene: Scene, tmp_path: Path) -> None:
    """After F9 in practice the unlock screen shows the words to type."""
    app = reporter(checked_scene.vault, practice=PracticeInfo(words=WORDS, folder=tmp_path), timings=QUICK)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert isinstance(app.screen, UnlockScreen)
        assert " ".join(WORDS) in dump(app)
        await unlock(pilot)
