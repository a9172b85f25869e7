"""Handing over, step 3: what is inside, what stands against it, and where the file goes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural, translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import BACK, HELP, LOCK, WRITE
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.dialogs.danger import DangerBox
from fieldlog.tui.field.dialogs.pick import PickBox
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.writing import WritingScreen
from fieldlog.tui.field.work import OrganisationCard, Planned
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Choice, Note

_DENIABLE: Final = "deniable"
_SIGNED: Final = "signed"

_WARNINGS: Final = {
    "classic-recipient": N_("One key of these cards does not resist future quantum computers."),
    "several-organisations": N_("Each of these organisations sees that the others got it."),
    "confusable-name": N_("Two of your organisations have similar names: look twice."),
}


class CheckScreen(ReporterPage):
    """The summary, and the folder."""

    OFFERS: ClassVar[tuple[Command, ...]] = (WRITE, LOCK, HELP, BACK)
    HELP = N_(
        "Consent decides what may leave. A person who was not asked keeps an incident here, except while "
        "somebody is in danger: then it may go to the organisation that helps, with codes instead of "
        "names, once you have said so.\n"
        "The file name says nothing. The size is rounded, so that it says little."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((BACK, WRITE))

    def __init__(self, *, incidents: tuple[str, ...], cards: tuple[OrganisationCard, ...]) -> None:
        super().__init__()
        self._incidents = incidents
        self._cards = cards
        self._planned: Planned | None = None
        self._danger_reason = ""
        self._signed = False

    def heading(self) -> str:
        """The title."""
        return _("Hand over, step 3 of 4: check")

    def body(self) -> Iterable[Widget]:
        """The summary, what stands against it, the folder."""
        names = ", ".join(card.name for card in self._cards)
        yield Note(_("For: {names}").format(names=names), classes="lead gap")
        yield Note("", id="inside")
        yield Note("", id="against", classes="warn gap")
        yield Note("", id="notes", classes="quiet")
        with Horizontal(classes="row gap"):
            yield Note(_("Write to"), classes="label")
            yield LineInput(
                self._proposed_folder(),
                id="folder",
                helps=N_("The folder of a stick or card. Drop it on the window, or type its path."),
            )
        yield Note("", id="space", classes="quiet")
        if len(self._cards) == 1:
            # To several organisations nothing is signed: they could match the key with each other.
            yield from self._proof()
        yield Note("", id="next", classes="lead gap")

    def _proof(self) -> Iterable[Widget]:
        with Horizontal(classes="row gap"):
            yield Note(_("Proof"), classes="label")
            yield Choice(
                [
                    (_DENIABLE, _("only they can be sure it is mine")),
                    (_SIGNED, _("signed: they can prove it is mine")),
                ],
                _DENIABLE,
                id="proof",
                question=_("Proof"),
                helps=N_("Left and Right change it. Unsigned, nobody can prove to others that it is yours."),
            )
        yield Note(self._about_proof(), id="about-proof", classes="quiet")

    def _about_proof(self) -> str:
        if self._signed:
            return _("The organisation can prove to others, such as a court, that you wrote it.")
        return _("The organisation knows that you wrote it, but can prove it to nobody.")

    def _proposed_folder(self) -> str:
        practice = self.reporter.practice
        return str(practice.folder) if practice is not None else ""

    async def on_mount(self) -> None:
        """Look."""
        self.query_one(LineInput).focus()
        await self._plan()
        await self._show_space()

    async def _plan(self) -> None:
        cards, reason, signed = tuple(card.key for card in self._cards), self._danger_reason, self._signed
        planned = await self.reporter.ask(
            lambda: self.work.plan(
                incidents=self._incidents, cards=cards, danger_reason=reason, attributable=signed
            )
        )
        self._planned = planned
        if planned is None:
            return
        self.query_one("#inside", Note).say(self._inside(planned))
        for name, text in (
            ("#against", self._against(planned)),
            ("#notes", "\n".join(translate(_WARNINGS[one]) for one in planned.warnings)),
        ):
            self.query_one(name, Note).say(text)
            self.query_one(name, Note).display = bool(text)
        self.query_one("#next", Note).say(
            _("Nothing can be written yet.") if planned.blocked else _("F4 writes the sealed file.")
        )

    def _inside(self, planned: Planned) -> str:
        parts = (
            plural("{count} incident", "{count} incidents", planned.incidents).format(
                count=planned.incidents
            ),
            plural("{count} person as a code", "{count} people as codes", planned.people).format(
                count=planned.people
            ),
            plural("{count} file", "{count} files", planned.files).format(count=planned.files),
            say_size(planned.size),
        )
        return _("Inside: {what}").format(what=", ".join(parts))

    def _against(self, planned: Planned) -> str:
        lines = []
        if planned.blocked:
            lines.append(
                _("Consent keeps these here: {codes}. Ask the person, or leave them out in step 1.").format(
                    codes=" ".join(planned.blocked)
                )
            )
        if planned.unasked:
            lines.append(
                _("Danger now, and nobody was asked: {codes}. F4 asks you before it writes.").format(
                    codes=" ".join(planned.unasked)
                )
            )
        return "\n".join(lines)

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

    @on(Choice.Changed, "#proof")
    async def _change_proof(self, message: Choice.Changed) -> None:
        self._signed = message.choice.value == _SIGNED
        self.query_one("#about-proof", Note).say(self._about_proof())
        await self._plan()

    @on(Choice.ListWanted, "#proof")
    def _show_proofs(self, message: Choice.ListWanted) -> None:
        choice = message.choice

        def take(code: str | None) -> None:
            if code is not None:
                choice.choose(code)

        self.app.push_screen(PickBox(title=choice.question, options=choice.options, value=choice.value), take)

    def _folder(self) -> Path | None:
        typed = guess_path(self.query_one("#folder", LineInput).value)
        return Path(typed) if typed else None

    @on(LineInput.Submitted, "#folder")
    async def action_write(self) -> None:
        """F4: ask once if somebody in danger was not asked, then write."""
        planned, folder = self._planned, self._folder()
        if planned is None:
            return
        if planned.blocked:
            self.complain(self._against(planned))
        elif folder is None:
            self.query_one("#folder", LineInput).focus()
            self.complain(_("Where to? Type the folder of the stick."))
        elif not await self._is_there(folder):
            self.query_one("#folder", LineInput).focus()
            self.complain(_("There is no such folder."))
        elif planned.unasked:
            self._ask_about_danger(planned)
        else:
            self.app.push_screen(WritingScreen(planned=planned, folder=folder))

    def _ask_about_danger(self, planned: Planned) -> None:
        async def answered(reason: str | None) -> None:
            if reason:
                self._danger_reason = reason
                await self._plan()
                if self._planned is not None and not self._planned.unasked:
                    await self.action_write()

        self.app.push_screen(DangerBox(codes=" ".join(planned.unasked)), answered)
