"""What cannot be taken back, or takes long: said first, then begun, with a typed word if need be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.fold import fold
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.vault_commands import START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note


class ExplainedScreen(ReporterPage):
    """Paragraphs, and F4. With ``word``, nothing begins before it is typed; Enter alone never begins it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, LOCK, HELP, BACK)
    HELP = N_("Read it in peace. Nothing happens before F4, and Esc goes back.")
    BINDINGS: ClassVar[list[Any]] = bindings((START, BACK))

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
        for place, text in enumerate(self._paragraphs):
            # Without a blank line before the first, so that all of it can be read in a low window.
            yield Note(text, classes="gap" if place else None)
        if self._word:
            with Horizontal(classes="row gap"):
                yield Note(_("Type {word}").format(word=self._word), classes="label")
                yield LineInput(
                    id="word", limit=40, helps=N_("Only this word, and then F4, begins it. Esc goes back.")
                )
        else:
            yield Note(_("F4 begins. Esc goes back; nothing is changed."), classes="quiet gap")

    def on_mount(self) -> None:
        """Begin at the top: the field is the last thing to come to."""
        if self._word:
            self.query_one(LineInput).focus(scroll_visible=False)
        self.query_one("#body").scroll_home(animate=False)

    @on(LineInput.Submitted)
    def _not_by_enter(self) -> None:
        self.complain(_("F4 begins it, Esc goes back."))

    def action_start(self) -> None:
        """F4."""
        if self._word and fold(self.query_one(LineInput).value.strip()) != fold(self._word):
            self.complain(_("Type {word} first, or press Esc to go back.").format(word=self._word))
            return
        self._then(self)
