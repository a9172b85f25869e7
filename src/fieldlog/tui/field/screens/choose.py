"""Handing over, step 1: which incidents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, CHOOSE, HELP, LOCK, NEXT
from fieldlog.tui.field.incident_rows import incident_cells, incident_columns
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.for_whom import ForWhomScreen
from fieldlog.tui.field.work import ListPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


class ChooseScreen(ReporterPage):
    """The incidents that are ready, each with a box to tick."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CHOOSE, NEXT, LOCK, HELP, BACK)
    HELP = N_(
        "Only incidents marked as ready can be handed over: open a draft and press F4 when it is done. "
        "You can hand over several at once; they travel in one sealed file."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((BACK, NEXT))

    def __init__(self, *, preferred: str) -> None:
        super().__init__()
        self._preferred = preferred
        self._chosen: set[str] = set()
        self._page = ListPage(rows=(), matching=0, counts={})

    def heading(self) -> str:
        """The title."""
        return _("Hand over, step 1 of 4: which incidents")

    def body(self) -> Iterable[Widget]:
        """What to do, the list, how many."""
        yield Note(_("Space chooses, Enter goes on."), classes="lead")
        yield RowList(
            [Column(heading="", width=3), *incident_columns()],
            id="incidents",
            helps=N_("Space chooses the incident or leaves it out. Enter goes on."),
        )
        yield Note("", id="count", classes="lead")

    async def on_mount(self) -> None:
        """Read what can be handed over."""
        rows = self.query_one(RowList)
        rows.focus()
        ready = await self.reporter.ask(lambda: self.work.incidents(query="", state="ready"))
        again = await self.reporter.ask(lambda: self.work.incidents(query="", state="handed_over"))
        if ready is None or again is None:
            return
        self._page = ListPage(rows=ready.rows + again.rows, matching=0, counts={})
        if self._preferred in {one.code for one in self._page.rows}:
            self._chosen.add(self._preferred)
        self._show()
        rows.put_cursor(self._preferred)

    def _show(self) -> None:
        self.query_one(RowList).fill(
            [
                Row(key=one.code, cells=("[x]" if one.code in self._chosen else "[ ]", *incident_cells(one)))
                for one in self._page.rows
            ],
            empty=_("Nothing is ready yet.\nOpen a draft and press F4 when it is done. Esc goes back."),
        )
        count = len(self._chosen)
        self.query_one("#count", Note).say(
            plural("{count} incident chosen", "{count} incidents chosen", count).format(count=count)
            if self._page.rows
            else ""
        )

    @on(RowList.Ticked)
    def action_choose(self) -> None:
        """Space."""
        self._chosen ^= {self.query_one(RowList).cursor_key} - {""}
        self._show()

    @on(RowList.Chosen)
    def action_next(self) -> None:
        """Enter."""
        if not self._page.rows:
            return
        if not self._chosen:
            self.complain(_("Nothing is chosen. Space chooses the incident under the cursor."))
            return
        codes = tuple(one.code for one in self._page.rows if one.code in self._chosen)
        self.app.push_screen(ForWhomScreen(codes))
