"""An organisation's card, from a file or pasted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, DONE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import StoryArea
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note


class AddCardBox(Box):
    """Returns the text of a card, or the path of its file."""

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((DONE,))

    def __init__(self, *, folder: Path | None) -> None:
        super().__init__()
        self._folder = folder

    def heading(self) -> str:
        """The title."""
        return _("Add an organisation's card")

    def body(self) -> Iterable[Widget]:
        """What to do, and the field."""
        yield Note(_("Drop the card's file here, type its path, or paste the text of the card. Then F4."))
        yield StoryArea(
            str(self._folder) if self._folder else "",
            id="card",
            helps=N_("The path of a card file, or the card's whole text."),
        )
        yield Note(_("A card can be false. You will be asked for its check code next."), classes="quiet")

    def action_done(self) -> None:
        """F4."""
        text = self.query_one(StoryArea).text.strip()
        if text:
            self.dismiss(text if "\n" in text else guess_path(text))
