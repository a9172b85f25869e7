"""Checking the vault: everything in it is looked at while it is locked, and the findings in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.widget import Widget

from fieldlog.i18n.catalog import current_language, plural
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import HELP, LOCK, NEXT
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.outcome import Lock
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.present import PresentScreen
from fieldlog.tui.field.screens.vault.recover import begin_recovery
from fieldlog.tui.field.upkeep import CheckedVault, Present
from fieldlog.tui.field.vault_commands import RECOVER
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


def begin_check(page: ReporterPage) -> None:
    """Ask for the passphrase, since the vault is locked and opened again, then look."""

    def proven(present: Present) -> None:
        reporter = page.reporter

        def show(checked: CheckedVault) -> None:
            reporter.switch_screen(CheckedScreen(checked))

        reporter.push_screen(
            LongWorkScreen(
                title=_("Check the vault"),
                doing=_("Looking at every page, every change and every file."),
                work=lambda tell: page.work.check(present, tell),
                done=show,
                when_failed=_("The check changed nothing."),
            )
        )

    page.app.push_screen(
        PresentScreen(
            title=_("Check the vault"),
            why=_("It is locked for the check and opened again after it."),
            then=proven,
        )
    )


class CheckedScreen(ReporterPage):
    """What was looked at, and what was found."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, RECOVER, LOCK, HELP)
    HELP = N_(
        "The check looks at everything and repairs nothing. What is damaged is never shown as yours.\n"
        "Recovering makes a new vault of what can be saved, and says what could not."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, RECOVER))

    def __init__(self, checked: CheckedVault) -> None:
        super().__init__()
        self._checked = checked

    def offers(self) -> tuple[Command, ...]:
        """Recovering only where something was found, and not in practice."""
        return self.OFFERS if self._can_recover else (NEXT, LOCK, HELP)

    @property
    def _can_recover(self) -> bool:
        return bool(self._checked.findings) and self.reporter.practice is None

    def heading(self) -> str:
        """The title."""
        return (
            _("Check the vault") if self._checked.findings else _("Check the vault: everything is in order")
        )

    def body(self) -> Iterable[Widget]:
        """The counts, then the findings."""
        checked = self._checked
        counted = ", ".join(
            (
                plural("{count} incident", "{count} incidents", checked.incidents).format(
                    count=checked.incidents
                ),
                plural("{count} change", "{count} changes", checked.changes).format(count=checked.changes),
                plural("{count} file", "{count} files", checked.files).format(count=checked.files),
                *((say_size(checked.file_bytes),) if checked.files else ()),
            )
        )
        yield Note(_("Looked at: {counted}.").format(counted=counted), classes="lead gap")
        if not checked.findings:
            yield Note(_("Everything is as it was written, and the history is whole."), classes="gap")
            yield Note(_("Enter goes on."), classes="quiet gap")
            return
        found = plural(
            "{count} thing is not in order:", "{count} things are not in order:", len(checked.findings)
        )
        yield Note("! " + found.format(count=len(checked.findings)), classes="warn gap")
        yield RowList([Column(heading="", width=30, share=1)], heading=False, classes="menu", id="findings")
        yield Note("", id="finding", classes="quiet")
        if self._can_recover:
            yield Note(
                _("F6 saves what can be read into a new vault. The damaged folder is not changed by it."),
                classes="gap",
            )

    def on_mount(self) -> None:
        """Fill the list."""
        for rows in self.query(RowList):
            rows.fill(
                [
                    Row(key=str(place), cells=(what,))
                    for place, (what, _advice) in enumerate(self._checked.findings)
                ]
            )
            rows.focus()
            self.on_row_list_moved()

    def on_row_list_moved(self) -> None:
        """The line under the cursor in full, and what to do about it."""
        key = self.query_one(RowList).cursor_key
        if key:
            self.query_one("#finding", Note).say("\n".join(self._checked.findings[int(key)]))

    async def action_recover(self) -> None:
        """F6."""
        if self._can_recover:
            await begin_recovery(self)

    def action_next(self) -> None:
        """Enter: back to the list, which is that of the vault as it was opened again."""
        if self.work.is_open():
            self.reporter.back_to_list()
        else:
            self.app.run_worker(self.reporter.leave_for(Lock(current_language())))
