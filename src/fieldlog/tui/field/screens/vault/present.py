"""Who changes keys shows first that the vault is theirs: an unlocked computer must not be enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import BACK, HELP, LOCK, NEXT, SHOW_WORDS
from fieldlog.tui.field.screens.secret_page import SecretPage
from fieldlog.tui.field.upkeep import Present
from fieldlog.tui.field.vault_commands import USE_KEYFILE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.widgets import Note


class PresentScreen(SecretPage):
    """Asks for the passphrase of now, tries it, and goes on with it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, SHOW_WORDS, LOCK, HELP, BACK, USE_KEYFILE)
    HELP = N_(
        "Somebody who finds your vault open could otherwise take it over, or look at everything at once. "
        "The recovery words do as well as the passphrase."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, SHOW_WORDS, BACK, USE_KEYFILE))

    def __init__(self, *, title: str, why: str, then: Callable[[Present], object]) -> None:
        super().__init__()
        self._title = title
        self._why = why
        self._then = then
        self._trying = False

    def heading(self) -> str:
        """The title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """Why, and the field."""
        yield Note(self._why, classes="lead gap")
        yield Note(_("Type the passphrase that opens the vault now."), classes="gap")
        yield from self.secret_rows()
        yield Note("", id="answer", classes="warn gap")

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(PassphraseInput).focus()

    @on(PassphraseInput.Submitted)
    @on(LineInput.Submitted)
    def action_next(self) -> None:
        """Try it."""
        if not self.secret_typed.strip():
            self.query_one("#passphrase").focus()
        elif not self._trying:
            self._trying = True
            self.query_one("#answer", Note).say(_("One moment..."))
            present = Present(words=self.secret_typed, keyfile=self.keyfile_typed)
            self.run_worker(self._try(present))

    async def _try(self, present: Present) -> None:
        answer = ""
        try:
            await self.reporter.threads.call(lambda: self.work.require(present))
        except errors.CannotUnlock:
            answer = _("This is not the passphrase of this vault. Nothing was changed.")
        except errors.FieldlogError as error:
            said = explain(error)
            answer = f"{said.what} {said.advice}"
        self._trying = False
        if not self.is_there:
            return
        self.query_one("#answer", Note).say(answer)
        self.query_one("#passphrase", PassphraseInput).value = ""
        if answer:
            self.query_one("#passphrase").focus()
            self.app.bell()
        else:
            self._then(present)
