"""What cannot be taken back, or takes long: said first, then begun, with a typed word if need be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.fold import fold
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.reading import SCROLLING, ReadingPage
from fieldlog.tui.field.vault_commands import START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note


class ExplainedScreen(ReadingPage):
    """Paragraphs, and F4. With ``word``, nothing begins before it is typed; Enter alone never begins it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, LOCK, HELP, BACK)
    HELP = N_("Read it in peace. Nothing happens before F4, and Esc goes back.")
    BINDINGS: ClassVar[list[Any]] = [*bindings((START, BACK)), *SCROLLING]

    def __init__(
        self, *, title: str, paragraphs: Sequence[str], then: Callable[[ReporterPage], object], word: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = tuple(paragraphs)
        self._then = then
        self._word = word

    def heading(self) -> str:
        """The title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """The text, then the word."""
        with VerticalScroll(id="text"):
            for place, text in enumerate(self._paragraphs):
                # Without a blank line before the first, so that much of it can be read in a low window.
                yield Note(text, classes="gap" if place else None)
            if not self._word:
                yield Note(_("F4 begins. Esc goes back; nothing is changed."), classes="quiet gap")
        if self._word:
            with Horizontal(classes="row"):
                yield Note(_("Type this word"), classes="label")
                yield LineInput(id="word", limit=40)

    def on_mount(self) -> None:
        """Begin in the field."""
        for field in self.query(LineInput):
            field.focus()

    def show_hint(self) -> None:
        """The word itself stands here."""
        super().show_hint()
        if self._word:
            self.put_hint(
                _("{word}, and then F4, begins it. Esc goes back. Up and Down move the text.").format(
                    word=self._word
                )
            )

    @on(LineInput.Submitted)
    def _not_by_enter(self) -> None:
        self.complain(_("F4 begins it, Esc goes back."))

    def action_start(self) -> None:
        """F4."""
        if self._word and fold(self.query_one(LineInput).value.strip()) != fold(self._word):
            self.complain(_("Type {word} first, or press Esc to go back.").format(word=self._word))
            return
        self._then(self)
