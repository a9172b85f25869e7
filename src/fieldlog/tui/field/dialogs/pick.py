"""One of many, as a list with a filter: answers of a field, and the menu of commands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.widget import Widget

from fieldlog.i18n.catalog import translate as _
from fieldlog.model.fold import fold
from fieldlog.tui.field.commands import CLOSE, TAKE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.rows import Column, Row, RowList

_FILTER_FROM = 10
"""Answers from which a field to filter them is worth its line."""


class PickBox(Box):
    """Returns the code that was chosen."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("enter", "take", show=False, priority=True),
    ]

    def __init__(self, *, title: str, options: Sequence[tuple[str, ...]], value: str = "") -> None:
        """``options`` are code, label and, where it says more, what stands at the right."""
        super().__init__()
        self._title = title
        self._options = tuple(options)
        self._chosen = value

    def heading(self) -> str:
        """The question."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The list, with a filter when it is long."""
        if len(self._options) >= _FILTER_FROM:
            yield LineInput(id="filter", placeholder=_("type a part of a name"))
        asides = max((len(option[2]) for option in self._options if len(option) > 2), default=0)
        columns = [Column(heading="", width=30, share=1)]
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
        self._fill(message.value)

    def _fill(self, wanted: str) -> None:
        self.query_one(RowList).fill(
            [
                Row(key=code, cells=tuple(cells))
                for code, *cells in self._options
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

    @on(RowList.Chosen)
    def _taken(self) -> None:
        self.action_take()
