"""While a bundle is opened and verified, and when that fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.desk.commands import CLOSE
from fieldlog.tui.kit.commands import Command
from fieldlog.tui.kit.page import Page
from fieldlog.tui.kit.widgets import Note, Progress
from fieldlog.tui.kit.workers import Job


class OpeningPage(Page):
    """A bar; on failure the two sentences of the error stay in its place."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CLOSE,)
    HELP = N_("The bundle is opened and every byte of it is verified before anything is shown.")

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job = job

    def heading(self) -> str:
        """What is going on."""
        return _("Desk: opening the bundle")

    def body(self) -> Iterable[Widget]:
        """Text and bar."""
        yield Note(_("Opening the bundle and verifying every byte of it..."), id="doing", classes="gap")
        yield Progress(self._job)

    def failed(self, what: str, advice: str) -> None:
        """Nothing was shown of the bundle, and this is why."""
        self.query_one(Progress).display = False
        self.query_one("#doing", Note).say(f"{what}\n\n{advice}")
