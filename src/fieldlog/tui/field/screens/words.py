"""Seven words, shown once, to be written on paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import Grid
from textual.widget import Widget

from fieldlog.i18n.catalog import current_language, translate
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, NEXT, OWN_WORDS
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage, styles
from fieldlog.tui.field.screens.own_words import OwnWordsScreen
from fieldlog.tui.field.screens.words_back import WordsBackScreen
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


def numbered(words: Iterable[str]) -> list[Note]:
    """The words, each with its number."""
    return [Note(f"{place:2}  {word}", classes="word") for place, word in enumerate(words, 1)]


class WordsScreen(ReporterPage):
    """Shows the words; the next screen asks three of them back."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, OWN_WORDS, BACK)
    HELP = N_(
        "These seven words are the key to your vault. Nobody can open it without them, and nobody can "
        "replace them: there is no reset.\n"
        "They were drawn by this computer. Seven random words cannot be guessed; a sentence somebody "
        "invents can."
    )
    CSS_PATH = styles("words")
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, OWN_WORDS, BACK))

    def __init__(self, plan: NewWords) -> None:
        super().__init__()
        self._plan = plan
        self._words: tuple[str, ...] = ()

    def heading(self) -> str:
        """The title."""
        return translate(self._plan.title)

    def body(self) -> Iterable[Widget]:
        """What to do, and the words."""
        yield Note(_("Write these seven words on paper now, in this order."), classes="lead gap")
        yield Grid(id="words")
        yield Note(
            _(
                "They open your vault. Do not photograph them and do not type them anywhere else.\n"
                "Keep the paper where you keep money. If it is lost, only recovery words open the vault."
            ),
            classes="gap",
        )
        yield Note(self._about_language(), classes="quiet gap")

    def _about_language(self) -> str:
        if current_language() == "kk":
            return _("The words are Russian: there is no tested Kazakh list yet.")
        return ""

    async def on_mount(self) -> None:
        """Draw the words."""
        language = current_language()
        words = await self.reporter.ask(lambda: self.work.propose_passphrase(language))
        self._words = words or ()
        await self.query_one("#words", Grid).mount_all(numbered(self._words))

    def action_next(self) -> None:
        """The words are on paper."""
        if self._words:
            self.app.push_screen(WordsBackScreen(self._plan, self._words))

    def action_own_words(self) -> None:
        """Somebody insists on a passphrase of their own."""
        self.app.push_screen(OwnWordsScreen(self._plan))
