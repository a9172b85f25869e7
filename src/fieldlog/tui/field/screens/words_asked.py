"""Words asked back: the paper must be right before anything depends on it."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.fold import fold
from fieldlog.tui.field.commands import BACK, NEXT
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note

ASKED: Final = 3
_HELPS: Final = N_("Type the word from your paper. If it is not there, Esc shows the words again.")


class WordsAskedPage(ReporterPage):
    """Three fields, for three of ``words``."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, BACK)
    HELP = N_("Fieldlog asks for three of the words, so that a slip of the pen shows now and not next month.")
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, BACK))

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self._words = words
        places = list(range(len(words)))
        self._places = sorted(places.pop(secrets.randbelow(len(places))) for _each in range(ASKED))

    @abstractmethod
    def all_are_there(self) -> None:
        """The paper is right: go on."""

    def body(self) -> Iterable[Widget]:
        """Which words, and the fields."""
        yield Note(_("Type these three words from your paper."), classes="lead gap")
        for place in self._places:
            with Horizontal(classes="row gap"):
                yield Note(_("Word {number}").format(number=place + 1), classes="label")
                yield LineInput(id=f"word-{place}", helps=_HELPS, limit=40)
        yield Note(_("Esc shows the words again."), classes="quiet gap")

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query(LineInput).first().focus()

    @on(LineInput.Submitted)
    def action_next(self) -> None:
        """Go to the next empty field, or compare."""
        for place in self._places:
            field = self.query_one(f"#word-{place}", LineInput)
            if not field.value.strip():
                field.focus()
                return
        for place in self._places:
            field = self.query_one(f"#word-{place}", LineInput)
            if fold(field.value.strip()) != fold(self._words[place]):
                field.focus()
                self.complain(
                    _("Word {number} is another one. Look at your paper; Esc shows the words again.").format(
                        number=place + 1
                    )
                )
                return
        self.all_are_there()
