"""The check code of a card, typed as it was heard. It is never shown: nobody can skip the call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, DONE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note

CODE_DIGITS: Final = 30
"""Digits of a check code (formats.md 3)."""


class CheckCodeBox(Box):
    """Returns the code that was typed, once ``try_code`` has nothing against it.

    ``try_code`` says in a sentence what is wrong, or nothing; a slip of the finger costs no typing.
    """

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((DONE,))

    def __init__(self, *, name: str, practice_code: str, try_code: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._try_code = try_code
        self._name = name
        self._practice_code = practice_code

    def heading(self) -> str:
        """The title."""
        return _("Check code of {name}").format(name=self._name)

    def body(self) -> Iterable[Widget]:
        """How to get it, and the field."""
        yield Note(
            _(
                "Call or meet somebody of the organisation whose voice you know. "
                "Do not use the way the card came by. Ask for the 30 digits of its check code and type them."
            )
        )
        yield LineInput(
            id="code",
            limit=60,
            placeholder=_("30 digits, in groups of five if you like"),
            helps=N_("Blanks do not matter."),
        )
        yield Note("", id="digits", classes="quiet")
        yield self.problem()
        if self._practice_code:
            yield Note(_("Practice: the voice on the phone says"), classes="quiet")
            yield Note(self._practice_code, id="practice-code", classes="lead")
        else:
            yield Note(
                _(
                    "Fieldlog does not show the code, so that it has to be heard. "
                    "Not now? Esc: the card is kept."
                ),
                classes="quiet",
            )

    @on(LineInput.Changed)
    def _count(self) -> None:
        digits = _digits(self.query_one(LineInput).value)
        self.no_problem()
        self.query_one("#digits", Note).say(_("{count} of 30 digits").format(count=digits) if digits else "")

    @on(LineInput.Submitted)
    async def action_done(self) -> None:
        """F4 or Enter."""
        typed = self.query_one(LineInput).value
        digits = _digits(typed)
        if digits < CODE_DIGITS:
            self.complain(
                plural(
                    "Incomplete: {count} digit of 30. Ask for the rest.",
                    "Incomplete: {count} digits of 30. Ask for the rest.",
                    digits,
                ).format(count=digits)
            )
            return
        wrong = await self._try_code(typed)
        if wrong:
            self.complain(wrong)
        else:
            self.dismiss(typed)


def _digits(typed: str) -> int:
    return sum(letter.isdigit() for letter in typed)
