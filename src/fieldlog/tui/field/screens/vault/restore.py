"""A vault out of a backup: its file, its twelve words, then new seven words as at the first creation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural, translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, NEXT, SHOW_WORDS
from fieldlog.tui.field.dates import say_moment
from fieldlog.tui.field.new_words import NewWords
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.field.upkeep import Opened, Restored
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note

WRONG_WORDS: Final = {
    "recovery-word-count": N_("There are twelve recovery words. Look at your sheet and count them."),
    "recovery-word-unknown": N_(
        "One of these words is in no list. Compare them with your sheet, letter by letter."
    ),
    "recovery-checksum": N_("Every word exists, but not in this order. Compare them with your sheet."),
}
"""Why twelve words are none, by the reason of ``KeyTextError``."""


def why_wrong(error: errors.KeyTextError) -> str:
    """What is wrong with recovery words, in the chosen language."""
    return translate(WRONG_WORDS.get(error.reason, WRONG_WORDS["recovery-word-unknown"]))


class RestoreScreen(ReporterPage):
    """The file and its words."""

    OFFERS: ClassVar[tuple[Command, ...]] = (NEXT, SHOW_WORDS, HELP, BACK)
    HELP = N_(
        "A backup is a file named backup-... .age. The twelve recovery words of its vault open it; the "
        "passphrase does not. You choose a new passphrase; the twelve words stay the same.\n"
        "What was written after the backup is not in it. The file itself is not changed."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((NEXT, SHOW_WORDS, BACK))

    def heading(self) -> str:
        """The title."""
        return _("Bring back a backup")

    def body(self) -> Iterable[Widget]:
        """Two fields."""
        yield Note(_("The backup becomes a vault on this computer."), classes="lead gap")
        with Horizontal(classes="row gap"):
            yield Note(_("Backup file"), classes="label")
            yield LineInput(id="backup", helps=N_("Drop the file on the window, or type its path."))
        with Horizontal(classes="row gap"):
            yield Note(_("Twelve words"), classes="label")
            yield PassphraseInput(
                id="recovery", helps=N_("The twelve recovery words of its vault, with blanks between them.")
            )
        yield Note(_("The vault will lie in {folder}").format(folder=self.work.folder), classes="quiet gap")
        yield Note(_("Enter goes on to a new passphrase."), classes="quiet gap")

    def on_mount(self) -> None:
        """Begin in the first field."""
        self.query_one("#backup").focus()

    def action_show_words(self) -> None:
        """F6."""
        self.query_one(PassphraseInput).toggle_shown()

    @on(LineInput.Submitted)
    async def action_next(self) -> None:
        """Look at both, as far as that is quick."""
        backup = guess_path(self.query_one("#backup", LineInput).value)
        field = self.query_one("#recovery", PassphraseInput)
        words = field.value
        if not backup:
            self.query_one("#backup").focus()
            self.complain(_("Which file? Type its path, or drop it on the window."))
            return
        if not await self.reporter.ask(lambda: self.work.is_file(backup)):
            self.query_one("#backup").focus()
            self.complain(_("There is no such file: {path}").format(path=backup))
            return
        if not words.strip():
            field.focus()
            return
        try:
            await self.reporter.threads.call(lambda: self.work.check_recovery_words(words))
        except errors.KeyTextError as error:
            field.focus()
            self.complain(why_wrong(error))
            return
        # Nobody should write seven words on paper for a file that does not open, or for a full disk.
        try:
            await self.reporter.threads.call(lambda: self.work.require_restorable(backup, words))
        except errors.FieldlogError as error:
            if isinstance(error, errors.BackupNotOpened):
                field.focus()
            self.reporter.explain(error)
            return
        self._choose_words(backup, words)

    def _choose_words(self, backup: str, recovery: str) -> None:
        def finish(page: ReporterPage, passphrase: str, _recovery: tuple[str, ...]) -> None:
            work = page.work

            def restore(tell: Any) -> tuple[Restored, Opened]:
                restored = work.restore(
                    backup=backup, recovery=recovery, passphrase=passphrase, progress=tell
                )
                return restored, work.unlock(passphrase)

            page.app.push_screen(
                LongWorkScreen(
                    title=_("Bring back a backup"),
                    doing=_("Everything is verified first, then taken in."),
                    work=restore,
                    done=lambda result: tell_restored(page, *result),
                    when_failed=_("Nothing was left behind, and the backup file is as it was."),
                )
            )

        self.app.push_screen(
            WordsScreen(
                NewWords(
                    finish=finish,
                    title=N_("Restored vault: its new seven words"),
                    title_back=N_("Restored vault: are they on paper?"),
                    title_own=N_("Restored vault: a passphrase of your own"),
                )
            )
        )


def tell_restored(page: ReporterPage, restored: Restored, opened: Opened) -> None:
    """What came out of the backup; Enter goes to the list of the new vault."""
    reporter = page.reporter
    inside = ", ".join(
        (
            plural("{count} incident", "{count} incidents", restored.incidents).format(
                count=restored.incidents
            ),
            plural("{count} file", "{count} files", restored.files).format(count=restored.files),
        )
    )
    reporter.is_open = True
    reporter.switch_screen(
        ToldScreen(
            title=_("The backup is a vault again"),
            lead=_("Inside: {what}").format(what=inside),
            lines=(
                _("The backup was made {when}. What was written later is not in it.").format(
                    when=say_moment(restored.backup_at)
                ),
                _("Your new seven words open this vault, and the same twelve words as before."),
                _("Every page, every change and every file was verified on the way."),
            ),
            then=lambda: reporter.run_worker(reporter.show_vault(opened)),
        )
    )
