"""The list: everything in the vault, and the way to everything else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural, translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.warnings import attachments_damaged, not_locked_before
from fieldlog.tui.field.commands import FILTER, FIND, HAND_OVER, LOCK, MENU, NEW, OPEN, REMOVE, UNDO
from fieldlog.tui.field.dialogs.erase import ask_to_erase
from fieldlog.tui.field.incident_rows import incident_cells, incident_columns
from fieldlog.tui.field.opened_text import opened_sentence
from fieldlog.tui.field.reminder import reminder
from fieldlog.tui.field.screens.base import ReporterPage, styles
from fieldlog.tui.field.screens.capture import CaptureScreen
from fieldlog.tui.field.screens.choose import ChooseScreen
from fieldlog.tui.field.screens.vault.backup import BackupScreen
from fieldlog.tui.field.screens.vault.menu import VaultScreen
from fieldlog.tui.field.upkeep import BackupState
from fieldlog.tui.field.vault_commands import BACK_UP, PUT_OFF, VAULT
from fieldlog.tui.field.work import STATES, ListPage
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.rows import Row, RowList
from fieldlog.tui.kit.widgets import Note

_LIST_HELP: Final = N_("Enter opens the incident under the cursor.")
_BIN_HELP: Final = N_("Enter takes the incident back into the list. Del asks for its code and erases it.")

_STATE_NAMES: Final = {
    "all": N_("All"),
    "draft": N_("Drafts"),
    "ready": N_("Ready"),
    "handed_over": N_("Handed over"),
    "bin": N_("Bin"),
}


class HomeScreen(ReporterPage):
    """The list."""

    OFFERS: ClassVar[tuple[Command, ...]] = (
        OPEN, NEW, FIND, HAND_OVER, VAULT, LOCK, MENU, FILTER, BACK_UP, REMOVE, UNDO, PUT_OFF,
    )  # fmt: skip
    HELP = N_(
        "Every incident in this vault. [D] is a draft, [R] is ready to hand over, [x] was handed over; "
        "a star says that it was changed since.\n"
        "Nothing here leaves this computer until you hand it over with F5."
    )
    CSS_PATH = styles("home")
    BINDINGS: ClassVar[list[Any]] = [
        *bindings((NEW, FIND, HAND_OVER, FILTER, REMOVE, UNDO, BACK_UP, VAULT)),
        Binding("escape", "step_back", show=False),
        Binding("question_mark", "app.help", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._state = "all"
        self._page = ListPage(rows=(), matching=0, counts={})
        self._removed: list[str] = []
        self._read_once = False
        self._reminds = False

    def heading(self) -> str:
        """The title with the number of incidents."""
        count = self._page.counts.get("all", 0)
        return plural("{count} incident", "{count} incidents", count).format(count=count)

    def body(self) -> Iterable[Widget]:
        """Search, states, list, preview, and when the vault was opened last."""
        with Horizontal(id="find-row", classes="row"):
            yield Note(_("Find"), id="find-label")
            yield LineInput(
                id="find", helps=N_("The list follows while you type. Down goes to the list, Esc clears."),
                limit=200,
            )  # fmt: skip
        yield Note("", id="states")
        yield RowList(incident_columns(), id="incidents", helps=_LIST_HELP)
        yield Note("", id="preview", classes="quiet")
        yield Note(self._last_opened(), id="last-opened", classes="quiet")
        if self.reporter.opened is not None and self.reporter.opened.left_open:
            yield Note(f"! {not_locked_before()}", id="left-open", classes="warn")
        if self.reporter.opened is not None and self.reporter.opened.media_damaged:
            yield Note(f"! {attachments_damaged()}", id="media-damaged", classes="warn")
        reminds = Note("", id="reminder", classes="warn")
        reminds.display = False
        yield reminds

    def offers(self) -> tuple[Command, ...]:
        """Opening only where there is something to open; putting off only what is said."""
        without = {*(() if self._page.rows else (OPEN,)), *(() if self._reminds else (PUT_OFF,))}
        return tuple(one for one in self.OFFERS if one not in without)

    def _last_opened(self) -> str:
        """Where one is: in practice what to try, in a new vault its folder, else the last time."""
        opened = self.reporter.opened
        if self.reporter.practice is not None:
            return _("Practice: F2 writes, F5 hands over, F9 locks.")
        if opened is None:
            return _("This vault is new. It lies in {folder}").format(folder=self.work.folder)
        return opened_sentence(opened)

    async def on_mount(self) -> None:
        """Fill the list, and say once what the bin has let go of."""
        self.query_one(RowList).focus()
        await self.reload()
        erased = self.reporter.bin_news()
        if erased:
            self.say(
                plural(
                    "{count} incident was in the bin for 30 days and is erased for good.",
                    "{count} incidents were in the bin for 30 days and are erased for good.",
                    erased,
                ).format(count=erased),
                undo=True,
            )

    async def on_screen_resume(self) -> None:
        """Back from another screen: what was done there shows here."""
        if self.is_mounted:
            read_before, before = self._read_once, self._done()
            await self.reload()
            done = self._done() - before
            if read_before and len(done) == 1:
                self.say(_("{code} is ready. F5 hands it over.").format(code=done.pop()))

    def _done(self) -> set[str]:
        return {one.code for one in self._page.rows if one.state == "ready" and not one.changed}

    async def reload(self) -> None:
        """Read the page again."""
        query, state = self.query_one("#find", LineInput).value, self._state
        page = await self.reporter.ask(lambda: self.work.incidents(query=query, state=state))
        if page is None or not self.is_mounted:
            return
        self._page = page
        self._read_once = True
        await self._remind()
        self.query_one(RowList).fill(
            [Row(key=one.code, cells=incident_cells(one), dim=one.state == "bin") for one in page.rows],
            empty=self._empty(query),
        )
        listed_help = _BIN_HELP if state == "bin" else _LIST_HELP
        self.query_one(RowList).helps = listed_help if page.rows else ""
        self.show_hint_again()
        self.retitle()
        self.reoffer()
        self._show_states()
        self._preview(self.query_one(RowList).cursor_key)

    async def _remind(self) -> None:
        """One line while a backup is due, and none in practice, which keeps nothing."""
        state = await self.reporter.ask(self.work.backup_state)
        if state is not None and self.is_there:
            self._show_reminder(state)

    def _show_reminder(self, state: BackupState) -> None:
        text = reminder(state, self.reporter.clock.now()) if self.reporter.practice is None else ""
        self._reminds = bool(text)
        note = self.query_one("#reminder", Note)
        note.say(text)
        note.display = self._reminds

    def _empty(self, query: str) -> str:
        if query.strip():
            return _("Nothing found. Esc shows the whole list again.")
        if self._state == "bin":
            return _("The bin is empty.")
        if self._state != "all":
            return _("Nothing in this state. F6 shows the others.")
        return _("Nothing here yet.\nF2 writes the first incident.\nOnly its text is needed.")

    def _show_states(self) -> None:
        counts = self._page.counts
        names = []
        for state in STATES:
            name = f"{translate(_STATE_NAMES[state])} {counts.get(state, 0)}"
            names.append(f"[{name}]" if state == self._state else name)
        more = self._page.matching - len(self._page.rows)
        tail = "  " + _("{count} more: search to find them").format(count=more) if more > 0 else ""
        self.query_one("#states", Note).say(
            ("" if self.app.size.width < 80 else "F6  ") + "  ".join(names) + tail
        )

    def _preview(self, key: str) -> None:
        listed = next((one for one in self._page.rows if one.code == key), None)
        if listed is None:
            self.query_one("#preview", Note).say("")
            return
        facts = [
            plural("{count} file", "{count} files", listed.files).format(count=listed.files),
        ]
        if listed.urgency in ("U2", "U3"):
            facts.append(_("danger now"))
        self.query_one("#preview", Note).say(f"{'  '.join(facts)}\n{listed.excerpt}")

    @on(RowList.Moved)
    def _moved(self, message: RowList.Moved) -> None:
        self._preview(message.key)

    @on(LineInput.Changed, "#find")
    async def _search(self) -> None:
        await self.reload()

    @on(LineInput.Submitted, "#find")
    def _to_list(self) -> None:
        self.query_one(RowList).focus()

    def key_down(self) -> None:
        """Down from the search field goes into the list."""
        if isinstance(self.focused, LineInput):
            self.query_one(RowList).focus()

    @on(RowList.Chosen)
    def action_open(self) -> None:
        """Enter."""
        key = self.query_one(RowList).cursor_key
        if not key:
            return
        if self._state == "bin":
            self.run_worker(self._take_back(key))
        else:
            self.app.push_screen(CaptureScreen(code=key))

    def action_new(self) -> None:
        """F2."""
        self.app.push_screen(CaptureScreen(code=None))

    def action_find(self) -> None:
        """F3."""
        self.query_one("#find", LineInput).focus()

    async def action_step_back(self) -> None:
        """Esc: out of the search, then the menu."""
        field = self.query_one("#find", LineInput)
        if field.value or field.has_focus:
            field.value = ""
            self.query_one(RowList).focus()
        else:
            self.action_menu()

    async def action_filter(self) -> None:
        """F6."""
        self._state = STATES[(STATES.index(self._state) + 1) % len(STATES)]
        await self.reload()

    def action_back_up(self) -> None:
        """F7."""
        self.app.push_screen(BackupScreen())

    async def action_put_off_backup(self) -> None:
        """Not today."""
        if await self.reporter.did(self.work.put_off_backup):
            await self._remind()
            self.say(_("You will be reminded again tomorrow."))

    def action_vault(self) -> None:
        """F8."""
        self.app.push_screen(VaultScreen())

    def action_hand_over(self) -> None:
        """F5."""
        self.app.push_screen(ChooseScreen(preferred=self.query_one(RowList).cursor_key))

    async def action_remove(self) -> None:
        """Del: to the bin, without a question, with a way back; in the bin for good, by its code."""
        key = self.query_one(RowList).cursor_key
        if not key or not self.query_one(RowList).has_focus:
            return
        if self._state == "bin":
            ask_to_erase(self, key, self.reload)
            return
        if await self.reporter.did(lambda: self.work.to_bin(key)):
            self._removed.append(key)
            await self.reload()
            self.say(_("{code} is in the bin. Ctrl+Z takes it back.").format(code=key), undo=True)

    async def action_undo_remove(self) -> None:
        """Ctrl+Z."""
        if self._removed:
            await self._take_back(self._removed.pop())

    async def _take_back(self, key: str) -> None:
        if await self.reporter.did(lambda: self.work.from_bin(key)):
            await self.reload()
            self.say(_("{code} is back in the list.").format(code=key))
