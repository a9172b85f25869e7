"""An organisation's card, from a file or pasted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.actions import SkipAction
from textual.binding import Binding
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, DONE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import StoryArea
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note

_PATHS_BEGIN: Final = ("/", "~", "./", "../", "file:", "\\\\", "'", '"')
"""What no line of a card begins with."""


class AddCardBox(Box):
    """Returns the text of a card or the path of its file, once ``try_card`` has nothing against it.

    ``try_card`` says in a sentence what is wrong, or nothing; ``is_file`` says whether there is a file.
    """

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = [
        *bindings((DONE,)),
        Binding("enter", "end_line", show=False, priority=True),
    ]

    def __init__(
        self,
        *,
        folder: Path | None,
        is_file: Callable[[str], bool],
        try_card: Callable[[str], Awaitable[str]],
    ) -> None:
        super().__init__()
        self._folder = folder
        self._is_file = is_file
        self._try_card = try_card

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
        yield self.problem()
        yield Note(_("A card can be false. You will be asked for its check code next."), classes="quiet")

    async def action_end_line(self) -> None:
        """Enter: a path is done with its line, a card is not.

        Raises:
            SkipAction: not a path, so the field takes the key.
        """
        text = self.query_one(StoryArea).text.strip()
        if "\n" in text or not (text.startswith(_PATHS_BEGIN) or self._is_file(guess_path(text))):
            raise SkipAction
        await self.action_done()

    async def action_done(self) -> None:
        """F4."""
        text = self.query_one(StoryArea).text.strip()
        if not text:
            self.complain(_("Nothing is typed yet."))
            return
        card = text if "\n" in text else guess_path(text)
        wrong = await self._try_card(card)
        if wrong:
            self.complain(wrong)
        else:
            self.dismiss(card)
