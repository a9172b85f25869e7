"""No vault yet: practise with made-up incidents, make a vault, or bring one back, also a damaged one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import LANGUAGE, MENU, TAKE
from fieldlog.tui.field.outcome import Practise
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.creating import begin_vault
from fieldlog.tui.field.screens.vault.recover import begin_recovery
from fieldlog.tui.field.screens.vault.restore import RestoreScreen
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


class WelcomeScreen(ReporterPage):
    """Four ways on."""

    OFFERS: ClassVar[tuple[Command, ...]] = (TAKE, LANGUAGE, MENU)
    HELP = N_(
        "Fieldlog keeps what you write encrypted on this computer. It never uses a network.\n"
        "Practise first if you can: it takes ten minutes and nothing of it stays."
    )
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = bindings((LANGUAGE, MENU))

    def heading(self) -> str:
        """The title."""
        return "Fieldlog"

    def body(self) -> Iterable[Widget]:
        """What it is, and the ways."""
        yield Note(_("Write down what happened. Keep it safe. Hand it over sealed."), classes="lead gap")
        yield Note(
            _(
                "What you write stays encrypted on this computer. Fieldlog has no network code: "
                "nothing leaves unless you carry it."
            ),
            classes="gap",
        )
        yield RowList(
            [Column(heading="", width=24, most=28), Column(heading="", width=20, share=1)],
            heading=False,
            classes="menu gap",
        )
        yield Note(_("Up and Down choose, Enter goes on."), classes="quiet gap")

    def on_mount(self) -> None:
        """Fill the list; practice comes first, because it cannot hurt."""
        rows = self.query_one(RowList)
        rows.fill(
            [
                Row(
                    key="practise",
                    cells=(_("Practise"), _("made-up incidents, nothing stays")),
                ),
                Row(key="create", cells=(_("Make my vault"), _("for real work, takes two minutes"))),
                Row(key="restore", cells=(_("Bring back a backup"), _("with its twelve recovery words"))),
                Row(key="recover", cells=(_("Recover a damaged vault"), _("what can be saved of it"))),
            ]
        )
        rows.focus()

    @on(RowList.Chosen)
    async def action_take(self) -> None:
        """Go the way under the cursor."""
        match self.query_one(RowList).cursor_key:
            case "practise":
                self.app.exit(Practise(current_language()))
            case "create":
                await begin_vault(self)
            case "restore":
                self.app.push_screen(RestoreScreen())
            case "recover":
                await begin_recovery(self)

    def action_language(self) -> None:
        """F8."""
        self.reporter.next_language()
        self.app.switch_screen(WelcomeScreen())
