"""Twelve recovery words, the second way into a vault, and asking them back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Grid
from textual.widget import Widget

from fieldlog.i18n.catalog import current_language, translate
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, NEXT
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage, styles
from fieldlog.tui.field.screens.words_asked import WordsAskedPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


def after_passphrase(page: ReporterPage, plan: NewWords, passphrase: str) -> None:
    """Twelve words where the plan has some, else the end of it."""
    if plan.title_recovery:
        page.app.push_screen(RecoveryScreen(plan, passphrase))
    else:
        plan.finish(page, passphrase, ())


class RecoveryScreen(ReporterPage):
    """Shows the words; the next screen asks three of them back."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, BACK)
    HELP = N_(
        "The recovery words open the vault when the seven words are lost, and every backup. They belong on "
        "another paper, in another place, with somebody you would trust with everything in the vault.\n"
        "Without them no backup can be opened."
    )
    CSS_PATH = styles("words")
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, BACK))

    def __init__(self, plan: NewWords, passphrase: str) -> None:
        super().__init__()
        self._plan = plan
        self._passphrase = passphrase
        self._words: tuple[str, ...] = ()

    def heading(self) -> str:
        """The title."""
        return translate(self._plan.title_recovery)

    def body(self) -> Iterable[Widget]:
        """What they are for, and the words."""
        yield Note(_("Write these twelve words on another sheet, kept in another place."), classes="lead gap")
        yield Grid(id="words", classes="-many")
        yield Note(
            _(
                "They open the vault if the seven words are lost, and only they open its backups. Whoever "
                "finds this sheet can open the vault too. They are shown only now."
            ),
            classes="gap",
        )

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
        """The words are on paper."""
        if self._words:
            self.app.push_screen(RecoveryBackScreen(self._plan, self._passphrase, self._words))


class RecoveryBackScreen(WordsAskedPage):
    """Three of the twelve."""

    def __init__(self, plan: NewWords, passphrase: str, words: tuple[str, ...]) -> None:
        super().__init__(words)
        self._plan = plan
        self._passphrase = passphrase

    def heading(self) -> str:
        """The title."""
        return translate(self._plan.title_recovery_back)

    def all_are_there(self) -> None:
        """Both sheets are right."""
        self._plan.finish(self, self._passphrase, self._words)
