"""A question whose safe answer is the default: Enter and Esc both mean no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, CONFIRM
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note, PushButton


class ConfirmBox(Box):
    """Returns ``True`` for yes."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CONFIRM, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((CONFIRM,))

    def __init__(self, *, title: str, question: str, yes: str) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._yes = yes

    def heading(self) -> str:
        """The title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The question and the two answers, the safe one first."""
        yield Note(self._question)
        with Horizontal(classes="buttons"):
            yield PushButton(_("No, go back"), id="no")
            yield PushButton(self._yes, id="yes")

    @on(PushButton.Pressed, "#no")
    def _no(self) -> None:
        self.dismiss(None)

    @on(PushButton.Pressed, "#yes")
    def action_confirm(self) -> None:
        """Yes."""
        self.dismiss(result=True)
