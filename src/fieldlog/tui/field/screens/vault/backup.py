"""F7: where the backup goes, then the work, then what was made and what it is good for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.reminder import backup_sentence
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.upkeep import MadeBackup
from fieldlog.tui.field.vault_commands import START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note


class BackupScreen(ReporterPage):
    """A folder, and F4."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, LOCK, HELP, BACK)
    HELP = N_(
        "A backup is one sealed file with everything in this vault: incidents, earlier versions, files, "
        "cards. "
        "Only the twelve recovery words open it, not the passphrase; keep them apart from the file.\n"
        "It also has everything you erase later: destroy old backups yourself. "
        "Whoever finds it sees that it is a sealed file, and how large."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((START, BACK))

    def heading(self) -> str:
        """The title."""
        return _("Make a backup")

    def body(self) -> Iterable[Widget]:
        """What it is, the last one, the folder."""
        yield Note(_("Everything in the vault goes into one sealed file."), classes="lead gap")
        yield Note(_("Only the twelve recovery words open it. Keep it away from this computer."))
        yield Note("", id="last", classes="quiet gap")
        practice = self.reporter.practice
        with Horizontal(classes="row gap"):
            yield Note(_("Write to"), classes="label")
            yield LineInput(
                str(practice.folder) if practice is not None else "",
                id="folder",
                helps=N_("The folder of a stick or card. Drop it on the window, or type its path."),
            )
        yield Note("", id="space", classes="quiet")
        yield Note(_("F4 writes it and reads it back."), classes="lead gap")

    async def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(LineInput).focus()
        state = await self.reporter.ask(self.work.backup_state)
        if state is not None and self.is_there:
            self.query_one("#last", Note).say(backup_sentence(state, self.reporter.clock.now()))
        await self._show_space()

    @on(LineInput.Changed, "#folder")
    async def _show_space(self) -> None:
        folder, note = self._folder(), self.query_one("#space", Note)
        if folder is None:
            note.say(_("Type the folder of the stick, for example /media/stick or E:\\"))
            return
        if not await self._is_there(folder):
            note.say(_("There is no such folder."))
            return
        try:
            free = await self.reporter.threads.call(lambda: self.work.free_space(folder))
        except errors.FieldlogError as error:
            note.say(explain(error).what)
            return
        note.say(_("Free there: {size}").format(size=say_size(free)))

    async def _is_there(self, folder: Path) -> bool:
        return bool(await self.reporter.ask(lambda: self.work.is_folder(folder)))

    def _folder(self) -> Path | None:
        typed = guess_path(self.query_one("#folder", LineInput).value)
        return Path(typed) if typed else None

    @on(LineInput.Submitted, "#folder")
    async def action_start(self) -> None:
        """F4."""
        folder = self._folder()
        if folder is None:
            self.complain(_("Where to? Type the folder of the stick."))
        elif not await self._is_there(folder):
            self.complain(_("There is no such folder."))
        else:
            self.app.push_screen(
                LongWorkScreen(
                    title=_("Backup"),
                    doing=_("Writing, then reading it back. Leave the stick where it is."),
                    work=lambda tell: self.work.back_up(folder, tell),
                    done=self._made,
                    when_failed=_("No backup was made, and nothing of it is left."),
                )
            )

    def _made(self, made: MadeBackup) -> None:
        inside = ", ".join(
            (
                plural("{count} incident", "{count} incidents", made.incidents).format(count=made.incidents),
                plural("{count} file", "{count} files", made.files).format(count=made.files),
            )
        )
        self.app.switch_screen(
            ToldScreen(
                title=_("The backup is made"),
                lead=_("{name}, {size}").format(name=made.path.name, size=say_size(made.size)),
                lines=(
                    str(made.path.parent) + "\n" + _("Inside: {what}").format(what=inside),
                    _("It was read back and is what was written."),
                    _(
                        "Only your twelve recovery words open it, not the passphrase. With them it becomes a "
                        "vault again on any computer: fieldlog restore, or the first screen of Fieldlog."
                    ),
                    _(
                        "What you write from now on is not in it. Take the stick out safely; keep it "
                        "elsewhere."
                    ),
                ),
            )
        )
