"""F1: what the field is for, what the screen is for, and its keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.widgets import Note


class HelpBox(Box):
    """Returns nothing."""

    def __init__(self, *, field: str, screen: str, commands: Sequence[Command]) -> None:
        super().__init__()
        self._texts = tuple(dict.fromkeys(text for text in (field, screen) if text))
        by_name = {command.name: command for command in commands if command.keys}
        self._commands = tuple(by_name.values())

    def heading(self) -> str:
        """The title."""
        return _("Help")

    def body(self) -> Iterable[Widget]:
        """The texts, then the keys."""
        with VerticalScroll(id="help"):
            for text in self._texts:
                yield Note(translate(text), classes="help-text")
            yield Note(_("Keys on this screen"), classes="lead")
            for command in self._commands:
                keys = Note(command.all_keys_label, classes="label")
                yield Horizontal(keys, Note(command.explain_text), classes="keys")
