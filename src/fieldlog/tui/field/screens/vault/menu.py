"""F8: the vault as a whole, what it says of itself, and everything that can be done with it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural, translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, LOCK, TAKE
from fieldlog.tui.field.opened_text import opened_sentence, words_now
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.backup import BackupScreen
from fieldlog.tui.field.screens.vault.bin import BinScreen
from fieldlog.tui.field.screens.vault.checking import begin_check
from fieldlog.tui.field.screens.vault.destroying import begin_destruction
from fieldlog.tui.field.screens.vault.keys import KeysScreen
from fieldlog.tui.field.screens.vault.recover import begin_recovery
from fieldlog.tui.field.screens.vault.renewing import begin_renewal
from fieldlog.tui.field.screens.vault.reserve import ReserveScreen
from fieldlog.tui.field.screens.vault.second import begin_second
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.vault.upgrade import UpgradeScreen
from fieldlog.tui.field.vault_commands import BACK_UP
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note

_LINES: Final = {
    "back_up": (
        N_("Back up now"),
        N_("Writes everything into one sealed file that only your twelve words open."),
    ),
    "keys": (
        N_("Keys and words"),
        N_("Changes or adds a passphrase, draws new recovery words, or makes a key file."),
    ),
    "check": (
        N_("Check the vault"),
        N_("Looks at every page, every change and every file, and says what it finds."),
    ),
    "recover": (
        N_("Recover into a new vault"),
        N_("Of a damaged vault: saves what can be read into another folder, with new words."),
    ),
    "bin": (
        N_("Bin"),
        N_("Shows what was removed: for 30 days it can be brought back, or erased at once."),
    ),
    "second": (
        N_("Second vault"),
        N_("Makes another vault in the same folder, with words of its own."),
    ),
    "renew": (
        N_("New vault key"),
        N_("Copies everything under a new key, for when somebody may have copied the folder."),
    ),
    "reserve": (
        N_("Reserve space"),
        N_("Makes room for files now, so that adding them later goes quickly and shows less."),
    ),
    "destroy": (
        N_("Destroy the vault..."),
        N_("Makes both vaults in this folder unopenable, for good. It asks for a typed word."),
    ),
}

_NOT_IN_PRACTICE: Final = frozenset({"keys", "recover", "second", "renew", "reserve", "destroy"})
"""Practice has words that everybody knows, and vanishes by itself."""

_PLACE: Final = "place"

_NEEDS_TWO: Final = frozenset({"second", "renew", "reserve"})
"""What a vault of an earlier Fieldlog has no room for: it is offered the newer form instead."""


class VaultScreen(ReporterPage):
    """A list of things to do, and below it what the vault says."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, BACK_UP, LOCK, HELP, BACK)
    HELP = N_(
        "The check words change with every saved change. Write those of this moment down before you lock: "
        "the same words must stand here after you unlock.\n"
        "Other words mean that an older copy of the folder lies in its place."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((BACK, BACK_UP))

    def __init__(self) -> None:
        super().__init__()
        self._warnings: tuple[str, ...] = ()

    def heading(self) -> str:
        """The title."""
        return _("The vault")

    def body(self) -> Iterable[Widget]:
        """The list, its sentence, the facts."""
        yield RowList([Column(heading="", width=30, share=1)], heading=False, classes="menu", id="things")
        yield Note("", id="about")
        yield Note("", id="now", classes="gap")
        yield Note(opened_sentence(self.reporter.opened), id="then", classes="quiet")
        yield Note(_("Folder: {folder}").format(folder=self.work.folder), id="place", classes="quiet")

    async def on_mount(self) -> None:
        """Fill the list, then ask the vault."""
        self._fill()
        self.query_one(RowList).focus()
        await self._ask()

    def _fill(self) -> None:
        names = [(key, translate(name)) for key, (name, _about) in _LINES.items()]
        if self._warnings:
            count = len(self._warnings)
            said = plural(
                "! {count} thing to know about this place", "! {count} things to know about this place", count
            )
            names.append((_PLACE, said.format(count=count)))
        self.query_one(RowList).fill([Row(key=key, cells=(name,)) for key, name in names])
        self._about()

    async def on_screen_resume(self) -> None:
        """What was done meanwhile shows."""
        if self.is_there:
            await self._ask()

    async def _ask(self) -> None:
        now = await self.reporter.ask(self.work.opened_now)
        warnings = await self.reporter.ask(self.work.place_warnings)
        if now is None or not self.is_there:
            return
        self.query_one("#now", Note).say(words_now(now))
        # Of an empty vault both would say the same.
        self.query_one("#then", Note).display = bool(now.changes)
        if warnings:
            self._warnings = warnings
            self._fill()

    @on(RowList.Moved)
    def _about(self) -> None:
        key = self.query_one(RowList).cursor_key
        about = translate(_LINES[key][1]) if key in _LINES else ""
        self.query_one("#about", Note).say(
            about or _("Who can get copies of the vault, and what can be seen.")
        )

    @on(RowList.Chosen)
    async def action_take(self) -> None:
        """Enter."""
        key = self.query_one(RowList).cursor_key
        if self.reporter.practice is not None and key in _NOT_IN_PRACTICE:
            self.complain(
                _("Not in practice: the words of this vault are no secret, and it vanishes by itself.")
            )
            return
        if key in _NEEDS_TWO and await self.reporter.ask(self.work.is_first_form):
            self.app.push_screen(UpgradeScreen())
            return
        if key == _PLACE:
            self.app.push_screen(
                ToldScreen(
                    title=_("The place of the vault"),
                    lead=_("Folder: {folder}").format(folder=self.work.folder),
                    lines=["! " + sentence for sentence in self._warnings],
                    then=self.app.pop_screen,
                )
            )
            return
        begin: dict[str, Callable[[ReporterPage], object]] = {
            "back_up": lambda page: page.app.push_screen(BackupScreen()),
            "keys": lambda page: page.app.push_screen(KeysScreen()),
            "check": begin_check,
            "recover": begin_recovery,
            "bin": lambda page: page.app.push_screen(BinScreen()),
            "second": begin_second,
            "renew": begin_renewal,
            "reserve": lambda page: page.app.push_screen(ReserveScreen()),
            "destroy": begin_destruction,
        }
        if key in begin:
            begun = begin[key](self)
            if inspect.isawaitable(begun):
                await begun

    def action_back_up(self) -> None:
        """F7."""
        self.app.push_screen(BackupScreen())
