"""Three of the seven words asked back."""

from __future__ import annotations

from fieldlog.i18n.catalog import translate
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.recovery import after_passphrase
from fieldlog.tui.field.screens.words_asked import WordsAskedPage


class WordsBackScreen(WordsAskedPage):
    """Three of the seven."""

    def __init__(self, plan: NewWords, words: tuple[str, ...]) -> None:
        super().__init__(words)
        self._plan = plan

    def heading(self) -> str:
        """The title."""
        return translate(self._plan.title_back)

    def all_are_there(self) -> None:
        """On to what comes after the passphrase."""
        after_passphrase(self, self._plan, " ".join(self._words))
