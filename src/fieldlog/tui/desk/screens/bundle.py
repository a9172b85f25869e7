"""A received bundle: what was checked, then the incidents in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.desk.commands import CLOSE, READ
from fieldlog.tui.desk.received import Received
from fieldlog.tui.desk.screens.story import StoryPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.page import Page
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


class BundlePage(Page):
    """One bundle that verified."""

    OFFERS: ClassVar[tuple[Command, ...]] = (READ, CLOSE)
    HELP = N_(
        "What arrived, and what was checked before anything of it was shown. "
        "Text is shown as text: no link is opened and no file is run."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((READ,))

    def __init__(self, received: Received) -> None:
        super().__init__()
        self._received = received

    def heading(self) -> str:
        """Whose desk this is."""
        return _("Desk of {organisation}").format(organisation=self._received.organisation)

    def body(self) -> Iterable[Widget]:
        """Verdict, checks, incidents."""
        received = self._received
        yield Note(_("This bundle is genuine and unaltered."), classes="lead", id="verdict")
        yield Note(_("From sender {code}").format(code=received.sender), classes="quiet")
        yield Note("\n".join(f"+ {check}" for check in received.checks), id="checks")
        if received.warnings:
            yield Note("\n".join(f"! {warning}" for warning in received.warnings), classes="warn")
        count = len(received.stories)
        yield Note(
            plural("{count} incident inside", "{count} incidents inside", count).format(count=count),
            classes="lead gap",
        )
        yield RowList(
            [Column(heading=_("Code"), width=10), Column(heading=_("In their words"), width=20, share=1)],
            id="stories",
            helps=N_("Enter shows the whole incident."),
        )

    def on_mount(self) -> None:
        """Fill the list."""
        rows = self.query_one(RowList)
        rows.fill([Row(key=story.code, cells=(story.code, story.line)) for story in self._received.stories])
        rows.focus()

    @on(RowList.Chosen)
    def action_read(self) -> None:
        """Enter."""
        key = self.query_one(RowList).cursor_key
        story = next((one for one in self._received.stories if one.code == key), None)
        if story is not None:
            self.app.push_screen(StoryPage(story))
