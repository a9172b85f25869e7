"""One of many, as a list with a filter: answers of a field, and the menu of commands.

Answers carry the digit that chooses them, as in their field; in the menu a command's own key does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from textual import on
from textual.actions import SkipAction
from textual.binding import Binding
from textual.widget import Widget

from fieldlog.i18n.catalog import translate as _
from fieldlog.model.fold import fold
from fieldlog.tui.field.commands import ALL, CLOSE, TAKE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, key_label
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.rows import Column, Row, RowList

_FILTER_FROM: Final = 10
"""Answers from which a field to filter them is worth its line."""

_DIGITS: Final = 9

_COMMAND_KEYS: Final = tuple(
    sorted({key for one in ALL for key in one.keys if key[0] == "f" or key.startswith("ctrl+")})
)
"""Keys that do their command at once in the menu that lists it."""


class PickBox(Box):
    """Returns the code that was chosen."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("enter", "take", show=False, priority=True),
        *(Binding(digit, f"digit({digit})", show=False) for digit in "123456789"),
        *(Binding(key, f"key_of('{key}')", show=False, priority=True) for key in _COMMAND_KEYS),
    ]

    def __init__(self, *, title: str, options: Sequence[tuple[str, ...]], value: str = "") -> None:
        """``options`` are code, label and, where it says more, what stands at the right."""
        super().__init__()
        self._title = title
        self._options = tuple(options)
        self._chosen = value
        self._numbered = all(len(option) == 2 for option in options)

    def heading(self) -> str:
        """The question."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The list, with a filter when it is long."""
        if len(self._options) >= _FILTER_FROM:
            yield LineInput(id="filter", placeholder=_("type a part of a name"))
        asides = max((len(option[2]) for option in self._options if len(option) > 2), default=0)
        columns = [Column(heading="", width=30, share=1)]
        if self._numbered:
            columns.insert(0, Column(heading="", width=1))
        yield RowList(
            [*columns, *([Column(heading="", width=asides)] if asides else [])], heading=False, classes="menu"
        )

    def on_mount(self) -> None:
        """Fill the list and stand on what is chosen now."""
        self._fill("")
        self.query_one(RowList).put_cursor(self._chosen)

    @on(LineInput.Changed)
    def _filter(self, message: LineInput.Changed) -> None:
        message.stop()
        typed = message.value.strip()
        if self._numbered and typed in tuple("123456789"):
            self.action_digit(int(typed))
        else:
            self._fill(message.value)

    def _fill(self, wanted: str) -> None:
        self.query_one(RowList).fill(
            [
                Row(key=code, cells=(self._digit(place), *cells) if self._numbered else tuple(cells))
                for place, (code, *cells) in enumerate(self._options, 1)
                if fold(wanted) in fold(cells[0])
            ],
            empty=_("Nothing like this."),
        )

    def action_step(self, by: int) -> None:
        """Move in the list while the cursor stays in the field."""
        self.query_one(RowList).action_step(by)

    def action_take(self) -> None:
        """Return the code under the cursor."""
        key = self.query_one(RowList).cursor_key
        if key:
            self.dismiss(key)

    def _digit(self, place: int) -> str:
        return str(place) if place <= _DIGITS else ""

    def action_digit(self, digit: int) -> None:
        """Return the answer with this digit, if there is one."""
        if self._numbered and digit <= len(self._options):
            self.dismiss(self._options[digit - 1][0])

    def action_key_of(self, key: str) -> None:
        """Return the command this key belongs to.

        Raises:
            SkipAction: no command of this menu has it.
        """
        label = key_label(key)
        for code, *cells in self._options:
            if label in cells[-1].split(", ") and not self._numbered:
                self.dismiss(code)
                return
        raise SkipAction

    @on(RowList.Chosen)
    def _taken(self) -> None:
        self.action_take()
