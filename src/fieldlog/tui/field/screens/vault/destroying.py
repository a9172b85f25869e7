"""Destroying the vault: one typed word, what was done, what that cannot do, and the end of the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from fieldlog import errors
from fieldlog.i18n import warnings
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.i18n.sentences import explain
from fieldlog.tui.field.outcome import Quit
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.reading import SCROLLING, ReadingPage
from fieldlog.tui.field.screens.vault.explained import ExplainedScreen
from fieldlog.tui.field.upkeep import Destroyed
from fieldlog.tui.field.vault_commands import END
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.widgets import Note


def begin_destruction(page: ReporterPage) -> None:
    """Say what it does and what it cannot do, then ask for the word."""
    page.app.push_screen(
        ExplainedScreen(
            title=_("Destroy the vault"),
            paragraphs=(
                *warnings.before_destruction(str(page.work.folder)),
                _("What this cannot do:") + "\n" + "\n".join(f"- {one}" for one in _cannot()),
                _("F12 locks at once and destroys nothing."),
            ),
            word=warnings.destruction_word(),
            then=lambda at: at.app.run_worker(_destroy(at)),
        )
    )


def _cannot() -> tuple[str, ...]:
    return warnings.not_done_by_destruction()


async def _destroy(page: ReporterPage) -> None:
    reporter = page.reporter
    try:
        done = await reporter.threads.call(page.work.destroy)
    except errors.FieldlogError as error:
        said = explain(error)
        page.complain(_("The keys are still there: {problem}").format(problem=f"{said.what} {said.advice}"))
        return
    reporter.is_open = False
    await reporter.push_screen(DestroyedScreen(done))


class DestroyedScreen(ReadingPage):
    """The last screen; every key but help ends the program."""

    OFFERS: ClassVar[tuple[Command, ...]] = (END,)
    HELP = N_("What was in the vault can no longer be opened with anything that is in this folder.")
    BINDINGS: ClassVar[list[Any]] = [*bindings((END,)), *SCROLLING]

    def __init__(self, done: Destroyed) -> None:
        super().__init__()
        self._done = done

    def heading(self) -> str:
        """The title."""
        return _("The vault is destroyed")

    def body(self) -> Iterable[Widget]:
        """What was done, and what was not."""
        with VerticalScroll(id="text"):
            yield Note(warnings.keys_gone(), classes="lead")
            for sentence in warnings.after_destruction(
                overwritten=self._done.overwritten, left=self._done.left
            ):
                yield Note(sentence)
            yield Note(_("What this could not do:"), classes="gap")
            for sentence in _cannot():
                yield Note("- " + sentence)
            yield Note(_("Enter ends Fieldlog."), classes="quiet gap")

    def action_end(self) -> None:
        """Any way on is the end."""
        self.app.run_worker(self.reporter.leave_for(Quit()))
