"""A key file: made on a stick, and then a passphrase that opens nothing without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.vault_commands import START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.paths import guess_path
from fieldlog.tui.kit.widgets import Note


class KeyFileScreen(ReporterPage):
    """The path of a key file, which is made if it is not there; ``then`` sets a passphrase with it."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, LOCK, HELP, BACK)
    HELP = N_(
        "With a key file, whoever knows the words still cannot open the vault without the stick. "
        "If the stick is lost, only the twelve recovery words open it: they never need a file.\n"
        "Keep a copy of the file on a second stick, and never in the vault's folder."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((START, BACK))

    def __init__(self, *, then: Callable[[ReporterPage, str], None]) -> None:
        super().__init__()
        self._then = then

    def heading(self) -> str:
        """The title."""
        return _("Key file")

    def body(self) -> Iterable[Widget]:
        """What it does, the field."""
        yield Note(_("A small file on a stick that a passphrase needs as well."), classes="lead gap")
        yield Note(
            _(
                "Type a name on the stick that you carry, for example /media/stick/key. If there is no such "
                "file it is made. Then you change your passphrase, and the new one needs the file."
            ),
            classes="gap",
        )
        yield Note(
            _(
                "Lost or damaged, it cannot be made again: then only the twelve recovery words open the "
                "vault."
            ),
            classes="warn gap",
        )
        with Horizontal(classes="row gap"):
            yield Note(_("Key file"), classes="label")
            yield LineInput(id="path", helps=N_("The path of the file. Drop it on the window, or type it."))
        yield Note(_("F4 goes on."), classes="quiet gap")

    def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(LineInput).focus()

    @on(LineInput.Submitted)
    async def action_start(self) -> None:
        """Make it unless it is there, then change the passphrase."""
        path = guess_path(self.query_one(LineInput).value)
        if not path:
            self.complain(_("Type the path of the key file first."))
            return
        there = await self.reporter.ask(lambda: self.work.is_file(path))
        if there is None:
            return
        if not there and not await self.reporter.did(lambda: self.work.make_keyfile(path)):
            return
        self._then(self, path)
