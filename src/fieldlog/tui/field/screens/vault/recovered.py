"""What was saved of a damaged vault, what was not, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from fieldlog.i18n.catalog import current_language, plural
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import HELP, MENU
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.outcome import OpenOther
from fieldlog.tui.field.screens.reading import SCROLLING, ReadingPage
from fieldlog.tui.field.upkeep import RecoveredVault
from fieldlog.tui.field.vault_commands import OPEN_RECOVERED
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


class RecoveredScreen(ReadingPage):
    """Stays until it is left: it is shown once, and nothing of it may be read too late."""

    OFFERS: ClassVar[tuple[Command, ...]] = (OPEN_RECOVERED, HELP, MENU)
    HELP = N_(
        "What is named here could not be saved, or not as it was. Everything else is in the new vault, "
        "each change verified.\n"
        "Keep the damaged folder: somebody may be able to help with it later. Make a backup of the new "
        "vault soon: F7, once it is open."
    )
    SECRET = False
    BINDINGS: ClassVar[list[Any]] = [*bindings((OPEN_RECOVERED, MENU)), *SCROLLING]

    def __init__(self, recovered: RecoveredVault) -> None:
        super().__init__()
        self._recovered = recovered

    def heading(self) -> str:
        """The title."""
        return (
            _("Recovered: not everything could be saved")
            if self._recovered.findings
            else _("Recovered: everything was saved")
        )

    def body(self) -> Iterable[Widget]:
        """The counts, the findings, and the way on."""
        recovered, findings = self._recovered, self._recovered.findings
        with VerticalScroll(id="text"):
            yield Note(_("Saved: {what}.").format(what=_counted(recovered)), classes="lead gap")
            yield Note(_("The new vault is in {folder}").format(folder=recovered.folder), classes="gap")
            if recovered.folder != self.work.folder:
                said = _("From now on start Fieldlog with: fieldlog --vault {folder}")
                yield Note(said.format(folder=recovered.folder))
            if findings:
                found = plural(
                    "{count} thing is not as it was:", "{count} things are not as they were:", len(findings)
                )
                yield Note("! " + found.format(count=len(findings)), classes="warn gap")
                # One text, however many there are: a thousand widgets would take seconds.
                yield Note("\n".join(_together(findings)), id="findings")
            for line in (
                _("Keep the damaged folder: somebody may be able to help with it later."),
                _("Enter opens the new vault with its new words. The old words do not open it."),
            ):
                yield Note(line, classes="gap")

    def action_open_recovered(self) -> None:
        """Enter: the new vault, in a fresh process image that knows no words."""
        ending = OpenOther(self._recovered.folder, current_language())
        self.app.run_worker(self.reporter.leave_for(ending))


def _counted(recovered: RecoveredVault) -> str:
    size = f" ({say_size(recovered.file_bytes)})" if recovered.files else ""
    counts = (
        (recovered.incidents, plural("{count} incident", "{count} incidents", recovered.incidents)),
        (recovered.drafts, plural("{count} draft", "{count} drafts", recovered.drafts)),
        (recovered.changes, plural("{count} change", "{count} changes", recovered.changes)),
        (recovered.files, plural("{count} file", "{count} files", recovered.files) + size),
        (
            recovered.organisations,
            plural("{count} organisation", "{count} organisations", recovered.organisations),
        ),
    )
    return ", ".join(text.format(count=count) for count, text in counts)


def _together(findings: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Every finding; what to do stands once below those that ask for the same."""
    said = ""
    for what, advice in findings:
        if said and advice != said:
            yield f"  {said}\n"
        said = advice
        yield f"- {what}"
    yield f"  {said}"
