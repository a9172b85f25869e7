"""A list that draws only what is on the screen: quick with any page, readable without colour.

The cursor row begins with ``>`` (ui.md finding 9); states are letters in the cells.
At most ``PAGE_ROWS`` rows are held; whoever fills the list pages and searches (finding 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fieldlog.tui.kit.text import fit

PAGE_ROWS: Final = 200
"""Rows on one page (ui.md finding 6)."""

_MARK: Final = "> "
_NO_MARK: Final = "  "
_GAP: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its heading, least width in cells, and its share of what is left over.

    Before anything is shared out, a column grows up to ``most`` as far as its cells need it.
    A column with ``hide_below`` is left out while the list is narrower than that.
    """

    heading: str
    width: int
    most: int = 0
    share: int = 0
    hide_below: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row; ``key`` is what messages carry and is never shown."""

    key: str
    cells: tuple[str, ...]
    dim: bool = False


class RowList(Widget, can_focus=True):
    """Rows, one of them under the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rowlist--heading",
        "rowlist--row",
        "rowlist--cursor",
        "rowlist--dim",
        "rowlist--empty",
    }

    class Moved(Message):
        """The cursor stands on another row; ``key`` is empty when there is none."""

        def __init__(self, rows: RowList, key: str) -> None:
            self.rows = rows
            self.key = key
            super().__init__()

    class Chosen(Message):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, rows: RowList, key: str) -> None:
            self.rows = rows
            self.key = key
            super().__init__()

    class Ticked(Message):
        """Space on a row."""

        def __init__(self, rows: RowList, key: str) -> None:
            self.rows = rows
            self.key = key
            super().__init__()

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        helps: str = "",
        empty: str = "",
        heading: bool = True,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.helps = helps
        self._columns = tuple(columns)
        self._heading = heading
        self._rows: tuple[Row, ...] = ()
        self._widest: tuple[int, ...] = (0,) * len(self._columns)
        self._empty = empty
        self._cursor = 0
        self._top = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in it."""
        return self._rows

    @property
    def cursor_key(self) -> str:
        """Key of the row under the cursor, empty when the list is."""
        return self._rows[self._cursor].key if self._rows else ""

    def fill(self, rows: Sequence[Row], *, empty: str | None = None) -> None:
        """Show ``rows``; the cursor stays on its key, or near where it was."""
        before = self.cursor_key
        self._rows = tuple(rows[:PAGE_ROWS])
        self._widest = tuple(
            max((cell_len(row.cells[place]) for row in self._rows if place < len(row.cells)), default=0)
            for place in range(len(self._columns))
        )
        if empty is not None:
            self._empty = empty
        keys = [row.key for row in self._rows]
        self._cursor = keys.index(before) if before in keys else min(self._cursor, max(0, len(keys) - 1))
        self._scroll()
        self.refresh(layout=True)
        if self.cursor_key != before:
            self.post_message(self.Moved(self, self.cursor_key))

    def put_cursor(self, key: str) -> None:
        """Move to the row with ``key``, if it is here."""
        for place, row in enumerate(self._rows):
            if row.key == key:
                self._go(place)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As many lines as rows, for ``height: auto``."""
        return max(1, len(self._rows)) + self._first_line()

    def on_key(self, event: events.Key) -> None:
        """Its own keys, handled here and in order: a binding would look for whoever has the focus by then."""
        moves = {
            "up": lambda: self.action_step(-1),
            "down": lambda: self.action_step(1),
            "pageup": lambda: self.action_leap(-1),
            "pagedown": lambda: self.action_leap(1),
            "home": lambda: self.action_edge(0),
            "end": lambda: self.action_edge(1),
            "enter": self.action_choose,
            "space": self.action_tick,
        }
        move = moves.get(event.key)
        if move is not None:
            event.stop()
            move()

    def action_step(self, by: int) -> None:
        """Up or down."""
        self._go(self._cursor + by)

    def action_leap(self, by: int) -> None:
        """A screenful up or down."""
        self._go(self._cursor + by * max(1, self._lines() - 1))

    def action_edge(self, end: int) -> None:
        """First or last row."""
        self._go(len(self._rows) - 1 if end else 0)

    def action_choose(self) -> None:
        """Enter."""
        if self._rows:
            self.post_message(self.Chosen(self, self.cursor_key))

    def action_tick(self) -> None:
        """Space."""
        if self._rows:
            self.post_message(self.Ticked(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor; on the row under it, it chooses."""
        place = event.y - self._first_line() + self._top
        if not 0 <= place < len(self._rows) or event.y < self._first_line():
            return
        if place == self._cursor:
            self.action_choose()
        else:
            self._go(place)

    def on_mouse_scroll_down(self) -> None:
        """The wheel moves the cursor."""
        self._go(self._cursor + 1)

    def on_mouse_scroll_up(self) -> None:
        """The wheel moves the cursor."""
        self._go(self._cursor - 1)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._scroll()

    def _go(self, place: int) -> None:
        place = max(0, min(place, len(self._rows) - 1))
        if self._rows and place != self._cursor:
            self._cursor = place
            self._scroll()
            self.refresh()
            self.post_message(self.Moved(self, self.cursor_key))

    def _first_line(self) -> int:
        return 1 if self._heading else 0

    def _lines(self) -> int:
        return max(1, self.size.height - self._first_line())

    def _scroll(self) -> None:
        lines = self._lines()
        if self._cursor < self._top:
            self._top = self._cursor
        elif self._cursor >= self._top + lines:
            self._top = self._cursor - lines + 1
        self._top = max(0, min(self._top, len(self._rows) - lines))

    def _widths(self) -> list[int]:
        room = self.size.width
        shown = [0 if room < column.hide_below else column.width for column in self._columns]
        used = len(_MARK) + sum(width + _GAP for width in shown if width) - _GAP
        spare = max(0, room - used)
        for place, (column, widest) in enumerate(zip(self._columns, self._widest, strict=True)):
            if shown[place]:
                grown = max(0, min(spare, column.most - column.width, widest - column.width))
                shown[place] += grown
                spare -= grown
        shares = sum(column.share for column, width in zip(self._columns, shown, strict=True) if width)
        for place, column in enumerate(self._columns):
            if column.share and shown[place]:
                part = spare * column.share // shares
                shown[place] += part
                spare -= part
                shares -= column.share
        return shown

    def _line(self, cells: Sequence[str]) -> str:
        pairs = zip(cells, self._widths(), strict=False)
        return (" " * _GAP).join(fit(cell, width) for cell, width in pairs if width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines that are asked for; the cursor is in sight whatever happened to the size."""
        self._scroll()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line: the heading, a row, or the empty text."""
        width = self.size.width
        style, text = self._what_stands_at(y)
        rich_style = self.get_component_rich_style(style)
        return Strip([Segment(set_cell_size(text, width), rich_style)]).adjust_cell_length(width, rich_style)

    def _what_stands_at(self, y: int) -> tuple[str, str]:
        if self._heading and y == 0:
            headings = self._line([column.heading for column in self._columns]) if self._rows else ""
            return "rowlist--heading", _NO_MARK + headings
        place = y - self._first_line() + self._top
        if not self._rows:
            lines = self._empty.splitlines()
            line = y - self._first_line()
            return "rowlist--empty", _NO_MARK + (
                fit(lines[line], max(3, self.size.width - 2)) if line < len(lines) else ""
            )
        if place >= len(self._rows):
            return "rowlist--row", ""
        row = self._rows[place]
        if place == self._cursor:
            # Without focus the mark stays and the bar goes: one sees where one was.
            return ("rowlist--cursor" if self.has_focus else "rowlist--row"), _MARK + self._line(row.cells)
        return ("rowlist--dim" if row.dim else "rowlist--row"), _NO_MARK + self._line(row.cells)
