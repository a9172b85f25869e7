"""A passphrase of one's own, typed twice. No strength meter: they are wrong (formats.md 1.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, NEXT, SHOW_WORDS
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.recovery import after_passphrase
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import PassphraseInput
from fieldlog.tui.kit.widgets import Note


class OwnWordsScreen(ReporterPage):
    """Two fields."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, SHOW_WORDS, BACK)
    HELP = N_(
        "People guess what people invent: names, dates, songs, film lines. Words drawn by the computer "
        "are safer, and no harder to learn after a week."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, SHOW_WORDS, BACK))

    def __init__(self, plan: NewWords) -> None:
        super().__init__()
        self._plan = plan

    def heading(self) -> str:
        """The title."""
        return translate(self._plan.title_own)

    def body(self) -> Iterable[Widget]:
        """The rule, and the passphrase twice."""
        yield Note(_("At least four different words and 20 characters. Not a quotation."), classes="lead gap")
        for name, label in (("first", _("Passphrase")), ("second", _("Once more"))):
            with Horizontal(classes="row gap"):
                yield Note(label, classes="label")
                yield PassphraseInput(id=name, helps=self.HELP)
        yield Note(_("The seven words Fieldlog drew are stronger. Esc goes back to them."), classes="gap")

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query_one("#first").focus()

    def action_show_words(self) -> None:
        """F6."""
        for field in self.query(PassphraseInput):
            field.toggle_shown()

    @on(PassphraseInput.Submitted)
    def action_next(self) -> None:
        """Both fields agree and the rule is kept."""
        first = self.query_one("#first", PassphraseInput)
        second = self.query_one("#second", PassphraseInput)
        if first.has_focus and not second.value:
            second.focus()
            return
        try:
            self.work.check_own_passphrase(first.value)
        except errors.KeyTextError as error:
            repeated = error.reason == "passphrase-repeated"
            self.complain(
                _("A word stands in it twice. Use different words.")
                if repeated
                else _("Too short: at least four words and 20 characters.")
            )
            return
        if first.value != second.value:
            self.complain(_("The two are not the same. Type the second one again."))
            second.value = ""
            second.focus()
        else:
            after_passphrase(self, self._plan, first.value)
