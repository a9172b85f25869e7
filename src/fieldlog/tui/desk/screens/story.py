"""One received incident, as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import events
from textual.containers import VerticalScroll
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.tui.desk.commands import BACK
from fieldlog.tui.desk.received import Story
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.page import Page
from fieldlog.tui.kit.widgets import Note


class StoryPage(Page):
    """The incident's own words and facts; nothing here can be changed."""

    OFFERS: ClassVar[tuple[Command, ...]] = (BACK,)
    HELP = N_("The incident as it was received. It cannot be edited. Arrows and PgDn move through it.")
    BINDINGS: ClassVar[list[Any]] = bindings((BACK,))

    def __init__(self, story: Story) -> None:
        super().__init__()
        self._story = story

    def heading(self) -> str:
        """The incident's code."""
        return self._story.code

    def body(self) -> Iterable[Widget]:
        """The text."""
        with VerticalScroll(id="story", can_focus=True):
            yield Note(id="story-text")

    def on_mount(self) -> None:
        """Arrows scroll at once."""
        self.query_one("#story").focus()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the text out for the columns there are now."""
        super().on_resize(event)
        # The body keeps two columns on each side, the scroll bar one.
        self.query_one("#story-text", Note).say(self._story.text(event.size.width - 5))

    def action_back(self) -> None:
        """Esc."""
        self.app.pop_screen()
