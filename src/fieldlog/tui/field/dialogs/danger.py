"""Somebody is in danger and was not asked: the one exception to consent, with a reason (data-model 2.7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.widget import Widget

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.commands import CLOSE, DONE
from fieldlog.tui.field.dialogs.box import Box
from fieldlog.tui.kit.commands import Command, bindings
from fieldlog.tui.kit.inputs import LineInput
from fieldlog.tui.kit.widgets import Note


class DangerBox(Box):
    """Returns the reason, in the person's words."""

    OFFERS: ClassVar[tuple[Command, ...]] = (DONE, CLOSE)
    BINDINGS: ClassVar[list[Any]] = bindings((DONE,))

    def __init__(self, *, codes: str) -> None:
        super().__init__()
        self._codes = codes

    def heading(self) -> str:
        """The title."""
        return _("They were not asked")

    def body(self) -> Iterable[Widget]:
        """What it means, and the reason."""
        yield Note(
            _(
                "{codes}: somebody is in danger and could not be asked. The organisation gets it to protect "
                "them, with a code instead of the name. It may not publish it."
            ).format(codes=self._codes)
        )
        yield Note(_("Why can you not ask first? The organisation reads your reason."), classes="gap")
        yield LineInput(id="reason", limit=400, helps=N_("A few words, without names."))
        yield self.problem()
        yield Note(_("F4 sends it to protect them. Esc goes back, nothing is written."), classes="quiet gap")

    @on(LineInput.Submitted)
    def action_done(self) -> None:
        """F4."""
        reason = self.query_one(LineInput).value.strip()
        if reason:
            self.dismiss(reason)
        else:
            self.complain(_("Write a reason first, in a few words."))
