"""The files of an incident in its form: dropped or named, taken in one by one, listed, removed."""

from __future__ import annotations

from abc import abstractmethod

from textual import on

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.dialogs.confirm import ConfirmBox
from fieldlog.tui.field.dialogs.working import WorkingBox
from fieldlog.tui.field.form import file_rows
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.work import AttachedFile
from fieldlog.tui.kit.inputs import LineInput, StoryArea
from fieldlog.tui.kit.paths import guess_path, is_elsewhere, read_paths
from fieldlog.tui.kit.rows import RowList
from fieldlog.tui.kit.widgets import Note
from fieldlog.tui.kit.workers import Job


class AttachingPage(ReporterPage):
    """A form with ``#path``, ``#files`` and ``#file-count``. It says how its incident is kept and read."""

    def __init__(self, *, code: str | None) -> None:
        super().__init__()
        self._code = code
        self._files: tuple[AttachedFile, ...] = ()

    @abstractmethod
    async def keep_to_attach(self) -> bool:
        """Keep the incident, so that files have something to belong to; whether that worked."""

    @abstractmethod
    async def _read(self, code: str) -> None:
        """Show the incident as the vault has it now."""

    def _are_files(self, pasted: str) -> bool:
        return bool(read_paths(pasted, is_file=self.work.is_file))

    def action_files(self) -> None:
        """F6."""
        self.query_one("#path", LineInput).focus()

    @on(StoryArea.FilesDropped)
    def _dropped(self, message: StoryArea.FilesDropped) -> None:
        self._attach_all(message.pasted)

    @on(LineInput.Submitted, "#path")
    def _path_typed(self, message: LineInput.Submitted) -> None:
        if message.value.strip():
            self._attach_all(message.value)

    def _attach_all(self, pasted: str) -> None:
        paths = read_paths(pasted, is_file=self.work.is_file)
        if paths:
            self.run_worker(self._take_in(paths))
        elif is_elsewhere(guess_path(pasted)):
            self.complain(_("Copy the file to this computer first: other computers are not asked for it."))
        else:
            self.complain(_("There is no such file: {path}").format(path=guess_path(pasted)))

    async def _take_in(self, paths: tuple[str, ...]) -> None:
        if not await self.keep_to_attach():
            return
        added = 0
        for path in paths:
            if not await self._attach_one(path):
                break
            added += 1
        if self._code is not None:
            await self._read(self._code)
        if added:
            self.query_one("#path", LineInput).value = ""
            text = plural("{count} file added.", "{count} files added.", added).format(count=added)
            self.say(text + " " + _("The file outside the vault is still there, unencrypted."))

    async def _attach_one(self, path: str) -> bool:
        job, code = Job(), self._code or ""
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        box = WorkingBox(title=_("Taking in {name}").format(name=name), job=job)
        await self.app.push_screen(box)
        done = await self.reporter.did(lambda: self.work.attach(code, path, job.progress), job)
        if box.is_active or box in self.app.screen_stack:
            box.dismiss(None)
        return done

    def _show_files(self, files: tuple[AttachedFile, ...]) -> None:
        self._files = files
        rows = self.query_one("#files", RowList)
        rows.fill(file_rows(files))
        rows.display = bool(files)
        count = plural("{count} file", "{count} files", len(files)).format(count=len(files))
        self.query_one("#file-count", Note).say(count)

    def action_detach(self) -> None:
        """Del in the list of files."""
        rows = self.query_one("#files", RowList)
        key = rows.cursor_key
        if not rows.has_focus or not key:
            return
        name = next((one.name for one in self._files if one.code == key), "")

        async def answered(yes: object) -> None:
            code = self._code
            if yes and code is not None and await self.reporter.did(lambda: self.work.detach(code, key)):
                await self._read(code)
                self.say(_("Removed."))

        self.app.push_screen(
            ConfirmBox(
                title=_("Remove this file?"),
                question=_(
                    "{name} is erased from the vault for good. The file outside is not touched."
                ).format(name=name),
                yes=_("Remove"),
            ),
            answered,
        )
