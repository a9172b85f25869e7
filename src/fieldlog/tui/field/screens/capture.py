"""One incident: the eight prompts of quick capture, its files, and saving that asks nothing.

What is typed is in the vault one second after the last key and every five seconds while keys keep
coming; leaving the form never loses or asks anything (ui.md 3.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.model.quick import QuickCapture
from fieldlog.tui.field.commands import BACK, DETACH, DONE, FILES, HELP, LOCK, SAVE_AND_NEXT
from fieldlog.tui.field.dates import say_clock
from fieldlog.tui.field.dialogs.erase import ask_to_erase
from fieldlog.tui.field.dialogs.pick import PickBox
from fieldlog.tui.field.form import (
    CHOICES,
    FILES_HELP,
    FILES_LIST_HELP,
    LINES,
    STORY_HELP,
    file_columns,
    form_rows,
    reading_of,
    who_text,
)
from fieldlog.tui.field.screens.attaching import AttachingPage
from fieldlog.tui.field.screens.base import styles
from fieldlog.tui.field.vault_commands import ERASE_THIS
from fieldlog.tui.field.work import OpenIncident, Place
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput, StoryArea
from fieldlog.tui.kit.paragraphs import WARN_TOTAL
from fieldlog.tui.kit.rows import RowList
from fieldlog.tui.kit.widgets import Choice, Note


class CaptureScreen(AttachingPage):
    """The form."""

    OFFERS: ClassVar[tuple[Command, ...]] = (
        DONE, SAVE_AND_NEXT, FILES, LOCK, HELP, BACK, DETACH, ERASE_THIS,
    )  # fmt: skip
    HELP = N_(
        "Only what happened is needed; everything else can wait. "
        "Facts in the text, guesses marked as guesses.\n"
        "Everything is saved by itself. F9 locks at once and brings you back to this place later."
    )
    CSS_PATH = styles("capture")
    BINDINGS: ClassVar[list[Any]] = bindings((DONE, SAVE_AND_NEXT, FILES, BACK, DETACH))

    def __init__(self, *, code: str | None, place: Place | None = None) -> None:
        super().__init__(code=code)
        self._place = place
        self._incident: OpenIncident | None = None
        self._capture = QuickCapture()
        self._filled = False
        self._changed = False
        self._kept = False
        self._due: Timer | None = None
        self._in_vault = QuickCapture()
        """What the vault holds of this form."""
        self._last: QuickCapture | None = None
        """What is saved to leave the form with: the same must not become a draft again behind that."""

    # --- drawing ----------------------------------------------------------------------------------

    def heading(self) -> str:
        """The title: which incident."""
        if self._code is None:
            return _("New incident")
        state = self._incident.state if self._incident else "draft"
        return f"{self._code}  -  {_('ready') if state == 'ready' else _('draft')}"

    def offers(self) -> tuple[Command, ...]:
        """Erasing only what is there."""
        return (
            self.OFFERS
            if self._code is not None
            else tuple(one for one in self.OFFERS if one is not ERASE_THIS)
        )

    def body(self) -> Iterable[Widget]:
        """The form."""
        with Horizontal(id="lead-row"):
            yield Note(_("Write first, sort out later. Only the text is needed."), id="lead")
            yield Note("", id="saved", classes="quiet")
        yield Note(_("What happened?"), classes="quiet")
        yield StoryArea(id="what", helps=STORY_HELP, names_files=self._are_files)
        yield from form_rows(self._capture)
        with Horizontal(classes="row"):
            yield Note(_("Files"), classes="label")
            yield LineInput(id="path", helps=FILES_HELP, placeholder=_("drop a file here, or type its path"))
            yield Note("", id="file-count", classes="aside")
        yield RowList(file_columns(), id="files", heading=False, helps=FILES_LIST_HELP)

    async def on_mount(self) -> None:
        """Read the incident, fill the form, stand where the person was."""
        if self._code is None:
            self._capture = self._in_vault = QuickCapture.begun(self._local_now())
        else:
            await self._read(self._code)
        self._fill()
        self._filled = True
        self._show_reading()
        self._return_to_place()
        self.set_interval(self.reporter.timings.autosave_every, self._save_if_changed)

    async def _read(self, code: str) -> None:
        incident = await self.reporter.ask(lambda: self.work.read(code))
        if incident is not None:
            self._incident = incident
            self._capture = self._in_vault = incident.capture
            self._show_files(incident.files)
            self.retitle()

    def _fill(self) -> None:
        with self.prevent(StoryArea.Changed, LineInput.Changed, Choice.Changed):
            self.query_one("#what", StoryArea).put(self._capture.what)
            for name in LINES:
                self.query_one(f"#{name}", LineInput).value = getattr(self._capture, name)
            for name in CHOICES:
                self.query_one(f"#{name}", Choice).choose(getattr(self._capture, name))

    def _return_to_place(self) -> None:
        place, story = self._place, self.query_one("#what", StoryArea)
        if place is None or place.field in ("", "what"):
            story.focus()
            end = story.document.end
            row, column = (place.row, place.column) if place else end
            story.move_cursor((min(row, end[0]), column) if place else end)
        else:
            field = self.query_one(f"#{place.field}")
            field.focus()
            if isinstance(field, LineInput):
                field.cursor_position = place.column
        if place is not None:
            self.say(_("Here you were when it was locked."))

    def _here(self) -> Place:
        focused = self.focused
        name = focused.id if focused is not None and focused.id else "what"
        row, column = 0, 0
        if isinstance(focused, StoryArea):
            row, column = focused.cursor_location
        elif isinstance(focused, LineInput):
            column = focused.cursor_position
        return Place(code=self._code or "", field=name, row=row, column=column)

    def _local_now(self) -> datetime:
        return self.reporter.clock.now().astimezone()

    def _show_reading(self) -> None:
        """Say how the date and the people are understood, while they are typed."""
        self.query_one("#when-reading", Note).say(reading_of(self._capture, self._local_now()))
        self.query_one("#who-reading", Note).say(who_text(self._capture.who))
        if self.has_class("-narrow"):
            self.show_hint()

    def show_hint(self) -> None:
        """In a narrow window the reading of a field stands here: beside the field it does not fit."""
        super().show_hint()
        name = self.focused.id if self.focused is not None else None
        if name in ("when", "who") and self.has_class("-narrow"):
            self.put_hint(self.query_one(f"#{name}-reading", Note).text)

    # --- saving -----------------------------------------------------------------------------------

    @on(StoryArea.Changed)
    @on(LineInput.Changed)
    @on(Choice.Changed)
    def _something_changed(self, message: Any) -> None:
        if not self._filled or getattr(message.control, "id", "") == "path":
            return
        self._take_fields()
        self._show_reading()
        if self._capture == self._last:
            return
        self._changed = True
        self._last = None
        if self._due is not None:
            self._due.stop()
        self._due = self.set_timer(self.reporter.timings.autosave_after, self._save_if_changed)

    def _take_fields(self) -> None:
        """What stands in the fields now; the message about the last key may still be on its way."""
        if not self._filled:
            return
        capture = self._capture
        when = self.query_one("#when", LineInput).value
        if when != capture.when:
            capture = capture.with_when(when, self._local_now())
        self._capture = replace(
            capture,
            what=self.query_one("#what", StoryArea).text,
            **{name: self.query_one(f"#{name}", LineInput).value for name in LINES if name != "when"},
            **{name: self.query_one(f"#{name}", Choice).value for name in CHOICES},
        )

    @on(StoryArea.AboutToUndo)
    async def _save_if_changed(self) -> None:
        """Autosave. It is asked for in order and run in order; a newer one always comes after."""
        if self._changed and self._last is None:
            self._changed = False
            await self._keep()

    async def _keep(self, *, closing: bool = False) -> bool:
        """Keep the draft now; whether that worked."""
        self._take_fields()
        if self._code is None and self._capture.is_empty:
            return True
        place = None if closing else self._here()
        if await self.reporter.ask(lambda: self._keep_now(place)) is None:
            self._changed = True
            return False
        if self.is_mounted:
            self.query_one("#saved", Note).say(
                _("saved {time}").format(time=say_clock(self.reporter.clock.now()))
            )
            self.retitle()
        return True

    def _keep_now(self, place: Place | None) -> str:
        """On the vault's thread."""
        capture = self._capture
        self._code = self.work.keep_draft(self._code, capture, place)
        self._in_vault = capture
        self._kept = True
        return self._code

    async def keep_for_return(self) -> None:
        """The last save before a lock, with the cursor.

        Raises:
            FieldlogError: words would be lost if the vault were locked now.
        """
        await self.take_waiting_keys()
        self._take_fields()
        if self._capture == self._last or (self._code is None and self._capture.is_empty):
            return
        place = self._here()
        try:
            await self.reporter.threads.call(lambda: self._keep_now(place))
        except errors.FieldlogError:
            if self._capture != self._in_vault:
                self._changed = True
                raise

    async def keep_to_attach(self) -> bool:
        """What the files belong to is kept first, unless it is."""
        if self._code is not None and not self._changed:
            return True
        self._changed = False
        place = self._here()
        return await self.reporter.ask(lambda: self._keep_now(place)) is not None

    # --- leaving ----------------------------------------------------------------------------------

    async def _leave(self) -> bool:
        """Keep what is there; there is nothing to come back to after a lock."""
        await self.take_waiting_keys()
        self._take_fields()
        self._begin_last_save()
        left = await self._keep_or_forget()
        if not left:
            self._last = None
        return left

    def _begin_last_save(self) -> None:
        """From here on an autosave would make a draft again of what was just saved."""
        self._last = self._capture
        if self._due is not None:
            self._due.stop()

    async def _keep_or_forget(self) -> bool:
        incident, code = self._incident, self._code
        if incident is not None and code is not None and self._capture == incident.saved:
            # Looked at, or changed back: what was saved stays as it is.
            if incident.has_draft or self._kept:
                await self.reporter.did(lambda: self.work.forget_draft(code))
            return True
        return await self._keep(closing=True)

    async def action_erase_this(self) -> None:
        """From the menu: the code has to be typed. No autosave may bring back what is being erased."""
        code = self._code
        if code is None or not await self._keep():
            return
        self._begin_last_save()

        async def erased() -> None:
            self.reporter.back_to_list()

        def kept() -> None:
            self._last = None

        ask_to_erase(self, code, erased, kept=kept)

    async def action_back(self) -> None:
        """Esc: out of a filled path field first; the text is kept."""
        if await self._leave():
            self.app.pop_screen()

    async def action_save_and_next(self) -> None:
        """F2."""
        if await self._leave():
            self.app.switch_screen(CaptureScreen(code=None))

    async def action_done(self) -> None:
        """F4: ready to hand over."""
        await self.take_waiting_keys()
        self._take_fields()
        if not self._capture.what.strip():
            self.query_one("#what", StoryArea).focus()
            self.complain(_("Write what happened first. Esc leaves, and keeps the rest as a draft."))
            return
        if not await self._keep():
            return
        self._begin_last_save()
        code, capture = self._code or "", self._capture
        try:
            await self.reporter.threads.call(lambda: self.work.save(code, capture))
        except errors.UnreadableDate:
            self._stay("when")
            self.complain(
                _("The time cannot be read. Write it another way, or empty the field. Nothing is lost.")
            )
        except errors.MalformedRecord:
            self._stay("who")
            self.complain(_("Who was hurt? Write a number such as 3 or 3-5, or codes such as P-9QW2XY."))
        except errors.FieldlogError as error:
            self._last = None
            self.reporter.explain(error)
        else:
            if self.is_current:  # and not under what a lock has put over it
                self.app.pop_screen()

    def _stay(self, name: str) -> None:
        """The form was not left: its field ``name`` is to be written another way."""
        self._last = None
        self.query_one(f"#{name}", LineInput).focus()

    # --- choices ----------------------------------------------------------------------------------

    @on(Choice.ListWanted)
    def _show_list(self, message: Choice.ListWanted) -> None:
        choice = message.choice

        def take(code: str | None) -> None:
            if code is not None:
                choice.choose(code)

        self.app.push_screen(PickBox(title=choice.question, options=choice.options, value=choice.value), take)

    @on(LineInput.Submitted)
    def _to_next_field(self, message: LineInput.Submitted) -> None:
        if message.control.id != "path":
            self.focus_next()

    @on(StoryArea.Pasted)
    def _pasted(self, message: StoryArea.Pasted) -> None:
        count = message.length
        text = plural("Pasted {count} character.", "Pasted {count} characters.", count).format(count=count)
        if message.cuts:
            text += " " + _("Long paragraphs were split so that typing stays quick.")
        if len(self.query_one("#what", StoryArea).text) > WARN_TOTAL:
            text += " " + _("This text is very long: put the rest into a file and attach it.")
        self.say(text + " " + _("Ctrl+Z takes it back."))
