"""Erasing an incident for good: its code has to be typed, so that no single key can do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n.catalog import mark as N_
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
    """Returns what was typed once ``try_code`` has nothing against it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((DONE,))

    def __init__(self, *, code: str, try_code: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._code = code
        self._try_code = try_code

    def heading(self) -> str:
        """The title."""
        return _("Erase {code} for good?").format(code=self._code)

    def body(self) -> Iterable[Widget]:
        """What it means, and the field."""
        yield Note(
            _(
                "The incident, its earlier versions and its files are erased from this vault. Nobody can "
                "bring "
                "them back from it. Backups, bundles you handed over and copies of the folder still have "
                "them."
            )
        )
        yield Note(_("Type the code {code}, then F4.").format(code=self._code), classes="lead gap")
        yield LineInput(id="code", limit=40, helps=N_("The code of the incident, as in the title."))
        yield self.problem()

    @on(LineInput.Changed)
    def _typing(self) -> None:
        self.no_problem()

    @on(LineInput.Submitted)
    def _not_by_enter(self) -> None:
        self.complain(_("F4 erases it, Esc goes back."))

    async def action_done(self) -> None:
        """F4."""
        wrong = await self._try_code(self.query_one(LineInput).value)
        if wrong:
            self.complain(wrong)
        else:
            self.dismiss(self._code)


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

    async def answered(done: str | None) -> None:
        if done:
            await erased()
        else:
            kept()

    page.app.push_screen(EraseBox(code=code, try_code=try_code), answered)
