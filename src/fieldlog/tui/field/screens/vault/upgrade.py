"""A vault of an earlier Fieldlog: offered once after each unlock to become one with room for two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import HELP, LOCK, SHOW_WORDS
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.renewing import told_and_locked
from fieldlog.tui.field.screens.vault.restore import why_wrong
from fieldlog.tui.field.vault_commands import LEAVE_IT, START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import PassphraseInput
from fieldlog.tui.kit.widgets import Note


class UpgradeScreen(ReporterPage):
    """Both secrets, because the new vault's locks are written from them."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, SHOW_WORDS, LOCK, HELP, LEAVE_IT)
    HELP = N_(
        "The old vault stays until the new one is complete and verified; then the new one takes its place. "
        "Nothing you wrote is lost if it is stopped or the power goes."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((START, SHOW_WORDS, LEAVE_IT))

    def __init__(self) -> None:
        super().__init__()
        self._trying = False

    def heading(self) -> str:
        """The title."""
        return _("A newer form of the vault")

    def body(self) -> Iterable[Widget]:
        """What it is for, and both secrets."""
        yield Note(_("An earlier Fieldlog made this vault."), classes="lead gap")
        yield Note(
            _(
                "In the newer form the whole folder is two pairs of files of equal size, room for a second "
                "vault included, and its passphrases can be changed safely. Everything is copied and "
                "verified."
            )
        )
        for name, label, helps in (
            ("passphrase", _("Passphrase"), N_("Your seven words, with blanks between them.")),
            ("recovery", _("Twelve words"), N_("The twelve recovery words on your other sheet.")),
        ):
            with Horizontal(classes="row gap"):
                yield Note(label, classes="label")
                yield PassphraseInput(id=name, helps=helps)
        yield Note(_("F4 begins. Esc goes on without; it is offered again."), id="state", classes="quiet gap")

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query_one("#passphrase").focus()

    def action_show_words(self) -> None:
        """F6."""
        for field in self.query(PassphraseInput):
            field.toggle_shown()

    def action_leave_it(self) -> None:
        """Esc."""
        self.app.pop_screen()

    @on(PassphraseInput.Submitted)
    def _to_the_other(self) -> None:
        if self.query_one("#passphrase", PassphraseInput).has_focus:
            self.query_one("#recovery").focus()
        else:
            self.action_start()

    def action_start(self) -> None:
        """F4. Both must open the vault before anything is copied; the work itself sees to that."""
        passphrase = self.query_one("#passphrase", PassphraseInput).value
        recovery = self.query_one("#recovery", PassphraseInput).value
        if not passphrase.strip() or not recovery.strip():
            self.complain(_("Type both: the passphrase and the twelve recovery words."))
        elif not self._trying:
            self._trying = True
            self.query_one("#state", Note).say(_("One moment..."))
            self.run_worker(self._try(passphrase, recovery))

    async def _try(self, passphrase: str, recovery: str) -> None:
        wrong = await self._slip_of_the_pen(recovery)
        self._trying = False
        if not self.is_there:
            return
        self.query_one("#state", Note).say("")
        if wrong:
            self.complain(wrong)
            return
        self.app.push_screen(
            LongWorkScreen(
                title=_("A newer form of the vault"),
                doing=_("Copying and verifying everything."),
                work=lambda tell: self.work.upgrade(passphrase=passphrase, recovery=recovery, progress=tell),
                done=lambda _result: told_and_locked(
                    self, title=_("A newer form of the vault"), lead=_("The vault has the newer form now.")
                ),
                when_failed=_("The vault is as it was."),
            )
        )

    async def _slip_of_the_pen(self, recovery: str) -> str:
        try:
            await self.reporter.threads.call(lambda: self.work.check_recovery_words(recovery))
        except errors.KeyTextError as error:
            return why_wrong(error)
        return ""
