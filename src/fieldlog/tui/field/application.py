"""The reporter's app: which screen comes first, lock, panic, quit, menu, help, language, colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

from fieldlog import errors
from fieldlog.i18n.catalog import LANGUAGES, current_language, set_language
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.system.clock import Clock
from fieldlog.tui.field.commands import EVERYWHERE
from fieldlog.tui.field.dialogs.help import HelpBox
from fieldlog.tui.field.dialogs.pick import PickBox
from fieldlog.tui.field.outcome import Ended, Lock, Outcome, Panic, PracticeInfo, Quit
from fieldlog.tui.field.screens.blank import BlankScreen
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.home import HomeScreen
from fieldlog.tui.field.screens.language import LanguageScreen
from fieldlog.tui.field.screens.opening import OpeningScreen
from fieldlog.tui.field.screens.unlock import UnlockScreen
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.upgrade import UpgradeScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.writing import WritingScreen
from fieldlog.tui.field.work import Opened, Work
from fieldlog.tui.kit.base import KitApp, Timings
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.page import Page
from fieldlog.tui.kit.themes import TITLES
from fieldlog.tui.kit.workers import Job, OneThread

Result = TypeVar("Result")

_LANGUAGE_SETTING: Final = "language"
_THEME_SETTING: Final = "theme"


class ReporterApp(KitApp[Outcome]):
    """The screens of one vault."""

    BINDINGS: ClassVar[list[Any]] = bindings(EVERYWHERE)

    def __init__(
        self,
        *,
        work: Work,
        clock: Clock,
        practice: PracticeInfo | None = None,
        language_chosen: bool = True,
        timings: Timings | None = None,
        ascii_only: bool = False,
        unsaved: bool = False,
    ) -> None:
        super().__init__(clock=clock, timings=timings or Timings(), ascii_only=ascii_only)
        self.work = work
        self.practice = practice
        self.threads = OneThread()
        self.is_open = False
        self.opened: Opened | None = None
        self.unsaved = unsaved
        self._warned_about: Page | None = None
        self._language_chosen = language_chosen
        self._leaving = False

    def on_mount(self) -> None:
        """Unlock what is there, or begin with the language."""
        super().on_mount()
        if self.practice is not None and self.practice.open_at_once:
            self.push_screen(OpeningScreen())
        elif self.work.vault_exists():
            self.push_screen(UnlockScreen())
        elif self._language_chosen:
            self.push_screen(WelcomeScreen())
        else:
            self.push_screen(LanguageScreen())

    def on_unmount(self) -> None:
        """Whatever way it ended: the vault is locked and its thread is gone."""
        self.threads.stop_running()
        self.threads.end_with(self.work.lock)

    def title_tag(self) -> str:
        """PRACTICE, in practice."""
        return _("PRACTICE") if self.practice is not None else ""

    # --- work -------------------------------------------------------------------------------------

    async def ask(self, work: Callable[[], Result]) -> Result | None:
        """Do ``work`` on the vault's thread; an error is explained on the page, and gives ``None``."""
        try:
            return await self.threads.call(work)
        except errors.FieldlogError as error:
            self.explain(error)
            return None

    async def did(self, work: Callable[[], object], job: Job | None = None) -> bool:
        """As ``ask``, for work without a result: whether it worked. ``job`` shows how far it is."""
        try:
            if job is None:
                await self.threads.call(work)
            else:
                await self.threads.run(job, work)
        except errors.FieldlogError as error:
            self.explain(error)
            return False
        return True

    def explain(self, error: errors.FieldlogError) -> None:
        """Two sentences on the page: what happened, what to do now."""
        if self.page is not None and not self._leaving:
            said = explain(error)
            self.page.complain(f"{said.what} {said.advice}")

    # --- after unlock -------------------------------------------------------------------------------

    async def show_vault(self, opened: Opened | None) -> None:
        """The vault is open: go to where the person was, or to the list."""
        self.is_open = True
        self.unsaved = False
        self.opened = opened
        await self._take_settings()
        place = await self.ask(self.work.interrupted)
        first_form = await self.ask(self.work.is_first_form)
        self.show_alone(HomeScreen())
        if place is not None:
            self.push_screen(CaptureScreen(code=place.code, place=place))
        elif first_form:
            self.push_screen(UpgradeScreen())

    def show_alone(self, page: Page) -> None:
        """Show ``page`` and nothing under it: what led here may hold words that were shown or typed."""
        while len(self.screen_stack) > 2:
            self.pop_screen()
        self.switch_screen(page)

    def bin_news(self) -> int:
        """How many incidents the bin let go of at this unlock, once."""
        opened = self.opened
        if opened is None or not opened.erased:
            return 0
        self.opened = replace(opened, erased=0)
        return opened.erased

    async def _take_settings(self) -> None:
        language = await self.ask(lambda: self.work.setting(_LANGUAGE_SETTING))
        if self._language_chosen or language not in LANGUAGES:
            await self.did(lambda: self.work.remember(_LANGUAGE_SETTING, current_language()))
        else:
            set_language(language)
        theme = await self.ask(lambda: self.work.setting(_THEME_SETTING))
        if theme in TITLES:
            self.theme = theme

    def next_language(self) -> None:
        """The language after this one; the page draws itself again."""
        self._language_chosen = True
        set_language(LANGUAGES[(LANGUAGES.index(current_language()) + 1) % len(LANGUAGES)])

    def language_was_chosen(self) -> None:
        """Keep it in the vault once that is open."""
        self._language_chosen = True

    # --- commands of every screen -------------------------------------------------------------------

    def can_lock(self) -> bool:
        """Everything but the screens before a vault shows something worth locking."""
        return self.page is not None and self.page.SECRET and not self._leaving

    def is_at_work(self) -> bool:
        """A backup of many gigabytes is not undone because nobody presses a key; F9 locks at any time."""
        return self.threads.is_running and isinstance(self.screen, LongWorkScreen | WritingScreen)

    @property
    def is_leaving(self) -> bool:
        """Whether the vault is being locked: nothing may be shown any more."""
        return self._leaving

    async def action_lock(self) -> None:
        """F9: nothing is asked, nothing is lost, and this process image ends."""
        if self.can_lock():
            await self._leave(Lock(current_language()), key="F9")

    async def lock_by_itself(self) -> None:
        """Nobody is there: it locks even if words could not be saved; the unlock screen says so."""
        if self.can_lock():
            await self._leave(Lock(current_language()))

    async def action_panic_quit(self) -> None:
        """F12."""
        await self._leave(Panic())

    async def action_leave_app(self) -> None:
        """Ctrl+Q and the menu."""
        await self._leave(Quit(), key="Ctrl+Q")

    async def end_by_signal(self, number: int) -> None:
        """The window was closed."""
        await self._leave(Ended(number))

    async def _leave(self, ending: Outcome, *, key: str = "") -> None:
        """Blank the screen first, then keep the draft, then lock.

        With ``key``, the one that was pressed, it stays open once if the last words cannot be saved.
        """
        if self._leaving:
            return
        page = self.page
        self._leaving = True
        self.threads.stop_running()
        kept = page.keep_for_return() if isinstance(page, CaptureScreen) and self.is_open else None
        self.push_screen(BlankScreen())
        if kept is not None:
            try:
                await kept
            except errors.FieldlogError as error:
                if key and self._warned_about is not page:
                    self._stay(page, error, key=key)
                    return
                if isinstance(ending, Lock):
                    ending = replace(ending, unsaved=True)
        await self.did(self.work.lock)
        self.is_open = False
        self.exit(ending, return_code=128 + ending.signal if isinstance(ending, Ended) else 0)

    def _stay(self, page: Page | None, error: errors.FieldlogError, *, key: str) -> None:
        """Show the page again, with its text, and say what can be done."""
        self._warned_about = page
        self._leaving = False
        self.pop_screen()
        if page is not None:
            said = _("Not saved: {problem} {key} again leaves without the last words.")
            page.complain(said.format(problem=explain(error).what, key=key))

    def offers_here(self) -> Sequence[Command]:
        """Everything that can be done on the page on top."""
        here = [c for c in self.page.offers() if c.name != "menu"] if self.page is not None else []
        return (*here, *EVERYWHERE)

    def action_menu(self) -> None:
        """Esc on the first screens, and Ctrl+P on every screen: everything by its name."""
        if isinstance(self.screen, PickBox):
            return
        self.close_dialogs()
        commands = {command.name: command for command in self.offers_here()}
        options = [(name, one.title_text, one.all_keys_label) for name, one in commands.items()]

        async def do_chosen(name: str | None) -> None:
            if name is not None:
                await self.do(commands[name])

        self.push_screen(PickBox(title=_("What you can do here"), options=options), do_chosen)

    action_palette = action_menu

    def action_help(self) -> None:
        """F1: the field, then the screen, then its keys."""
        page = self.page
        if page is None or isinstance(self.screen, HelpBox):
            return
        focused: Any = self.screen.focused
        self.push_screen(
            HelpBox(
                field=getattr(focused, "helps", ""),
                screen=page.HELP,
                commands=self.offers_here(),
            )
        )

    async def action_colours(self) -> None:
        """The next colours, kept in the vault."""
        names = list(TITLES)
        here = names.index(self.theme) if self.theme in names else 0
        self.theme = names[(here + 1) % len(names)]
        if self.is_open:
            await self.did(lambda: self.work.remember(_THEME_SETTING, self.theme))

    def back_to_list(self) -> None:
        """Close what lies over the list."""
        while len(self.screen_stack) > 1 and not isinstance(self.screen, HomeScreen):
            self.pop_screen()

    async def leave_for(self, ending: Outcome) -> None:
        """Lock and end with ``ending``."""
        await self._leave(ending)

    def practice_folder(self) -> Path | None:
        """Where the practice card lies, in practice."""
        return None if self.practice is None else self.practice.folder

    def practice_code(self) -> str:
        """The practice organisation's check code, in practice."""
        return "" if self.practice is None else self.practice.check_code
