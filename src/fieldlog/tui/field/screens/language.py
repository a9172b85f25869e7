"""The very first question, in three scripts: which language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.widget import Widget

from fieldlog.i18n.catalog import LANGUAGE_NAMES, LANGUAGES, current_language, set_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import MENU, TAKE
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


class LanguageScreen(ReporterPage):
    """Three lines; the screen speaks the language under the cursor."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, MENU)
    HELP = N_("Choose the language of Fieldlog. You can change it later with F8.")
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = [*bindings((MENU,)), Binding("f8", "next_one", show=False)]

    def heading(self) -> str:
        """The title."""
        return "Fieldlog"

    def body(self) -> Iterable[Widget]:
        """The three languages."""
        yield Note("Language  ·  Язык  ·  Тіл", classes="lead gap")
        rows = RowList(
            [Column(heading="", width=20, share=1)], id="languages", heading=False, classes="menu gap"
        )
        yield rows
        yield Note(self._advice(), id="advice", classes="gap")

    def _advice(self) -> str:
        return _("Up and Down choose, Enter goes on.")

    def on_mount(self) -> None:
        """Stand on the language the program runs in."""
        rows = self.query_one(RowList)
        rows.fill([Row(key=language, cells=(LANGUAGE_NAMES[language],)) for language in LANGUAGES])
        rows.put_cursor(current_language())
        rows.focus()

    @on(RowList.Moved)
    def _moved(self, message: RowList.Moved) -> None:
        set_language(message.key)
        self.query_one("#advice", Note).say(self._advice())
        self.reoffer()

    @on(RowList.Chosen)
    def action_take(self) -> None:
        """Go on in the language under the cursor."""
        set_language(self.query_one(RowList).cursor_key or "en")
        self.reporter.language_was_chosen()
        self.app.switch_screen(WelcomeScreen())

    def action_next_one(self) -> None:
        """F8, as on the other screens."""
        self.query_one(RowList).action_step(1)
