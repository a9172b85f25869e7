"""Room for files in advance: both areas grow now, with random bytes, and can be stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import BACK, HELP, LOCK
from fieldlog.tui.field.dates import say_size
from fieldlog.tui.field.screens.base import ReporterPage
from fieldlog.tui.field.screens.vault.long_work import LongWorkScreen
from fieldlog.tui.field.screens.vault.told import ToldScreen
from fieldlog.tui.field.vault_commands import START
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note

_GIB: Final = 1024 * 1024 * 1024
_MOST_GIB: Final = 1024
"""More is a slip of the finger: no laptop has twice as much to give."""


class ReserveScreen(ReporterPage):
    """A number of gigabytes, and F4."""

    OFFERS: ClassVar[tuple[Command, ...]] = (START, LOCK, HELP, BACK)
    HELP = N_(
        "The vault's folder holds two areas of the same size for files. They grow when files come in, "
        "and the "
        "time they grew can be seen. Room that is there already is filled unseen."
    )
    BINDINGS: ClassVar[list[Any]] = bindings((START, BACK))

    def heading(self) -> str:
        """The title."""
        return _("Reserve space")

    def body(self) -> Iterable[Widget]:
        """What it does, the number."""
        yield Note(
            _("Makes room for photos and videos now, so that adding them later goes quickly."),
            classes="lead gap",
        )
        yield Note(
            _(
                "It takes twice as much of the disk, because both vaults in the folder always have the same "
                "size. It cannot be made smaller again."
            ),
            classes="gap",
        )
        with Horizontal(classes="row gap"):
            yield Note(_("Gigabytes"), classes="label")
            yield LineInput(
                "1", id="size", limit=6, helps=N_("Room for files in all, in gigabytes, such as 8.")
            )
        yield Note("", id="takes", classes="quiet")

    async def on_mount(self) -> None:
        """Begin in the field."""
        self.query_one(LineInput).focus()
        await self._show()

    def _bytes(self) -> int:
        typed = self.query_one(LineInput).value.strip().replace(",", ".")
        try:
            size = float(typed)
        except ValueError:
            return 0
        return int(size * _GIB) if 0 < size <= _MOST_GIB else 0

    @on(LineInput.Changed)
    async def _show(self) -> None:
        size = self._bytes()
        if not size:
            self.query_one("#takes", Note).say(_("Type a number such as 8."))
            return
        free = await self.reporter.ask(lambda: self.work.free_space(self.work.folder))
        if free is not None and self.is_there:
            self.query_one("#takes", Note).say(
                _("The files will take {size} of the disk; free now: {free}").format(
                    size=say_size(2 * size), free=say_size(free)
                )
            )

    @on(LineInput.Submitted)
    def action_start(self) -> None:
        """F4."""
        size = self._bytes()
        if not size:
            self.complain(_("Type a number such as 8."))
            return
        self.app.push_screen(
            LongWorkScreen(
                title=_("Reserve space"),
                doing=_("Writing random bytes into both areas."),
                work=lambda tell: self.work.reserve(size, tell),
                done=self._reserved,
                when_failed=_("Everything is as it was."),
            )
        )

    def _reserved(self, _result: None) -> None:
        self.app.switch_screen(
            ToldScreen(
                title=_("Reserve space"),
                lead=_("There is room for {size} of files now.").format(size=say_size(self._bytes())),
            )
        )
