"""Every screen as text, in three languages and two sizes; a changed screen shows as a readable diff.

Write them anew with ``FIELDLOG_WRITE_SCREENS=1 python -m pytest tests/tui/test_screens.py`` and look
at the difference before committing it.
"""

import os
import textwrap
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from textual.pilot import Pilot

from fieldlog import errors
from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.i18n.catalog import translate as _
from fieldlog.system.clock import FixedClock
from fieldlog.tui.desk.application import DeskApp
from fieldlog.tui.desk.received import Received, Story
from fieldlog.tui.desk.screens.bundle import BundlePage
from fieldlog.tui.desk.screens.story import StoryPage
from fieldlog.tui.field.application import ReporterApp
from fieldlog.tui.field.dialogs.check_code import CheckCodeBox
from fieldlog.tui.field.dialogs.confirm import ConfirmBox
from fieldlog.tui.field.dialogs.danger import DangerBox
from fieldlog.tui.field.outcome import PracticeInfo
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.check import CheckScreen
from fieldlog.tui.field.screens.choose import ChooseScreen
from fieldlog.tui.field.screens.for_whom import ForWhomScreen
from fieldlog.tui.field.screens.handed import HandedScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.screens.language import LanguageScreen
from fieldlog.tui.field.screens.opening import OpeningScreen
from fieldlog.tui.field.screens.own_words import OwnWordsScreen
from fieldlog.tui.field.screens.recovery import RecoveryScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.field.screens.writing import WritingScreen
from fieldlog.tui.field.vault_work import VaultWork
from fieldlog.tui.field.work import Opened, Planned, Sealed
from fieldlog.tui.kit.keybar import KeyBar, fitting
from fieldlog.tui.kit.page import Dialog
from support.screens import NOW, RECOVERY, SLOW, WORDS, Scene, dump, reporter, until

HERE = Path(__file__).parent / "screens"
SIZES = ((80, 24), (60, 20), (60, 18))
WRITE = bool(os.environ.get("FIELDLOG_WRITE_SCREENS"))

PLANNED = Planned(plan=None, incidents=1, files=0, people=1, size=0)

Step = Callable[[Pilot, ReporterApp], Awaitable[None]]


def page(make: Callable[[], object]) -> Step:
    async def step(pilot: Pilot, app: ReporterApp) -> None:
        while len(app.screen_stack) > 2:
            await app.pop_screen()
        await app.push_screen(make())

    return step


def keys(*names: str) -> Step:
    async def step(pilot: Pilot, app: ReporterApp) -> None:
        await pilot.press(*names)

    return step


async def wrong(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._refuse("crime кфиу")
    app.screen._tries = 3


async def empty_list(pilot: Pilot, app: ReporterApp) -> None:
    app.screen.query_one("#find").value = "zzz"
    await until(pilot, lambda: not app.screen._page.rows)


async def chosen(pilot: Pilot, app: ReporterApp) -> None:
    cards = await app.threads.call(app.work.cards)
    while len(app.screen_stack) > 2:
        await app.pop_screen()
    await app.push_screen(CheckScreen(incidents=("INC-000002",), cards=cards))
    await until(pilot, lambda: app.screen._planned is not None)


async def danger(pilot: Pilot, app: ReporterApp) -> None:
    await app.push_screen(DangerBox(codes="INC-000001"))


async def check_code(pilot: Pilot, app: ReporterApp) -> None:
    async def nothing(_code: str) -> str:
        return ""

    await app.push_screen(CheckCodeBox(name="Practice organisation", practice_code="", try_code=nothing))
    await pilot.press(*"12345")
    await pilot.press("enter")


async def confirm(pilot: Pilot, app: ReporterApp) -> None:
    await app.push_screen(
        ConfirmBox(
            title=_("Remove this file?"),
            question=_("{name} is erased from the vault for good. The file outside is not touched.").format(
                name="IMG_0001.jpg"
            ),
            yes=_("Remove"),
        )
    )


def writing(*, failed: bool) -> Step:
    async def step(pilot: Pilot, app: ReporterApp) -> None:
        while len(app.screen_stack) > 2:
            await app.pop_screen()
        screen = WritingScreen(planned=PLANNED, folder=Path("/media/stick"))
        await app.push_screen(screen)
        if failed:
            screen._show_failure(errors.TargetVanished("/media/stick/6b1f0c9a52d84e73.age"))

    return step


async def the_bin(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._state = "bin"
    await app.screen.reload()


async def too_small(pilot: Pilot, app: ReporterApp) -> None:
    """A box lies over the page; both are covered."""
    await app.push_screen(DangerBox(codes="INC-000001"))
    app.screen.set_class(True, "-too-small")


async def no_cards(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._cards = ()
    app.screen._show()


async def new_vault(pilot: Pilot, app: ReporterApp) -> None:
    app.opened = None


SCREENS: dict[str, tuple[Step, ...]] = {
    "01-language": (page(LanguageScreen),),
    "02-welcome": (page(WelcomeScreen),),
    "03-words": (page(WordsScreen),),
    "04-words-back": (page(lambda: WordsBackScreen(WORDS)),),
    "05-own-words": (page(OwnWordsScreen),),
    "06-recovery": (page(lambda: RecoveryScreen("")),),
    "07-unlock": (page(UnlockScreen),),
    "08-unlock-wrong": (page(UnlockScreen), wrong),
    "09-list": (page(HomeScreen),),
    "10-list-nothing-found": (page(HomeScreen), empty_list),
    "11-new-incident": (page(lambda: CaptureScreen(code=None)),),
    "12-incident": (page(lambda: CaptureScreen(code="INC-000002")), keys("tab")),
    "13-answers": (keys("tab", "tab", "enter"),),
    "14-menu": (page(HomeScreen), keys("escape")),
    "15-help": (page(lambda: CaptureScreen(code=None)), keys("f1")),
    "16-which-incidents": (page(lambda: ChooseScreen(preferred="INC-000002")),),
    "17-for-whom-nobody-yet": (page(lambda: ForWhomScreen(("INC-000002",))), no_cards),
    "18-add-card": (page(lambda: ForWhomScreen(("INC-000002",))), no_cards, keys("f2")),
    "19-for-whom": (page(lambda: ForWhomScreen(("INC-000002",))),),
    "20-check": (chosen,),
    "21-danger": (danger,),
    "22-handed-over": (
        page(
            lambda: HandedScreen(
                Sealed(
                    path=Path("/media/stick/6b1f0c9a52d84e73.age"),
                    size=262_144,
                    words=("river", "candle", "ninety", "orbit"),
                )
            )
        ),
    ),
    "23-check-code": (page(lambda: ForWhomScreen(("INC-000002",))), check_code),
    "24-writing": (writing(failed=False),),
    "25-not-written": (writing(failed=True),),
    "26-remove-a-file": (page(lambda: CaptureScreen(code="INC-000002")), confirm),
    "27-bin": (page(HomeScreen), the_bin),
    "28-opening": (page(OpeningScreen),),
    "29-too-small": (page(HomeScreen), too_small),
    "30-list-in-practice": (page(HomeScreen),),
    "31-new-vault": (new_vault, page(HomeScreen), empty_list),
}

MAIN: Final = ("07", "09", "11", "16", "20")
"""Unlock, list, a new incident, and the two screens of handing over with most on them."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_screen_of_the_desk_is_as_it_was_looked_at(language: str, size: tuple[int, int]) -> None:
    """What arrived and one story of it, as text."""
    set_language(language)
    received = Received(
        organisation="Practice organisation",
        sender="P7Q2-9XKD",
        size_bytes=262_144,
        checks=("every byte is authenticated", "every file matches its checksum"),
        warnings=("one file is larger than usual",),
        stories=(
            Story(
                code="INC-000002",
                line="Их избили у выхода из клуба, полиция не приехала.",
                text=lambda width: "\n".join(
                    textwrap.wrap("Их избили у выхода из клуба, полиция не приехала. " * 6, width)
                ),
            ),
        ),
    )
    app = DeskApp(open_it=lambda _progress: received, clock=FixedClock(NOW), practice=True)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, BundlePage) and "INC-000002" in dump(app))
        different = compare("40-desk-bundle", language, size, dump(app) + "\n")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, StoryPage))
        await pilot.pause(0.05)
        different += compare("41-desk-story", language, size, dump(app) + "\n")
    assert not different, "\n".join(different)


def compare(name: str, language: str, size: tuple[int, int], shown: str) -> list[str]:
    """The screen when it is not what is checked in; writes it where that is wanted."""
    file = HERE / f"{name}.{language}.{size[0]}x{size[1]}.txt"
    if WRITE:
        HERE.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
    elif not file.exists() or file.read_text(encoding="utf-8") != shown:
        return [f"{file.name}:\n{shown}"]
    return []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_screen_is_as_it_was_looked_at(
    language: str,
    size: tuple[int, int],
    checked_scene: Scene,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each screen is what is checked in, its keys fit, and its title and keys are in sight."""
    monkeypatch.setattr(VaultWork, "propose_passphrase", lambda _self, _language: WORDS)
    monkeypatch.setattr(VaultWork, "propose_recovery", lambda _self, _language: RECOVERY)
    monkeypatch.setattr(VaultWork, "free_space", lambda _self, _folder: 3_900_000_000)
    monkeypatch.setattr(WritingScreen, "on_mount", lambda _self: None)
    monkeypatch.setattr(OpeningScreen, "on_mount", lambda _self: None)
    monkeypatch.setattr(VaultWork, "is_folder", lambda _self, _folder: True)
    monkeypatch.setattr("secrets.randbelow", lambda _limit: 1)
    set_language(language)
    app = reporter(checked_scene.vault, timings=SLOW)
    different: list[str] = []
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.threads.call(lambda: app.work.unlock(" ".join(WORDS)))
        app.work.folder = Path("/media/stick/fieldlog")
        app.is_open = True
        app.opened = Opened(
            last_opened=NOW - timedelta(days=1),
            incidents=3,
            changes=12,
            words=("river", "candle", "ninety", "orbit"),
        )
        for name, steps in SCREENS.items():
            if size == (60, 18) and name[:2] not in MAIN:
                continue
            app.practice = (
                PracticeInfo(words=WORDS, folder=Path("/media/stick"))
                if name[:2] in ("20", "22", "28", "30")
                else None
            )
            for step in steps:
                await step(pilot, app)
                await pilot.pause(0.05)
            shown = dump(app) + "\n"
            bar = app.screen.query_one(KeyBar)
            offered = [one for one in app.screen.offers() if one.in_footer]
            if size[0] >= 80 and not isinstance(app.screen, Dialog):
                assert len(fitting(offered, size[0])) == len(offered), f"{name} {language}: {bar}"
            different += compare(name, language, size, shown)
            if isinstance(app.screen, Dialog):
                app.screen.dismiss(None)
                await pilot.pause()
    assert not different, "\n".join(different)
