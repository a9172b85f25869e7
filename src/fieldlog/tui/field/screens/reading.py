"""A page to read: the arrows move its text, whatever has the focus."""

from __future__ import annotations

from typing import Any, Final

from textual.binding import Binding
from textual.containers import VerticalScroll

from fieldlog.tui.field.screens.base import ReporterPage

SCROLLING: Final[list[Any]] = [
    Binding("up", "move_text(-1)", show=False),
    Binding("down", "move_text(1)", show=False),
    Binding("pageup", "move_text(-8)", show=False),
    Binding("pagedown", "move_text(8)", show=False),
]
"""For the bindings of such a page."""


class ReadingPage(ReporterPage):
    """Its text is in a ``VerticalScroll`` named ``text``; what is to be typed below stays in sight."""

    def action_move_text(self, lines: int) -> None:
        """Up and Down, PgUp and PgDn."""
        self.query_one("#text", VerticalScroll).scroll_relative(y=lines, animate=False)
