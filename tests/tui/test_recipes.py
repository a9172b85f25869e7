"""Textual with its leaks closed: one test per recipe of ui.md section 2 and security.md 5.1."""

import asyncio
import os
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pytest
from textual import events
from textual.widget import Widget

from fieldlog.system.clock import FixedClock
from fieldlog.tui.kit import environment
from fieldlog.tui.kit.base import KitApp, ScreenshotRefused, Timings
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput, StoryArea
from fieldlog.tui.kit.layouts import latin_key
from fieldlog.tui.kit.page import Page
from fieldlog.tui.kit.widgets import Note

CANARY = "CANARY-hunter2"


class Fields(Page):
    """One of each input."""

    def heading(self) -> str:
        return "Test"

    def body(self) -> list[Widget]:
        return [LineInput(id="line"), PassphraseInput(id="secret"), StoryArea(id="story"), Note(id="note")]


class Plain(KitApp[None]):
    def on_mount(self) -> None:
        super().on_mount()
        self.push_screen(Fields())


def an_app() -> Plain:
    return Plain(clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)), timings=Timings())


CRASHES = {
    "timer": "self.set_timer(0.01, boom)",
    "mount": "boom()",
    "worker": "self.run_worker(work())",
    "thread": "import threading; t = threading.Thread(target=boom); t.start(); t.join(); self.exit()",
    "task": "self.lost = asyncio.get_running_loop().create_task(work()); self.set_timer(0.2, self.drop)",
    "garbage": "self.drop_one(); self.exit()",
    "hooked": "self.exit(); sys.excepthook(ValueError, ValueError(CANARY), None)",
    "panic": "self.panic(CANARY)",
    "rich": "raise Rich(CANARY)",
}


@pytest.mark.parametrize("way", CRASHES)
def test_a_crash_shows_no_value(way: str) -> None:
    """However the program ends, nothing that stood in a variable is printed."""
    program = textwrap.dedent(
        f"""
        import asyncio, gc, sys
        from datetime import UTC, datetime
        from fieldlog.system.clock import FixedClock
        from fieldlog.tui.kit import crash
        from fieldlog.tui.kit.base import KitApp, Timings
        CANARY = "CANARY-" + "hunter2"
        class Rich(Exception):
            def __rich__(self): return CANARY
        def boom():
            passphrase = CANARY
            raise ValueError(passphrase)
        async def work():
            name = CANARY
            raise KeyError(name)
        class Bad:
            def __del__(self): boom()
        class Broken(KitApp):
            def drop_one(self): Bad()
            def drop(self): self.lost = None; gc.collect(); self.exit()
            def on_ready(self):
                note = CANARY
                {CRASHES[way]}
        with crash.quiet_hooks():
            app = Broken(clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)), timings=Timings())
            app.run(headless=True)
        """
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    said = (ended.stdout + ended.stderr).decode()
    assert CANARY not in said
    assert "hunter" not in said
    assert "Fieldlog stopped" in said
    assert "locals" not in said


def test_nothing_of_the_environment_reaches_textual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every TEXTUAL variable and Python's hooks are gone before Textual is imported."""
    for name in ("TEXTUAL_LOG", "TEXTUAL", "TEXTUAL_DRIVER", "TEXTUAL_SCREENSHOT", "PYTHONINSPECT"):
        monkeypatch.setenv(name, "1")
    environment.scrub()
    assert not [name for name in os.environ if name.startswith("TEXTUAL") or name == "PYTHONINSPECT"]


async def test_there_is_no_picture_of_the_screen() -> None:
    """Neither palette nor code can write the screen to disk."""
    app = an_app()
    async with app.run_test():
        for take in (
            app.deliver_screenshot,
            app.save_screenshot,
            app.export_screenshot,
            app.action_screenshot,
        ):
            with pytest.raises(ScreenshotRefused):
                take()
        assert not app.use_command_palette


async def test_a_passphrase_is_not_copied() -> None:
    """Ctrl+C and Ctrl+X in a passphrase field leave every clipboard as it was."""
    app = an_app()
    async with app.run_test() as pilot:
        field = app.screen.query_one(PassphraseInput)
        field.focus()
        await pilot.press(*"abc", "ctrl+a", "shift+home", "ctrl+c", "ctrl+x")
        assert app.clipboard == ""
        assert field.value == "abc"


async def test_nothing_is_written_to_the_systems_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copying keeps the text inside Fieldlog: no OSC 52 is sent."""
    app = an_app()
    async with app.run_test() as pilot:
        sent: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", sent.append)
        field = app.screen.query_one("#line", LineInput)
        field.focus()
        await pilot.press(*"abc", "shift+home", "ctrl+c")
        assert app.clipboard == "abc"
        assert not [piece for piece in sent if "]52" in piece]


async def test_undo_after_a_long_paste_does_not_end_the_program() -> None:
    """Textual #6686: paste many lines, then undo."""
    app = an_app()
    async with app.run_test() as pilot:
        story = app.screen.query_one(StoryArea)
        story.focus()
        await pilot.press("a")
        app.post_message(events.Paste("\n".join(f"line {n}" for n in range(80))))
        await pilot.pause()
        assert story.document.line_count == 80
        await pilot.press("ctrl+z", "ctrl+y", "ctrl+z")
        await pilot.pause()
        assert story.text == "a"


@pytest.mark.parametrize(
    ("pressed", "meant"),
    [
        ("ctrl+ы", "ctrl+s"),
        ("ctrl+я", "ctrl+z"),
        ("ctrl+і", "ctrl+s"),
        ("ctrl+shift+Я", "ctrl+shift+z"),
        ("ы", "ы"),
        ("shift+ы", "shift+ы"),
        ("ctrl+s", "ctrl+s"),
        ("f9", "f9"),
    ],
)
def test_ctrl_means_the_same_on_every_layout(pressed: str, meant: str) -> None:
    """Ctrl with a Cyrillic letter is the key that stands there on a Latin keyboard."""
    assert latin_key(pressed) == meant


async def test_ctrl_on_a_cyrillic_layout_undoes() -> None:
    """Ctrl+я undoes, and plain я is typed."""
    app = an_app()
    async with app.run_test() as pilot:
        story = app.screen.query_one(StoryArea)
        story.focus()
        await pilot.press("я")
        assert story.text == "я"
        await pilot.press("ctrl+я")
        assert story.text == ""


async def test_a_paste_is_made_safe_and_whole() -> None:
    """Escape sequences in a paste become visible text, and a line field keeps every line of it."""
    app = an_app()
    async with app.run_test() as pilot:
        line = app.screen.query_one("#line", LineInput)
        line.focus()
        app.post_message(events.Paste("one\x1b]52;c;AA\x07\ntwo"))
        await pilot.pause()
        assert "\x1b" not in line.value
        assert line.value.endswith(" two")
        story = app.screen.query_one(StoryArea)
        story.focus()
        app.post_message(events.Paste("\x1b[2Jthree"))
        await pilot.pause()
        assert "\x1b" not in story.text
        assert story.text.endswith("three")


async def test_markup_in_text_is_text() -> None:
    """What looks like markup is shown as it was written, and does nothing."""
    app = an_app()
    async with app.run_test() as pilot:
        note = app.screen.query_one("#note", Note)
        for hostile in ("[@click=app.exit]x[/]", "[/nonsense]", "[bold]b[/bold]", "\x1b]0;title\x07"):
            note.say(hostile)
            await pilot.pause()
            assert "\x1b" not in str(note.render())
            if "\x1b" not in hostile:
                assert str(note.render()) == hostile


async def test_a_small_window_says_so_and_loses_nothing() -> None:
    """Below 60x18 there is one plain message; larger again, everything is as it was."""
    app = an_app()
    async with app.run_test(size=(80, 24)) as pilot:
        story = app.screen.query_one(StoryArea)
        story.focus()
        await pilot.press("a")
        await pilot.resize_terminal(50, 12)
        await pilot.pause()
        assert app.screen.query_one("#too-small").display
        await pilot.press("b")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not app.screen.query_one("#too-small").display
        assert story.text == "ab"


async def test_a_closed_window_is_heard() -> None:
    """SIGHUP and SIGTERM reach the app, which keeps the draft before it ends."""
    app = an_app()
    heard: list[int] = []

    async def note_it(number: int) -> None:
        heard.append(number)

    app.end_by_signal = note_it  # type: ignore[method-assign]
    async with app.run_test() as pilot:
        os.kill(os.getpid(), 1)
        os.kill(os.getpid(), 15)
        for _ in range(20):
            await asyncio.sleep(0.01)
            await pilot.pause()
            if len(heard) == 2:
                break
    assert sorted(heard) == [1, 15]
    assert app.ended_by_signal in (1, 15)
