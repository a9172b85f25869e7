"""Handing over, step 2: for whom. Only an organisation whose check code was typed can be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import ADD_CARD, BACK, CHECK_CARD, CHOOSE, HELP, LOCK, NEXT
from fieldlog.tui.field.dialogs.add_card import AddCardBox
from fieldlog.tui.field.dialogs.check_code import CheckCodeBox
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.check import CheckScreen
from fieldlog.tui.field.work import OrganisationCard
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.rows import Column, Row, RowList
from fieldlog.tui.kit.widgets import Note


def state_of(card: OrganisationCard) -> str:
    """Whether a card can be used, in words."""
    if card.expired:
        return _("not valid today: ask for a new card")
    if not card.checked:
        return _("NOT CHECKED yet: F6 types its code")
    return _("checked {day}").format(day=card.checked)


def _in_one_line(error: errors.FieldlogError) -> str:
    said = explain(error)
    return f"{said.what} {said.advice}"


class ForWhomScreen(ReporterPage):
    """The organisations."""

    OFFERS: ClassVar[tuple[Command, ...]] = (CHOOSE, NEXT, ADD_CARD, CHECK_CARD, LOCK, HELP, BACK)
    HELP = N_(
        "An organisation gives you its card as a file or a text. A card could be false, so you hear its "
        "check code from the organisation by another way: by phone or in person, from somebody whose "
        "voice you know. Only then can you seal to it.\n"
        "Only the organisations chosen here can open the file. You cannot, and Fieldlog cannot."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((BACK, ADD_CARD, CHECK_CARD, NEXT))

    def __init__(self, incidents: tuple[str, ...]) -> None:
        super().__init__()
        self._incidents = incidents
        self._cards: tuple[OrganisationCard, ...] = ()
        self._chosen: set[str] = set()

    def heading(self) -> str:
        """The title."""
        return _("Hand over, step 2 of 4: for whom")

    def body(self) -> Iterable[Widget]:
        """What to do, the list."""
        yield Note(
            _("Space chooses, Enter goes on. Only a checked organisation can be chosen."), classes="lead"
        )
        yield RowList(
            [
                Column(heading="", width=3),
                Column(heading=_("Organisation"), width=16, share=1),
                Column(heading=_("Checked?"), width=20, most=40),
            ],
            id="cards",
            helps=N_("Space chooses. F2 adds a card, F6 types the check code you heard by another way."),
        )
        yield Note("", id="about", classes="quiet")

    async def on_mount(self) -> None:
        """Read the cards."""
        self.query_one(RowList).focus()
        await self._read()

    async def _read(self, cursor: str = "") -> None:
        cards = await self.reporter.ask(self.work.cards)
        if cards is None:
            return
        self._cards = cards
        usable = [card.key for card in cards if card.usable]
        self._chosen &= set(usable)
        if len(usable) == 1 == len(cards):
            self._chosen = set(usable)
        self._show()
        if cursor:
            self.query_one(RowList).put_cursor(cursor)

    def _show(self) -> None:
        rows = [
            Row(
                key=card.key,
                cells=("[x]" if card.key in self._chosen else "[ ]", card.name, state_of(card)),
                dim=not card.usable,
            )
            for card in self._cards
        ]
        self.query_one(RowList).fill(rows, empty=_("No organisation yet.\nF2 adds the card of one."))
        self._about()

    @on(RowList.Moved)
    def _about(self) -> None:
        card = self._under_cursor()
        lines = []
        if card is not None:
            if not card.usable:
                lines.append(state_of(card) + ".")
            lines.append(
                _("{contact}. Card valid until {day}.").format(contact=card.contact, day=card.expires)
                if card.contact
                else _("Card valid until {day}.").format(day=card.expires)
            )
            if card.looks_like:
                lines.append(
                    _("Careful: the name looks like {other}. Compare the check code.").format(
                        other=card.looks_like
                    )
                )
            if card.classic_only:
                lines.append(_("This card has no key that resists future quantum computers."))
        self.query_one("#about", Note).say("\n".join(lines))

    def _under_cursor(self) -> OrganisationCard | None:
        key = self.query_one(RowList).cursor_key
        return next((card for card in self._cards if card.key == key), None)

    @on(RowList.Ticked)
    def action_choose(self) -> None:
        """Space."""
        card = self._under_cursor()
        if card is None:
            return
        if not card.usable:
            self.complain(state_of(card))
            return
        self._chosen ^= {card.key}
        self._show()

    def action_add_card(self) -> None:
        """F2."""
        taken: list[OrganisationCard] = []

        async def take(text: str) -> str:
            try:
                taken.append(await self.reporter.threads.call(lambda: self.work.take_card(text)))
            except errors.FieldlogError as error:
                return _in_one_line(error)
            return ""

        async def added(text: str | None) -> None:
            if text is None:
                return
            card = taken[-1]
            await self._read(card.key)
            self.say(_("Card taken in: {name}.").format(name=card.name))
            if not card.checked:
                self.action_check_card()

        self.app.push_screen(
            AddCardBox(folder=self.reporter.practice_folder(), is_file=self.work.is_file, try_card=take),
            added,
        )

    def action_check_card(self) -> None:
        """F6."""
        card = self._under_cursor()
        if card is None:
            return
        if card.checked:
            self.say(_("The code of {name} was typed on {day}.").format(name=card.name, day=card.checked))
            return

        async def compare(code: str) -> str:
            try:
                await self.reporter.threads.call(lambda: self.work.check_card(card.key, code))
            except errors.FieldlogError as error:
                return _in_one_line(error)
            return ""

        async def compared(code: str | None) -> None:
            if code is not None:
                self._chosen.add(card.key)
                await self._read(card.key)
                self.say(_("The code is right. {name} can be chosen from now on.").format(name=card.name))

        self.app.push_screen(
            CheckCodeBox(name=card.name, practice_code=self.reporter.practice_code(), try_code=compare),
            compared,
        )

    @on(RowList.Chosen)
    def action_next(self) -> None:
        """Enter."""
        if not self._chosen:
            card = self._under_cursor()
            if card is not None and not card.usable:
                self.complain(state_of(card))
            else:
                self.complain(_("Nobody is chosen. Space chooses, F2 adds a card."))
            return
        cards = tuple(card for card in self._cards if card.key in self._chosen)
        self.app.push_screen(CheckScreen(incidents=self._incidents, cards=cards))
