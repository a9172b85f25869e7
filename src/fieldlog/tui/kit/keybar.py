"""The bottom line: the keys that matter here, never more than fit (ui.md finding 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from fieldlog.tui.kit.commands import FOOTER_ITEMS, Command
from fieldlog.tui.kit.text import one_line


def fitting(commands: Sequence[Command], width: int) -> tuple[Command, ...]:
    """The commands of the key bar that fit ``width``; the last (Esc) and those that ``stay`` go last."""
    items = [command for command in commands if command.in_footer][:FOOTER_ITEMS]
    while needed(items) > width:
        dropped = next((command for command in reversed(items[:-1]) if not command.stays), None)
        if dropped is None:
            break
        items.remove(dropped)
    return tuple(items)


def needed(commands: Sequence[Command]) -> int:
    """Cells the commands take: a blank before, between and after them."""
    return 1 + sum(cell_len(command.key_label) + cell_len(command.short_text) + 2 for command in commands)


class KeyBar(Widget):
    """One row of keys; a click does what the key does."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"keybar--key", "keybar--word"}
    can_focus = False

    class Clicked(Message):
        """Somebody clicked on a command."""

        def __init__(self, command: Command) -> None:
            self.command = command
            super().__init__()

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = tuple(commands)

    def offer(self, commands: Sequence[Command]) -> None:
        """Show other commands."""
        self._commands = tuple(commands)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The keys, spread out a little where there is room."""
        base = self.rich_style
        if y:
            return Strip.blank(self.size.width, base)
        key_style = self.get_component_rich_style("keybar--key")
        word_style = self.get_component_rich_style("keybar--word")
        items = fitting(self._commands, self.size.width)
        gap = " " * self._gap(items)
        segments = [Segment(" ", base)]
        for command in items:
            segments.append(Segment(command.key_label, key_style))
            segments.append(Segment(" " + one_line(command.short_text), word_style))
            segments.append(Segment(gap, base))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _gap(self, items: Sequence[Command]) -> int:
        spare = self.size.width - needed(items)
        return 1 + max(0, min(2, spare // max(1, len(items))))

    def on_click(self, event: events.Click) -> None:
        """Find the command under the pointer."""
        items = fitting(self._commands, self.size.width)
        left = 1
        gap = self._gap(items)
        for command in items:
            right = left + cell_len(command.key_label) + 1 + cell_len(command.short_text)
            if left <= event.x < right:
                self.post_message(self.Clicked(command))
                return
            left = right + gap
