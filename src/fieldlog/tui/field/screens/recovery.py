"""Twelve recovery words, the second way into the vault, and then the vault is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Grid
from textual.widget import Widget

from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, NEXT
from fieldlog.tui.field.screens.base import ReporterPage, styles
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class RecoveryScreen(ReporterPage):
    """Shows the words, then makes the vault with both ways in."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, BACK)
    HELP = N_(
        "The recovery words open the vault when the seven words are lost. They belong on another paper, "
        "in another place, with somebody you would trust with everything in the vault.\n"
        "If you do not write them down, only the seven words open the vault."
    )
    CSS_PATH = styles("words")
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, BACK))

    def __init__(self, passphrase: str) -> None:
        super().__init__()
        self._passphrase = passphrase
        self._words: tuple[str, ...] = ()
        self._making = False

    def heading(self) -> str:
        """The title."""
        return _("New vault, step 3 of 3: twelve recovery words")

    def body(self) -> Iterable[Widget]:
        """What they are for, and the words."""
        yield Note(_("Write these twelve words on another sheet, kept in another place."), classes="lead gap")
        yield Grid(id="words", classes="-many")
        yield Note(
            _(
                "They open the vault if the seven words are lost. Whoever finds this sheet can open it too. "
                "They are shown only now."
            ),
            classes="gap",
        )
        yield Note(_("Enter makes the vault. This takes a few seconds."), id="making", classes="quiet gap")

    async def on_mount(self) -> None:
        """Draw the words."""
        language = current_language()
        words = await self.reporter.ask(lambda: self.work.propose_recovery(language))
        self._words = words or ()
        grid = self.query_one("#words", Grid)
        await grid.mount_all(
            Note(f"{place:2}  {word}", classes="word") for place, word in enumerate(self._words, 1)
        )

    def action_next(self) -> None:
        """Make the vault, once."""
        if self._words and not self._making:
            self._making = True
            self.query_one("#making", Note).say(_("Making the vault..."))
            self.run_worker(self._make())

    async def action_back(self) -> None:
        """Not while it is being made."""
        if not self._making:
            await super().action_back()

    async def _make(self) -> None:
        if await self.reporter.did(self._create):
            self._passphrase = ""
            await self.reporter.show_vault(None)
        else:
            self._making = False

    def _create(self) -> None:
        self.work.create(passphrase=self._passphrase, recovery=self._words)
