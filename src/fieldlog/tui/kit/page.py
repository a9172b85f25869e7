"""The frame of every screen: title, body, one line that says what to do, and the keys.

Below 60x18 a plain message covers everything until the window is larger; what was typed stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget

from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.inputs import PasteNothing
from fieldlog.tui.kit.keybar import KeyBar
from fieldlog.tui.kit.rows import RowList
from fieldlog.tui.kit.widgets import Note

if TYPE_CHECKING:
    from fieldlog.tui.kit.base import KitApp

_KEYS_SECONDS: Final = 1.0
"""A lock waits so long at most for keys that were typed before it; usually it is a millisecond."""

SMALLEST: Final = (60, 18)
"""Columns and rows below which nothing useful fits (ui.md 3.4)."""

_BOX_FRAME: Final = 6
"""Lines of a dialog that are not its body: border, title, keys, and a line of the page above and below."""

_BOX_ROWS: Final = 14
"""Rows of a list in a dialog; more would hide the page it belongs to."""

NOTICE_SECONDS: Final = 5.0
"""How long a notice stays; an error stays until a key (ui.md 3.4)."""


class Page(Screen[Any]):
    """A full screen. Subclasses give ``heading``, ``body`` and ``OFFERS``."""

    OFFERS: ClassVar[tuple[Command, ...]] = ()
    """What one can do here, in the order of the key bar and the menu."""

    HELP: ClassVar[str] = ""
    """What this screen is for; English, marked for translation. Shown by F1."""

    SECRET: ClassVar[bool] = True
    """Whether it shows something that a lock must hide."""

    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self._notice_timer: Timer | None = None
        self._error_stays = False
        self._undo_offered = False

    @property
    def kit(self) -> KitApp[Any]:
        """The app, as the kit knows it."""
        return cast("KitApp[Any]", self.app)

    def heading(self) -> str:
        """The title in the chosen language."""
        raise AssertionError("a page has a heading")  # pragma: no cover

    def body(self) -> Iterable[Widget]:
        """The widgets of the screen."""
        raise AssertionError("a page has a body")  # pragma: no cover

    def offers(self) -> Sequence[Command]:
        """The commands that make sense now."""
        return self.OFFERS

    def compose(self) -> ComposeResult:
        """Title, body, hint, keys, and the cover for a small window."""
        with Horizontal(id="titles"):
            tag = self.kit.title_tag()
            yield Note(tag, id="practice", classes="-on" if tag else None)
            yield Note(self.heading(), id="title")
        with Vertical(id="body"):
            yield from self.body()
        yield Note(id="hint")
        yield KeyBar(self.offers())
        yield Note(
            _(
                "This window is too small for Fieldlog.\n"
                "Make it at least 60 columns wide and 18 rows high.\n"
                "Nothing is lost."
            ),
            id="too-small",
        )

    def retitle(self) -> None:
        """Draw the title again."""
        self.query_one("#title", Note).say(self.heading())

    def reoffer(self) -> None:
        """Draw the key bar again."""
        self.query_one(KeyBar).offer(self.offers())

    # --- the hint line ---------------------------------------------------------------------------

    def say(self, text: str, *, undo: bool = False) -> None:
        """A notice of a few seconds in the hint line. ``undo`` keeps it until it is taken up."""
        self._end_notice()
        self._put_hint(text, "-notice")
        if not undo:
            self._notice_timer = self.set_timer(NOTICE_SECONDS, self.show_hint)
        self._undo_offered = undo

    def complain(self, text: str) -> None:
        """An error in the hint line; it stays until a key is pressed."""
        self._end_notice()
        self._error_stays = True
        self._put_hint("! " + text, "-error")
        self.app.bell()

    def show_hint(self) -> None:
        """What the focused field is for."""
        self._end_notice()
        helps = getattr(self.focused, "helps", "") if self.focused else ""
        self._put_hint(translate(helps).split("\n", 1)[0] if helps else "", "-plain")

    def show_hint_again(self) -> None:
        """Draw the hint anew unless a notice or an error stands there."""
        if not self._error_stays and self._notice_timer is None and not self._undo_offered:
            self.show_hint()

    def put_hint(self, text: str) -> None:
        """Show ``text`` where the hint of the field stands, until the next one."""
        self._put_hint(text, "-plain")

    def _put_hint(self, text: str, look: str) -> None:
        for hint in self.query("#hint").results(Note):  # none when the page is gone already
            hint.set_classes([look])
            hint.say(text)

    def _end_notice(self) -> None:
        self._error_stays = False
        self._undo_offered = False
        if self._notice_timer is not None:
            self._notice_timer.stop()
            self._notice_timer = None

    def on_descendant_focus(self) -> None:
        """Another field: its hint, unless something more important stands there."""
        self.show_hint_again()

    def on_key(self, _event: events.Key) -> None:
        """A key takes an error away."""
        if self._error_stays:
            self.show_hint()

    async def take_waiting_keys(self) -> None:
        """Let the focused field take the keys it was sent: a key of the app overtakes those before it."""
        if self.focused is not None:
            taken = asyncio.Event()
            self.focused.call_later(taken.set)
            with suppress(TimeoutError):
                await asyncio.wait_for(taken.wait(), _KEYS_SECONDS)

    @on(PasteNothing)
    def _say_how_to_paste(self) -> None:
        self.say(_("To paste from another program: Ctrl+Shift+V or Shift+Insert."))

    # --- frame ------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Cover everything in a window that is too small."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        self.set_class(small, "-too-small")
        self.set_class(event.size.height < 24, "-short")
        self.set_class(event.size.width < 80, "-narrow")

    async def on_key_bar_clicked(self, message: KeyBar.Clicked) -> None:
        """A click in the key bar does what the key does."""
        message.stop()
        await self.kit.do(message.command)


class Dialog(ModalScreen[Any]):
    """A box over a page, typed by what it returns. Esc returns ``None``."""

    OFFERS: ClassVar[tuple[Command, ...]] = ()
    AUTO_FOCUS = "*"

    @property
    def kit(self) -> KitApp[Any]:
        """The app, as the kit knows it."""
        return cast("KitApp[Any]", self.app)

    def heading(self) -> str:
        """The title in the chosen language."""
        raise AssertionError("a dialog has a heading")  # pragma: no cover

    def body(self) -> Iterable[Widget]:
        """The widgets of the box."""
        raise AssertionError("a dialog has a body")  # pragma: no cover

    def offers(self) -> Sequence[Command]:
        """The commands that make sense now."""
        return self.OFFERS

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        with Vertical(id="box"):
            yield Note(self.heading(), id="box-title")
            with Vertical(id="box-body"):
                yield from self.body()
            yield KeyBar(self.offers())

    async def on_key_bar_clicked(self, message: KeyBar.Clicked) -> None:
        """A click in the key bar does what the key does."""
        message.stop()
        await self.kit.do(message.command)

    def on_resize(self, event: events.Resize) -> None:
        """The body scrolls where the window is low; title and keys stay in sight."""
        room = max(3, event.size.height - _BOX_FRAME)
        self.query_one("#box-body").styles.max_height = room
        for rows in self.query(RowList):
            rows.styles.max_height = max(2, min(_BOX_ROWS, room - 1))

    def action_leave(self) -> None:
        """Esc: close without an answer."""
        self.dismiss(None)
