"""Every window people have: 60x18, 80x24, 120x36, old consoles, no colour, a mouse."""

import pytest
from textual.widget import Widget

from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.kit.inputs import PassphraseInput, StoryArea
from fieldlog.tui.kit.keybar import KeyBar
from fieldlog.tui.kit.rows import PAGE_ROWS, Column, Row, RowList
from fieldlog.tui.kit.themes import TITLES
from support.screens import SLOW, WORDS, Scene, dump, reporter, unlock, until


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 36)], ids=str)
async def test_every_field_can_be_reached_and_seen(scene: Scene, size: tuple[int, int]) -> None:
    """Tab goes through the whole form, and the field one is in is always in sight."""
    app = reporter(scene.vault, timings=SLOW)
    async with app.run_test(size=size) as pilot:
        await unlock(pilot)
        await pilot.press("f2")
        await pilot.pause()
        seen: list[str] = []
        for _ in range(11):
            focused = app.screen.focused
            assert focused is not None
            seen.append(focused.id or "")
            await pilot.pause()
            assert app.screen.region.contains_region(focused.region), focused
            assert focused.region.bottom <= app.screen.query_one("#hint", Widget).region.y, focused
            await pilot.press("tab")
        assert seen[:10] == [
            "what", "when", "where", "place_type", "who", "perpetrator", "family", "urgency", "consent", "path",
        ]  # fmt: skip


async def test_an_old_console_gets_plain_characters(scene: Scene) -> None:
    """With --ascii no line-drawing and no block character is sent."""
    app = reporter(scene.vault, ascii_only=True)
    async with app.run_test(size=(60, 18)) as pilot:
        await pilot.pause()
        app.screen.query_one(PassphraseInput).value = "abc"
        await pilot.pause()
        assert "***" in dump(app)
        app.screen.query_one(PassphraseInput).value = ""
        await unlock(pilot)
        await pilot.press("f6", "f6", "f6", "f6")
        await pilot.pause(0.2)
        assert dump(app).isascii()
        await pilot.press("f2")
        await pilot.pause()
        assert dump(app).isascii()
        await pilot.press("f1")
        await pilot.pause()
        assert dump(app).isascii()


async def test_a_click_does_what_the_key_does(scene: Scene) -> None:
    """The key bar, rows and answers work by mouse."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        bar = app.screen.query_one(KeyBar)
        place = dump(app).splitlines()[-1].index("F2 New")
        await pilot.click(bar, offset=(place, 0))
        await pilot.pause()
        assert isinstance(app.screen, CaptureScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        rows = app.screen.query_one(RowList)
        await pilot.click(rows, offset=(10, 2))
        await pilot.pause()
        assert rows.cursor_key == rows.rows[1].key
        await pilot.click(rows, offset=(10, 2))
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))


async def test_the_colours_change_and_stay(scene: Scene) -> None:
    """Each theme draws, and the vault remembers which."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        for name in (*list(TITLES)[1:], next(iter(TITLES)), list(TITLES)[1]):
            await app.action_colours()
            await pilot.pause()
            assert app.theme == name
    again = reporter(scene.vault)
    async with again.run_test() as pilot:
        await unlock(pilot)
        assert again.theme == list(TITLES)[1]


async def test_a_list_holds_one_page_and_marks_its_cursor(scene: Scene) -> None:
    """At most 200 rows; the cursor row begins with a mark and is always in sight."""
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        rows = RowList([Column(heading="A", width=10)], id="many")
        await app.screen.query_one("#body").mount(rows)
        rows.fill([Row(key=str(number), cells=(f"row {number}",)) for number in range(1000)])
        rows.focus()
        assert len(rows.rows) == PAGE_ROWS
        await pilot.press("end")
        await pilot.pause()
        assert rows.cursor_key == str(PAGE_ROWS - 1)
        assert f"> row {PAGE_ROWS - 1}" in dump(app)
        await pilot.press("home", "down", "pagedown", "pageup")
        await pilot.pause()
        assert "> row" in dump(app)


async def test_hostile_text_in_a_record_is_only_text(scene: Scene) -> None:
    """Escape sequences and markup in an incident are shown, never obeyed."""
    from fieldlog.field import recording, vault
    from fieldlog.model.quick import QuickCapture
    from fieldlog.system.clock import FixedClock
    from support.screens import NOW

    hostile = "\x1b]52;c;AAAA\x07[@click=app.panic_quit]x[/] [/nonsense] \u202egnp.exe \x9b2J"
    with vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=FixedClock(NOW)) as inside:
        recording.keep_draft(inside, "INC-000009", QuickCapture(what=hostile, where=hostile, when=hostile))
    app = reporter(scene.vault)
    async with app.run_test() as pilot:
        await unlock(pilot)
        await until(pilot, lambda: isinstance(app.screen, CaptureScreen))
        await pilot.pause(0.2)
        shown = dump(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HomeScreen))
        await pilot.pause(0.2)
        for screen in (shown, dump(app)):
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(screen)
        assert "[/nonsense]" in dump(app) or "[@click" in dump(app)
        assert isinstance(StoryArea("[x]").text, str)
