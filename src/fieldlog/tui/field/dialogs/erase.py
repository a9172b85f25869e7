"""Erasing for good: a code or a number has to be typed, so that no single key can do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.commands import CLOSE, DONE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note

if TYPE_CHECKING:
    from fieldlog.tui.field.screens.base import ReporterPage


class EraseBox(Box):
    """Returns what was typed once ``try_typed`` has nothing against it.

    ``meaning`` says what goes for good, ``ask`` what to type, ``helps`` where that is to be seen, and
    ``by_enter`` what to press, for who pressed Enter.
    """

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((DONE,))

    def __init__(
        self,
        *,
        title: str,
        meaning: Iterable[str],
        ask: str,
        helps: str,
        by_enter: str,
        try_typed: Callable[[str], Awaitable[str]],
    ) -> None:
        super().__init__()
        self._title = title
        self._meaning = tuple(meaning)
        self._ask = ask
        self._helps = helps
        self._by_enter = by_enter
        self._try_typed = try_typed

    def heading(self) -> str:
        """The title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """What it means, and the field."""
        for sentence in self._meaning:
            yield Note(sentence)
        yield Note(self._ask, classes="lead gap")
        yield LineInput(id="code", limit=40, helps=self._helps)
        yield self.problem()

    @on(LineInput.Changed)
    def _typing(self) -> None:
        self.no_problem()

    @on(LineInput.Submitted)
    def _not_by_enter(self) -> None:
        self.complain(self._by_enter)

    async def action_done(self) -> None:
        """F4."""
        typed = self.query_one(LineInput).value
        wrong = await self._try_typed(typed)
        if wrong:
            self.complain(wrong)
        else:
            self.dismiss(typed)


def ask_to_erase(
    page: ReporterPage,
    code: str,
    erased: Callable[[], Awaitable[None]],
    *,
    kept: Callable[[], None] = lambda: None,
) -> None:
    """Ask for the code, erase, and then do ``erased``; ``kept`` when it was not."""

    async def try_code(typed: str) -> str:
        try:
            await page.reporter.threads.call(lambda: page.work.erase(code, typed))
        except errors.UsageError:
            return _("This is not its code. Nothing was erased.")
        except errors.FieldlogError as error:
            said = explain(error)
            return f"{said.what} {said.advice}"
        return ""

    async def answered(typed: str | None) -> None:
        if typed is not None:
            await erased()
        else:
            kept()

    page.app.push_screen(
        EraseBox(
            title=_("Erase {code} for good?").format(code=code),
            meaning=(
                _(
                    "The incident, its earlier versions and its files are erased from this vault. Nobody can "
                    "bring "
                    "them back from it. Backups, bundles you handed over and copies of the folder still have "
                    "them."
                ),
            ),
            ask=_("Type the code {code}, then F4.").format(code=code),
            helps=N_("The code of the incident, as in the title."),
            by_enter=_("F4 erases it, Esc goes back."),
            try_typed=try_code,
        ),
        answered,
    )


def ask_to_empty(page: ReporterPage, count: int, empty: Callable[[str], None]) -> None:
    """Ask how many incidents are in the bin, and then do ``empty`` with what was typed."""

    async def try_count(typed: str) -> str:
        if typed.strip() == str(count):
            return ""
        return _("This is not how many there are. Nothing was erased.")

    def answered(typed: str | None) -> None:
        if typed is not None:
            empty(typed)

    page.app.push_screen(
        EraseBox(
            title=_("Empty the bin for good?"),
            meaning=(
                plural(
                    "{count} incident is erased from this vault, with every version and every file.",
                    "{count} incidents are erased from this vault, with every version and every file.",
                    count,
                ).format(count=count),
                _(
                    "Nobody can bring them back from it. Backups, bundles you handed over and copies of the "
                    "folder still have them."
                ),
            ),
            ask=_("Type the number {count}, then F4.").format(count=count),
            helps=N_("How many incidents are in the bin, as in the text above."),
            by_enter=_("F4 erases them, Esc goes back."),
            try_typed=try_count,
        ),
        answered,
    )
