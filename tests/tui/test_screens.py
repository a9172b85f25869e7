"""Every screen as text, in three languages and two sizes; a changed screen shows as a readable diff.

Write them anew with ``FIELDLOG_WRITE_SCREENS=1 python -m pytest tests/tui/test_screens.py`` and look
at the difference before committing it.
"""

import os
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from textual.pilot import Pilot

from fieldlog import errors
from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.findings import check_sentences, recover_sentences
from fieldlog.i18n.warnings import warning_sentence
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
from fieldlog.tui.field.screens.recovery import RecoveryBackScreen, RecoveryScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.vault.alarm import AlarmScreen
from fieldlog.tui.field.screens.vault.backup import BackupScreen
from fieldlog.tui.field.screens.vault.bin import BinScreen
from fieldlog.tui.field.screens.vault.checking import CheckedScreen
from fieldlog.tui.field.screens.vault.creating import FIRST_VAULT
from fieldlog.tui.field.screens.vault.destroying import DestroyedScreen, begin_destruction
from fieldlog.tui.field.screens.vault.keyfile import KeyFileScreen
from fieldlog.tui.field.screens.vault.keys import KeysScreen, change_passphrase
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.screens.vault.place import PlaceScreen
from fieldlog.tui.field.screens.vault.recover import RecoverScreen, what_is_wrong
from fieldlog.tui.field.screens.vault.recovered import RecoveredScreen
from fieldlog.tui.field.screens.vault.renewing import begin_renewal
from fieldlog.tui.field.screens.vault.reserve import ReserveScreen
from fieldlog.tui.field.screens.vault.restore import RestoreScreen, tell_restored
from fieldlog.tui.field.screens.vault.second import begin_second
from fieldlog.tui.field.screens.vault.upgrade import UpgradeScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.field.screens.writing import WritingScreen
from fieldlog.tui.field.upkeep import (
    BackupState,
    CheckedVault,
    Destroyed,
    InBin,
    KnownKey,
    MadeBackup,
    RecoveredVault,
    Restored,
)
from fieldlog.tui.field.vault_upkeep import VaultUpkeep
from fieldlog.tui.field.vault_work import VaultWork
from fieldlog.tui.field.work import Opened, Planned, Sealed
from fieldlog.tui.kit.keybar import KeyBar, fitting
from fieldlog.tui.kit.page import Dialog
from support.screens import NOW, RECOVERY, SLOW, WORDS, Scene, dump, reporter, until

HERE = Path(__file__).parent / "screens"
SIZES = ((80, 24), (60, 20), (60, 18))
WRITE = bool(os.environ.get("FIELDLOG_WRITE_SCREENS"))

PLANNED = Planned(plan=None, incidents=1, files=0, people=1, size=0)

OPENED = Opened(
    last_opened=NOW - timedelta(days=1),
    incidents=3,
    changes=12,
    words=("river", "candle", "ninety", "orbit"),
)

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


async def opened_before(pilot: Pilot, app: ReporterApp) -> None:
    app.opened = OPENED


def warnings_of() -> tuple[str, ...]:
    return tuple(warning_sentence(slug, service="Dropbox") for slug in ("synced", "copy-on-write", "swap"))


async def to_stick(pilot: Pilot, app: ReporterApp) -> None:
    app.screen.query_one("#folder").value = "/media/stick"


async def backup_made(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._made(
        MadeBackup(
            path=Path("/media/stick/backup-6b1f0c9a52d84e73.age"), size=34_000_000, incidents=3, files=2
        )
    )


async def long_work(pilot: Pilot, app: ReporterApp) -> None:
    while len(app.screen_stack) > 2:
        await app.pop_screen()
    screen = LongWorkScreen(
        title=_("Backup"),
        doing=_("Writing, then reading it back. Leave the stick where it is."),
        work=lambda _tell: None,
        done=lambda _result: None,
        when_failed=_("No backup was made, and nothing of it is left."),
    )
    await app.push_screen(screen)


async def long_work_failed(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._show_failure(errors.VaultDamaged("/media/stick/fieldlog", "media"))


async def restored(pilot: Pilot, app: ReporterApp) -> None:
    while len(app.screen_stack) > 2:
        await app.pop_screen()
    await app.push_screen(RestoreScreen())
    tell_restored(app.screen, Restored(backup_at=NOW - timedelta(days=2), incidents=3, files=2), OPENED)


class KeyFileFor(KeyFileScreen):
    """With nothing behind it."""

    def __init__(self) -> None:
        super().__init__(then=lambda _page, _path: None)


def begin(what: Callable[..., object]) -> Step:
    async def step(pilot: Pilot, app: ReporterApp) -> None:
        what(app.screen)

    return step


NO_BACKUP_DUE: Final = BackupState(last_at=NOW - timedelta(days=1), missing=2, due=False)

KEYS: Final = (
    KnownKey(number=1, recovery=True, made_at=NOW - timedelta(days=1), keyfile=False, opened=False),
    KnownKey(number=3, recovery=False, made_at=NOW, keyfile=True, opened=True),
)
"""As there can be; in a real vault the numbers are drawn."""

CLEAN: Final = CheckedVault(changes=12, incidents=3, files=2, file_bytes=3_400_000, findings=())


def found() -> CheckedVault:
    return replace(
        CLEAN,
        findings=(
            check_sentences("attachment-damaged", code="EVD-7K3M9Q", incident="INC-000002"),
            check_sentences("file-unexpected", count=1),
        ),
    )


async def in_bin(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._rows = (
        InBin(
            code="INC-000001", when="01.03.2026", what="Two men in plain clothes took P-9QW2XY.", days_left=2
        ),
        InBin(code="INC-000002", when="27.02.2026 14:30", what="Их избили у выхода из клуба.", days_left=30),
    )
    app.screen._show()


HERE_IT_IS: Final = Path("/media/stick/fieldlog")
BESIDE: Final = Path("/media/stick/fieldlog-recovered")


async def wrong_words(pilot: Pilot, app: ReporterApp) -> None:
    app.screen.query_one("#answer").say(what_is_wrong(errors.CannotUnlock())[1])


def recovered(*, found: bool) -> RecoveredVault:
    findings = (
        recover_sentences("table-list-rebuilt"),
        recover_sentences("attachment-lost", code="EVD-7K3M9Q", incident="INC-000002"),
        recover_sentences("line-rebuilt", incident="INC-000001"),
        recover_sentences("line-rebuilt", incident="INC-000003"),
    )
    return RecoveredVault(
        folder=BESIDE,
        incidents=3,
        drafts=1,
        changes=12,
        files=2,
        file_bytes=3_400_000,
        organisations=1,
        findings=findings if found else (),
    )


async def due(pilot: Pilot, app: ReporterApp) -> None:
    app.screen._show_reminder(BackupState(last_at=NOW - timedelta(days=9), missing=4, due=True))


SCREENS: dict[str, tuple[Step, ...]] = {
    "01-language": (page(LanguageScreen),),
    "02-welcome": (page(WelcomeScreen),),
    "03-words": (page(lambda: WordsScreen(FIRST_VAULT)),),
    "04-words-back": (page(lambda: WordsBackScreen(FIRST_VAULT, WORDS)),),
    "05-own-words": (page(lambda: OwnWordsScreen(FIRST_VAULT)),),
    "06-recovery": (page(lambda: RecoveryScreen(FIRST_VAULT, "")),),
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
    "50-recovery-back": (page(lambda: RecoveryBackScreen(FIRST_VAULT, "", RECOVERY)),),
    "51-vault": (opened_before, page(HomeScreen), page(VaultScreen)),
    "52-place": (page(lambda: PlaceScreen(warnings_of(), lambda: None)),),
    "53-backup": (page(BackupScreen), to_stick),
    "54-backup-made": (page(BackupScreen), backup_made),
    "55-backing-up": (long_work,),
    "56-not-backed-up": (long_work, long_work_failed),
    "57-restore": (page(RestoreScreen),),
    "58-restored": (restored,),
    "59-alarm-history": (page(lambda: AlarmScreen(errors.HistoryAltered("/media/stick/fieldlog"))),),
    "60-alarm-damage": (page(lambda: AlarmScreen(errors.VaultDamaged("/media/stick/fieldlog", "database"))),),
    "61-unlock-key-file": (page(UnlockScreen), keys("f2")),
    "62-keys": (page(KeysScreen),),
    "63-present": (page(KeysScreen), begin(change_passphrase)),
    "64-key-file": (page(KeyFileFor),),
    "65-second-vault": (page(VaultScreen), begin(begin_second)),
    "66-new-key": (page(VaultScreen), begin(begin_renewal)),
    "67-reserve": (page(ReserveScreen),),
    "68-upgrade": (page(UpgradeScreen),),
    "69-checked": (page(lambda: CheckedScreen(CLEAN)),),
    "70-found": (page(lambda: CheckedScreen(found())),),
    "71-bin": (page(BinScreen), in_bin),
    "72-erase": (page(BinScreen), in_bin, keys("delete"), keys(*"INC-1"), keys("f4")),
    "73-destroy": (page(VaultScreen), begin(begin_destruction)),
    "74-destroyed": (page(lambda: DestroyedScreen(Destroyed(overwritten=True))),),
    "75-list-backup-due": (opened_before, page(HomeScreen), due),
    "76-recover": (page(lambda: RecoverScreen(damaged=HERE_IT_IS, into=BESIDE, is_known=True)),),
    "77-recover-another": (
        page(lambda: RecoverScreen(damaged=None, into=HERE_IT_IS, is_known=False)),
        keys("f2"),
    ),
    "78-recover-wrong": (
        page(lambda: RecoverScreen(damaged=HERE_IT_IS, into=BESIDE, is_known=True)),
        wrong_words,
    ),
    "79-recovered": (page(lambda: RecoveredScreen(recovered(found=True))),),
    "80-recovered-whole": (page(lambda: RecoveredScreen(recovered(found=False))),),
    "81-empty-bin": (page(BinScreen), in_bin, keys("f6"), keys("1", "f4")),
    "82-alarm-storage": (page(lambda: AlarmScreen(errors.StorageFailed("/media/stick/fieldlog"))),),
}

MAIN: Final = ("07", "09", "11", "16", "20", "51", "65", "73", "75", "76", "79")
"""Unlock, list, a new incident, the screens of handing over and of the vault with most on them."""


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
    monkeypatch.setattr(VaultUpkeep, "backup_state", lambda _self: NO_BACKUP_DUE)
    monkeypatch.setattr(VaultUpkeep, "known_keys", lambda _self: KEYS)
    monkeypatch.setattr(VaultUpkeep, "opened_now", lambda _self: replace(OPENED, changes=14))
    monkeypatch.setattr(WritingScreen, "on_mount", lambda _self: None)
    monkeypatch.setattr(LongWorkScreen, "on_mount", lambda _self: None)
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
        app.opened = OPENED
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
