"""Commands: declared once, shown everywhere, and their keys never in each other's way."""

import os
from pathlib import Path

import pytest

from fieldlog.i18n.catalog import LANGUAGES, set_language
from fieldlog.tui.field import commands, screens
from fieldlog.tui.field.manual import keys_page
from fieldlog.tui.field.screens.base import ReporterPage
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
from fieldlog.tui.field.screens.vault.destroying import DestroyedScreen
from fieldlog.tui.field.screens.vault.explained import ExplainedScreen
from fieldlog.tui.field.screens.vault.keyfile import KeyFileScreen
from fieldlog.tui.field.screens.vault.keys import KeysScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.screens.vault.place import PlaceScreen
from fieldlog.tui.field.screens.vault.present import PresentScreen
from fieldlog.tui.field.screens.vault.recover import RecoverScreen
from fieldlog.tui.field.screens.vault.recovered import RecoveredScreen
from fieldlog.tui.field.screens.vault.reserve import ReserveScreen
from fieldlog.tui.field.screens.vault.restore import RestoreScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.vault.upgrade import UpgradeScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.field.screens.writing import WritingScreen
from fieldlog.tui.kit.commands import FOOTER_ITEMS, bindings, key_label
from fieldlog.tui.kit.keybar import fitting, needed

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "keys.md"
PAGES: tuple[type[ReporterPage], ...] = (
    CaptureScreen, CheckScreen, ChooseScreen, ForWhomScreen, HandedScreen, HomeScreen, LanguageScreen,
    OpeningScreen, OwnWordsScreen, RecoveryScreen, UnlockScreen, WelcomeScreen, WordsBackScreen, WordsScreen,
    WritingScreen, RecoveryBackScreen, AlarmScreen, BackupScreen, BinScreen, CheckedScreen, DestroyedScreen,
    ExplainedScreen, KeyFileScreen, KeysScreen, LongWorkScreen, VaultScreen, PlaceScreen, PresentScreen,
    ReserveScreen, RestoreScreen, ToldScreen, UpgradeScreen, RecoverScreen, RecoveredScreen,
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_the_keys_of_every_screen_fit(page: type[ReporterPage], language: str) -> None:
    """At most seven keys, and all of them fit 80 columns in each language."""
    set_language(language)
    offered = [command for command in page.OFFERS if command.in_footer]
    if page is HandedScreen:
        offered.append(commands.SEE_DESK)
    assert 0 < len(offered) <= FOOTER_ITEMS
    assert needed(offered) <= 80
    assert list(fitting(offered, 80)) == offered


@pytest.mark.parametrize("language", LANGUAGES)
def test_lock_and_esc_are_the_last_to_go(language: str) -> None:
    """In a narrow window F9 and Esc stay in sight."""
    set_language(language)
    kept = fitting(HomeScreen.OFFERS, 60)
    assert commands.LOCK in kept
    assert kept[-1] is commands.MENU
    assert needed(kept) <= 60


@pytest.mark.parametrize("page", PAGES)
def test_every_offered_command_can_be_done(page: type[ReporterPage]) -> None:
    """A command in the key bar or the menu has its action, and no two share a key."""
    from fieldlog.tui.field.application import ReporterApp

    taken: set[str] = set()
    for command in page.OFFERS:
        assert (
            hasattr(page, f"action_{command.name}")
            or hasattr(ReporterApp, f"action_{command.name}")
            or (command.name == "menu")
        ), command.name
        everywhere = {key for one in commands.EVERYWHERE for key in one.keys}
        assert command in commands.EVERYWHERE or not everywhere & set(command.keys)
        assert not taken & set(command.keys)
        taken |= set(command.keys)


def test_every_page_is_tested() -> None:
    """A new screen is in the list above; those left out are no screens by themselves."""
    folder = Path(screens.__file__).parent
    no_screens = {
        "__init__", "base", "blank", "attaching", "secret_page", "words_asked", "reading", "creating", "renewing", "second",
    }  # fmt: skip
    files = {file.stem for file in folder.rglob("*.py")} - no_screens
    assert files == {page.__module__.rsplit(".", 1)[1] for page in PAGES}


def test_commands_have_one_name_and_their_texts() -> None:
    """No two commands have one name; each says what it does."""
    names = [command.name for command in commands.ALL]
    assert len(names) == len(set(names))
    assert all(command.title and command.explain.endswith(".") for command in commands.ALL)


def test_keys_that_terminals_take_are_not_used() -> None:
    """F10, F11, Ctrl+B, Ctrl+A, Ctrl+Space, Alt and bare letters are nobody's key (ui.md 3.4)."""
    refused = {
        "f10",
        "f11",
        "ctrl+b",
        "ctrl+a",
        "ctrl+@",
        "ctrl+space",
        "ctrl+i",
        "ctrl+m",
        "ctrl+h",
        "ctrl+j",
    }
    for command in commands.ALL:
        for key in command.keys:
            assert key not in refused
            assert not key.startswith("alt+")
            assert len(key) > 1


def test_undo_belongs_to_the_field_first() -> None:
    """Function keys go before the focused field, Ctrl+Z after it."""
    assert all(binding.priority for binding in bindings((commands.LOCK,)))
    assert not any(binding.priority for binding in bindings((commands.UNDO,)))
    assert key_label("ctrl+l") == "Ctrl+L"
    assert key_label("pageup") == "PgUp"


def test_the_page_about_keys_is_made_from_the_commands() -> None:
    """docs/guide/keys.md is what the commands say; FIELDLOG_WRITE_SCREENS=1 writes it anew."""
    if os.environ.get("FIELDLOG_WRITE_SCREENS"):
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(keys_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == keys_page()
