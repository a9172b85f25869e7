"""A page with the field for a secret, and one for a key file that comes only when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note


class SecretPage(ReporterPage):
    """The key file is not asked about: most people have none, and who has one knows."""

    def secret_rows(self) -> Iterable[Widget]:
        """The passphrase, and the key file below it."""
        with Horizontal(classes="row gap"):
            yield Note(_("Passphrase"), classes="label")
            yield PassphraseInput(id="passphrase", helps=N_("Your seven words, with blanks between them."))
        with Horizontal(classes="row", id="keyfile-row") as row:
            row.display = False
            yield Note(_("Key file"), classes="label")
            yield LineInput(
                id="keyfile",
                helps=N_("Drop the key file on the window, or type its path. F2 hides this again."),
            )

    @property
    def secret_typed(self) -> str:
        """What stands in the field."""
        return self.query_one("#passphrase", PassphraseInput).value

    @property
    def keyfile_typed(self) -> str:
        """The path of the key file; empty while the field is not shown."""
        if not self.query_one("#keyfile-row").display:
            return ""
        return guess_path(self.query_one("#keyfile", LineInput).value)

    def action_show_words(self) -> None:
        """F6."""
        for field in self.query(PassphraseInput):
            field.toggle_shown()

    def action_use_keyfile(self) -> None:
        """F2: show the field for the key file, or take it away."""
        row = self.query_one("#keyfile-row")
        row.display = not row.display
        self.query_one("#keyfile" if row.display else "#passphrase").focus()
