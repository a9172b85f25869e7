"""What a reporter does on the way to every task with the vault as a whole, by keyboard."""

from pathlib import Path

from fieldlog import errors
from fieldlog.field import vault
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.screens.recovery import RecoveryBackScreen, RecoveryScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.screens.vault.present import PresentScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.rows import RowList
from support.screens import NOW, WORDS, dump, unlock, until

SIZE = (100, 36)


def text_of(app) -> str:
    """The screen with its lines joined, so that a sentence may be wrapped anywhere."""
    return " ".join(dump(app).split())


def on(app, kind) -> bool:
    """Whether a screen of this kind is on top, and drawn."""
    return isinstance(app.screen, kind) and bool(dump(app).strip())


def unlocked(folder: Path, words=WORDS):
    return vault.unlock(folder=folder, passphrase=vault.secret_of(words), clock=FixedClock(NOW))


def opens(folder: Path, words) -> bool:
    try:
        unlocked(folder, words).lock()
    except errors.CannotUnlock:
        return False
    return True


async def vault_menu(pilot, line: str) -> None:
    """From the list to a line of the vault's menu, and into it."""
    app = pilot.app
    await unlock(pilot)
    await pilot.press("f8")
    await until(pilot, lambda: on(app, VaultScreen) and bool(app.screen.query_one(RowList).rows))
    await choose(pilot, line)


async def choose(pilot, line: str) -> None:
    pilot.app.screen.query_one(RowList).put_cursor(line)
    await pilot.press("enter")
    await pilot.pause()


async def prove(pilot, words=WORDS) -> None:
    """Type the passphrase that opens the vault now."""
    app = pilot.app
    await until(pilot, lambda: on(app, PresentScreen))
    screen = app.screen
    screen.query_one(PassphraseInput).value = " ".join(words)
    await pilot.press("enter")
    await until(pilot, lambda: app.screen is not screen or not screen._trying)


async def take_words(pilot) -> tuple[str, ...]:
    """Write the seven words down and type three of them back."""
    app = pilot.app
    await until(pilot, lambda: on(app, WordsScreen) and bool(app.screen._words))
    words = app.screen._words
    await pilot.press("enter")
    await until(pilot, lambda: on(app, WordsBackScreen))
    await type_back(pilot, words)
    return words


async def take_recovery(pilot) -> tuple[str, ...]:
    """The same with the twelve."""
    app = pilot.app
    await until(pilot, lambda: on(app, RecoveryScreen) and bool(app.screen._words))
    words = app.screen._words
    await pilot.press("enter")
    await until(pilot, lambda: on(app, RecoveryBackScreen))
    await type_back(pilot, words)
    return words


async def type_back(pilot, words: tuple[str, ...]) -> None:
    screen = pilot.app.screen
    for place in screen._places:
        screen.query_one(f"#word-{place}", LineInput).value = words[place]
    await pilot.press("f4")
    await pilot.pause()
