"""The bin: what was removed, how long it stays, bringing it back, and erasing it at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.dialogs.erase import ask_to_empty, ask_to_erase
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.upkeep import InBin
from fieldlog.tui.field.vault_commands import BRING_BACK, EMPTY_BIN, ERASE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


class BinScreen(ReporterPage):
    """The incidents in the bin."""

    OFFERS: ClassVar[tuple[Command, ...]] = (BRING_BACK, ERASE, EMPTY_BIN, LOCK, HELP, BACK)
    HELP = N_(
        "An incident stays in the bin for 30 days and is erased at the first unlock after that. Erased, "
        "it is "
        "gone from the vault with its files and its words in the search. Backups, bundles you handed "
        "over and "
        "copies of the folder still have it."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((ERASE, EMPTY_BIN, BACK))

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[InBin, ...] = ()
        self._emptying = False
        self._erased = 0

    def heading(self) -> str:
        """The title."""
        return _("Bin")

    def offers(self) -> tuple[Command, ...]:
        """Only what there is something for."""
        return self.OFFERS if self._rows else (LOCK, HELP, BACK)

    def body(self) -> Iterable[Widget]:
        """The list."""
        yield Note(
            _("Enter brings an incident back, Del erases it for good, F6 all of them."), classes="lead"
        )
        yield RowList(
            [
                Column(heading=_("No."), width=10),
                Column(heading=_("When"), width=12, most=20, hide_below=70),
                Column(heading=_("What"), width=12, share=1),
                Column(heading=_("Days left"), width=13),
            ],
            id="binned",
            helps=N_("What has the fewest days left stands first."),
        )

    async def on_mount(self) -> None:
        """Read the bin."""
        self.query_one(RowList).focus()
        await self._read()

    async def _read(self) -> None:
        rows = await self.reporter.ask(self.work.binned)
        if rows is None or not self.is_there:
            return
        self._rows = rows
        self._show()

    def _show(self) -> None:
        self.query_one(RowList).fill(
            [
                Row(
                    key=one.code,
                    cells=(
                        one.code,
                        one.when,
                        one.what,
                        plural("{count} day", "{count} days", one.days_left).format(count=one.days_left),
                    ),
                )
                for one in self._rows
            ],
            empty=_("The bin is empty."),
        )
        self.reoffer()

    @on(RowList.Chosen)
    async def action_bring_back(self) -> None:
        """Enter."""
        code = self.query_one(RowList).cursor_key
        if code and await self.reporter.did(lambda: self.work.from_bin(code)):
            await self._read()
            self.say(_("{code} is back in the list.").format(code=code))

    def action_erase(self) -> None:
        """Del."""
        code = self.query_one(RowList).cursor_key

        async def erased() -> None:
            await self._read()
            self.say(_("{code} is erased.").format(code=code))

        if code:
            ask_to_erase(self, code, erased)

    def action_empty_bin(self) -> None:
        """F6: nothing happens before the number of incidents is typed."""
        if self._rows:
            ask_to_empty(self, len(self._rows), self._empty)

    def _empty(self, typed: str) -> None:
        def done(count: int) -> None:
            self._erased = count
            self.app.pop_screen()

        self._emptying = True
        self.app.push_screen(
            LongWorkScreen(
                title=_("Empty the bin"),
                doing=_("Erasing everything in the bin. This can take a while."),
                work=lambda _tell: self.work.empty_bin(typed),
                done=done,
                stoppable=False,
                when_failed=_("What was begun is out of sight; the next unlock erases the rest of it."),
            )
        )

    async def on_screen_resume(self) -> None:
        """After emptying, also one that failed: what is in the bin now, and what is gone."""
        if not self._emptying or self.app.screen is not self:
            return
        self._emptying = False
        await self._read()
        if self._erased:
            said = plural(
                "{count} incident is erased for good.", "{count} incidents are erased for good.", self._erased
            )
            self.say(said.format(count=self._erased))
            self._erased = 0
