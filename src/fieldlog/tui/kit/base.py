"""The app every Fieldlog screen runs in: Textual with its leaks closed.

What it promises (ui.md recipes 2.1 to 2.5, security.md 5.1): a crash shows no value of a variable; no
screenshot, no OSC 52, no command palette of Textual's; Ctrl works on Cyrillic layouts; a closed window
or a logout keeps the draft; after some minutes without a key it locks itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.driver import Driver
from textual.reactive import reactive
from textual.screen import Screen

from fieldlog.i18n.catalog import translate as _
from fieldlog.system.clock import Clock
from fieldlog.tui.kit import crash
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.layouts import latin_key
from fieldlog.tui.kit.output import GONE_SECONDS, steady
from fieldlog.tui.kit.page import Dialog, Page
from fieldlog.tui.kit.themes import THEMES

Ending = TypeVar("Ending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds. Tests pass small ones; people never set them.

    Args:
        autosave_after: after the last key.
        autosave_every: while keys keep coming.
        idle_lock: without a key or click.
        blur_lock: without a key or click while another window has the focus.
        warn_before: how long before a lock the notice comes.
    """

    autosave_after: float = 1.0
    autosave_every: float = 5.0
    idle_lock: float = 300.0
    blur_lock: float = 60.0
    warn_before: float = 30.0


class ScreenshotRefused(RuntimeError):
    """Something asked for a picture of the screen, which is readable text; there is no way to get one."""


class KitApp(App[Ending], Generic[Ending], inherit_bindings=False):
    """Textual's app without what would leak, with what must survive."""

    CSS_PATH = str(Path(__file__).with_name("kit.tcss"))
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False  # selecting with the mouse copies; terminals select with Shift on their own
    BINDINGS: ClassVar[list[Any]] = [
        # First, so that a letter typed right behind Tab cannot land in the field that was left.
        Binding("tab", "focus_next", show=False, priority=True),
        Binding("shift+tab", "focus_previous", show=False, priority=True),
    ]

    locked_soon: reactive[bool] = reactive(default=False, init=False)

    def __init__(self, *, clock: Clock, timings: Timings, ascii_only: bool = False) -> None:
        super().__init__()
        self.clock = clock
        self.timings = timings
        self.ascii_only = ascii_only
        self.animation_level = "none"
        self.ended_by_signal = 0
        self._crashes: list[str] = []
        self._last_key = clock.monotonic()
        self._away = False
        self._begun = False
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    # --- what the reporter's app fills in ---------------------------------------------------------

    def title_tag(self) -> str:
        """What stands before every title, marked; nothing outside practice."""
        return ""

    def can_lock(self) -> bool:
        """Whether there is something open that a lock would close."""
        return False

    def is_at_work(self) -> bool:
        """Whether long work is shown, and nothing else, which a lock would undo."""
        return False

    async def action_lock(self) -> None:
        """Lock now."""

    async def lock_by_itself(self) -> None:
        """Lock because nobody pressed a key for a while."""

    async def keep_everything(self) -> None:
        """Save what is being typed."""

    async def end_by_signal(self, number: int) -> None:
        """The window was closed or the session ended: keep the draft and leave."""

    def get_driver_class(self) -> type[Driver]:
        """Textual's for this system, which outlives its terminal until the vault is locked."""
        return steady(super().get_driver_class())

    # --- no values in a crash ---------------------------------------------------------------------

    def _fatal_error(self) -> None:
        kind, _error, trace = sys.exc_info()
        self._crashes.append(crash.crash_text(kind, trace))
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """End without showing what Textual would show: it renders exceptions with their texts."""
        kind, _error, trace = sys.exc_info()
        self._crashes.append(crash.crash_text(kind, trace))
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._crashes:
            crash.say(self._crashes[0])
        self._exit_renderables.clear()
        self._crashes.clear()

    # --- no way out for the screen's text ---------------------------------------------------------

    def copy_to_clipboard(self, text: str) -> None:
        """Keep it inside Fieldlog: OSC 52 would hand it to the system's and to tmux's clipboard."""
        self._clipboard = text

    def export_screenshot(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refused."""
        raise ScreenshotRefused

    def save_screenshot(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refused."""
        raise ScreenshotRefused

    def deliver_screenshot(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refused."""
        raise ScreenshotRefused

    def action_screenshot(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Refused."""
        raise ScreenshotRefused

    # --- keys -------------------------------------------------------------------------------------

    async def on_event(self, event: events.Event) -> None:
        """Name Ctrl keys as on a Latin layout; remember when somebody was last here."""
        if isinstance(event, events.Key):
            latin = latin_key(event.key)
            if latin != event.key:
                event.key = latin
                event.character = None
        if isinstance(event, events.Key | events.MouseDown | events.MouseScrollDown | events.Paste):
            self._last_key = self.clock.monotonic()
            if self.locked_soon:
                self.locked_soon = False
        elif isinstance(event, events.AppBlur):
            self._away = True
        elif isinstance(event, events.AppFocus):
            self._away = False
            self._last_key = self.clock.monotonic()
        await super().on_event(event)

    async def do(self, command: Command) -> None:
        """Do what a command's key does: the page's action, or else the app's."""
        if hasattr(self.screen, f"action_{command.name}"):
            await self.screen.run_action(command.name)
        else:
            await self.run_action(command.name)

    # --- time -------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Handlers that must exist before the first screen."""
        if self._begun:
            return  # Textual calls this for the base class as well as through ``super``
        self._begun = True
        self.set_class(self.ascii_only, "-ascii")
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(crash.on_loop_exception)
        if os.name == "posix" and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._signalled, number)
        self.set_interval(1.0, self.look_at_the_clock)

    def _signalled(self, number: int) -> None:
        if not (self.ended_by_signal or self.is_headless):
            self._end_at_the_latest(int(number))
        self.ended_by_signal = int(number)
        self.run_worker(self.end_by_signal(int(number)), exit_on_error=False)

    def _end_at_the_latest(self, number: int) -> None:
        # As a kill would: every save is durable, and the next unlock says that nobody locked it.
        last = threading.Timer(GONE_SECONDS, os._exit, (128 + number,))
        last.daemon = True
        last.start()

    async def look_at_the_clock(self) -> None:
        """Warn, then lock, when nobody has pressed a key for long. Nothing counts down on the screen."""
        if not self.can_lock() or self.is_at_work():
            self._last_key = self.clock.monotonic()
            return
        allowed = self.timings.blur_lock if self._away else self.timings.idle_lock
        idle = self.clock.monotonic() - self._last_key
        if idle >= allowed:
            await self.lock_by_itself()
        elif idle >= allowed - self.timings.warn_before and not self.locked_soon:
            self.locked_soon = True

    def watch_locked_soon(self, soon: bool) -> None:  # noqa: FBT001 - Textual calls it
        """Say it once, on the page that is shown."""
        page = self.page
        if page is None:
            return
        if soon:
            page.say(_("Fieldlog locks itself in 30 seconds. Press any key to stay."), undo=True)
        else:
            page.show_hint()

    @property
    def page(self) -> Page | None:
        """The page on top, below any dialog."""
        stack: list[Screen[Any]] = list(self.screen_stack)
        for screen in reversed(stack):
            if isinstance(screen, Page):
                return screen
        return None

    def close_dialogs(self) -> None:
        """Take away what lies over the page."""
        while isinstance(self.screen, Dialog):
            self.screen.dismiss(None)
