"""What is left of a damaged vault becomes a new one: its words, a place, then new words and the work."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import BACK, HELP, NEXT, SHOW_WORDS
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.secret_page import SecretPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.recovered import RecoveredScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.upkeep import DamagedVault, Present, RecoveredVault
from fieldlog.tui.field.vault_commands import USE_KEYFILE
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note


async def begin_recovery(page: ReporterPage) -> None:
    """Of the vault Fieldlog was started with; where it sees none, of one that is named."""
    work, ask = page.work, page.reporter.ask
    folder: Path = work.folder
    is_vault = await ask(work.vault_exists)
    there = await ask(lambda: work.is_folder(folder))
    if is_vault is None or there is None:
        return
    # Beside a damaged vault, or where Fieldlog looks for one.
    into = await ask(lambda: work.propose_place(folder)) if there else folder
    if into is not None and page.is_there:
        page.app.push_screen(RecoverScreen(damaged=folder if there else None, into=into, is_known=is_vault))


class RecoverScreen(SecretPage):
    """What opens the damaged vault, and where the new one is to be."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, SHOW_WORDS, HELP, BACK, USE_KEYFILE)
    HELP = N_(
        "Everything that can be read and verified goes into a new vault with words of its own. What cannot "
        "is named, and never shown as yours.\n"
        "Nothing in the damaged folder is changed: keep it, somebody may be able to help with it later. "
        "A backup, if there is one, often has more: Bring back a backup."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, SHOW_WORDS, BACK, USE_KEYFILE))

    def __init__(self, *, damaged: Path | None, into: Path, is_known: bool) -> None:
        """``damaged`` is the vault in question; unless it ``is_known``, it can be another one."""
        super().__init__()
        self._damaged = damaged
        self._known = damaged if is_known else None
        self._into = into
        self._trying = False

    def heading(self) -> str:
        """The title."""
        return _("Recover a damaged vault into a new one")

    def body(self) -> Iterable[Widget]:
        """The damaged one, what opens it, the new one."""
        yield Note(_("What can be read of it goes into a new vault."), classes="lead gap")
        if self._known is not None:
            yield Note(_("The damaged vault is in {folder}").format(folder=self._known))
        else:
            with Horizontal(classes="row gap"):
                yield Note(_("Damaged vault"), classes="label")
                yield LineInput(
                    "" if self._damaged is None else str(self._damaged),
                    id="damaged",
                    helps=N_("The folder of the damaged vault. Drop it on the window, or type it."),
                )
        yield from self.secret_rows()
        with Horizontal(classes="row gap"):
            yield Note(_("New vault"), classes="label")
            yield LineInput(
                str(self._into),
                id="into",
                helps=N_("A folder that is not there yet. If the disk is failing, name one on another disk."),
            )
        yield Note(_("The damaged folder is only read. Enter goes on to new words."), classes="quiet gap")
        yield Note("", id="answer", classes="warn gap")

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query_one("#damaged" if self._damaged is None else "#passphrase").focus()

    @on(LineInput.Submitted)
    def action_next(self) -> None:
        """Go to the first empty field, or try what was typed."""
        folder = self._known or self._path("#damaged")
        into = self._path("#into")
        for missing, field in (
            (folder is None, "#damaged"),
            (not self.secret_typed.strip(), "#passphrase"),
            (into is None, "#into"),
        ):
            if missing:
                self.query_one(field).focus()
                return
        if folder is not None and into is not None and not self._trying:
            self._trying = True
            self.query_one("#answer", Note).say(_("One moment..."))
            present = Present(words=self.secret_typed, keyfile=self.keyfile_typed)
            self.run_worker(self._try(DamagedVault(folder=folder, into=into, present=present)))

    def _path(self, field: str) -> Path | None:
        typed = guess_path(self.query_one(field, LineInput).value)
        if not typed:
            return None
        # Without a folder one is in, what was typed is taken as it is.
        with suppress(OSError):
            return Path(typed).absolute()
        return Path(typed)

    async def _try(self, damaged: DamagedVault) -> None:
        field, answer = "", ""
        try:
            await self.reporter.threads.call(lambda: self.work.try_damaged(damaged))
        except errors.FieldlogError as error:
            field, answer = what_is_wrong(error)
        self._trying = False
        if not self.is_there:
            return
        self.query_one("#answer", Note).say(answer)
        if answer:
            if field == "#passphrase":
                self.query_one("#passphrase", PassphraseInput).value = ""
            for wrong in self.query(field or "#passphrase"):
                wrong.focus()
            self.app.bell()
        else:
            self.query_one("#passphrase", PassphraseInput).value = ""
            _draw_words(self, damaged)


def what_is_wrong(error: errors.FieldlogError) -> tuple[str, str]:
    """The field it is about, and what to say."""
    match error:
        case errors.CannotUnlock():
            return "#passphrase", _(
                "This does not open the damaged vault. Try again, or its other words: the passphrase or the "
                "twelve recovery words. Nothing was changed."
            )
        case errors.VaultDamaged():
            return "#passphrase", _(
                "Nothing that could be read is left of this vault with these words. Try its other words; "
                "else only a backup brings it back."
            )
        case errors.VaultMissing():
            return "#damaged", _("There is no vault in this folder, nor what is left of one.")
        case errors.VaultExists():
            return "#into", _("There is something of this name already. Name a folder that is not there yet.")
        case errors.UsageError(reason="recover-inside"):
            return "#into", _("The new vault cannot lie inside the damaged one: nothing is written there.")
        case _:
            said = explain(error)
            return "", f"{said.what} {said.advice}"


def _draw_words(page: ReporterPage, damaged: DamagedVault) -> None:
    def finish(at: ReporterPage, passphrase: str, recovery: tuple[str, ...]) -> None:
        work, reporter = at.work, at.reporter

        def show(recovered: RecoveredVault) -> None:
            reporter.is_open = False
            reporter.show_alone(RecoveredScreen(recovered))

        reporter.push_screen(
            LongWorkScreen(
                title=_("Recover a damaged vault into a new one"),
                doing=_("Reading what is left, and writing what verifies into the new vault."),
                work=lambda tell: work.recover(
                    damaged, passphrase=passphrase, recovery=recovery, progress=tell
                ),
                done=show,
                when_failed=_("Nothing was left at the new place, and the damaged folder is as it was."),
            )
        )

    page.app.push_screen(
        WordsScreen(
            NewWords(
                finish=finish,
                title=N_("Recovered vault, step 1 of 4: its seven words"),
                title_back=N_("Recovered vault, step 2 of 4: are they on paper?"),
                title_own=N_("Recovered vault: a passphrase of your own"),
                title_recovery=N_("Recovered vault, step 3 of 4: its twelve words"),
                title_recovery_back=N_("Recovered vault, step 4 of 4: are they on paper?"),
            )
        )
    )
