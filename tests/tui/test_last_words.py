"""The last words before the form is left: saved, or said not to be, and never a draft of their own again."""

from __future__ import annotations

import threading

import pytest

from fieldlog import errors
from fieldlog.field import recording, vault
from fieldlog.model.quick import QuickCapture
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.application import ReporterApp
from fieldlog.tui.field.outcome import Ended, Lock, Quit
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.work import Place
from fieldlog.tui.kit.inputs import StoryArea
from fieldlog.tui.kit.widgets import Note
from support.screens import NOW, SLOW, WORDS, Scene, dump, reporter, type_in, unlock, until


def fill_the_disk(app: ReporterApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on no draft can be kept."""

    def full(_code: str | None, _capture: QuickCapture, _place: Place | None) -> str:
        raise errors.NoSpace("invented")

    monkeypatch.setattr(app.work, "keep_draft", full)


async def writing(app: ReporterApp, pilot, text: str) -> CaptureScreen:
    await unlock(pilot)
    await pilot.press("f2")
    await until(pilot, lambda: isinstance(app.screen, CaptureScreen) and app.screen._filled)
    await type_in(pilot, text)
    await pilot.pause()
    return app.screen


async def test_a_lock_on_a_full_disk_waits_for_a_second_press(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F9 shows what is wrong and keeps the text; F9 again locks, and the outcome says what is lost."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        fill_the_disk(app, monkeypatch)
        await pilot.press("f9")
        await until(pilot, lambda: app.screen is screen)
        await pilot.pause()
        assert screen.query_one("#what", StoryArea).text == "three men"
        assert "Not saved" in dump(app)
        assert "F9 again" in dump(app)
        await type_in(pilot, " more")
        assert screen.query_one("#what", StoryArea).text == "three men more"
        await pilot.press("f9")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en", unsaved=True)


async def test_a_lock_after_room_was_made_saves_everything(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it can be saved at the second press, nothing is lost and nothing is said."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        with monkeypatch.context() as full:
            fill_the_disk(app, full)
            await pilot.press("f9")
            await until(pilot, lambda: app.screen is screen and "Not saved" in dump(app))
        await pilot.press("f9")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en")
    with vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=FixedClock(NOW)) as opened:
        rows = recording.list_incidents(opened)
        assert "three men" in [recording.read_draft(opened, row.code)[0].what for row in rows]


async def test_leaving_on_a_full_disk_waits_for_a_second_press(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+Q as F9."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        fill_the_disk(app, monkeypatch)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.screen is screen and "Ctrl+Q again" in dump(app))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Quit()


async def test_an_idle_lock_does_not_wait_but_says_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to press twice: it locks at once and the outcome says what is lost."""
    clock = FixedClock(NOW)
    app = reporter(scene.vault, timings=SLOW, clock=clock)
    async with app.run_test() as pilot:
        await writing(app, pilot, "three men")
        fill_the_disk(app, monkeypatch)
        clock.move_on(seconds=SLOW.idle_lock + 1)
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en", unsaved=True)


async def test_a_signal_does_not_wait(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that closes does not come back for a second press."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        await writing(app, pilot, "three men")
        fill_the_disk(app, monkeypatch)
        await app.end_by_signal(1)
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Ended(1)


async def test_only_the_cursor_is_lost_without_a_word(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all words are in the vault, a full disk does not keep anybody from locking."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        await screen._save_if_changed()
        fill_the_disk(app, monkeypatch)
        await pilot.press("f9")
        await until(pilot, lambda: app.return_value is not None)
    assert app.return_value == Lock("en")


async def test_the_unlock_screen_says_that_words_were_lost(scene: Scene) -> None:
    """After such a lock the first screen says so, until the vault is open."""
    app = reporter(scene.vault, unsaved=True)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "could not be saved" in app.screen.query_one("#unsaved", Note).text
        await pilot.press("f8", "f8", "f8")
        await pilot.pause()
        assert "could not be saved" in dump(app)
        await unlock(pilot)
        assert not app.unsaved


@pytest.mark.parametrize("key", ["f4", "escape"])
async def test_a_late_autosave_makes_no_draft_again(scene: Scene, key: str) -> None:
    """An autosave that comes while the form is being left is not carried out behind the last save."""
    app = reporter(scene.vault, timings=SLOW)
    kept: list[Place | None] = []
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        work = app.work
        real_save, real_keep = work.save, work.keep_draft
        asked = threading.Event()

        def late() -> None:
            """The timer of the autosave, at the worst moment."""
            screen.run_worker(screen._save_if_changed())
            screen.call_later(asked.set)

        def save(code: str, capture: QuickCapture) -> None:
            app.call_later(late)
            asked.wait(2)
            real_save(code, capture)

        def keep(code: str | None, capture: QuickCapture, place: Place | None) -> str:
            kept.append(place)
            if place is None:
                app.call_later(late)
                asked.wait(2)
            return real_keep(code, capture, place)

        work.save, work.keep_draft = save, keep  # type: ignore[method-assign]
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.2)
        code = screen._code or ""
        rows = {row.code: row for row in work.incidents(query="", state="all").rows}
        assert rows[code].state == ("ready" if key == "f4" else "draft")
        assert len(kept) == 1
        assert work.interrupted() is None


async def test_a_text_that_is_too_long_says_so_and_stays(scene: Scene) -> None:
    """F4 with more than a record holds names the limit, and neither the text nor the draft is lost."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test() as pilot:
        screen = await writing(app, pilot, "three men")
        screen.query_one("#what", StoryArea).text = "three men " * 20_001
        await pilot.pause()
        await pilot.press("f4")
        await until(pilot, lambda: "at most 200000 are kept" in dump(app))
        assert app.screen is screen
        assert screen.query_one("#what", StoryArea).text.startswith("three men three men")
