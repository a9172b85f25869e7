"""How an incident looks as one line of a list."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.answers import answer
from fieldlog.tui.field.dates import short_when
from fieldlog.tui.field.work import Listed
from fieldlog.tui.kit.rows import Column

STATE_MARKS: Final = {
    "draft": N_("[D] draft"),
    "ready": N_("[R] ready"),
    "handed_over": N_("[x] handed"),
    "received": N_("[v] received"),
    "bin": N_("[-] bin"),
}
"""A letter and a word: never colour alone (ui.md finding 9)."""


def incident_columns() -> list[Column]:
    """The columns of a list of incidents, in the chosen language."""
    return [
        Column(heading=_("No."), width=10, hide_below=64),
        Column(heading=_("When"), width=16, most=20),
        Column(heading=_("What"), width=12, share=2),
        Column(heading=_("Where"), width=10, share=1, hide_below=70),
        Column(heading=_("State"), width=10, most=14),
    ]


def incident_cells(listed: Listed) -> tuple[str, ...]:
    """One incident as the cells of ``incident_columns``."""
    state = translate(STATE_MARKS[listed.state]) + (" *" if listed.changed else "")
    what = answer("family", listed.family) if listed.family not in ("", "UNK") else listed.excerpt
    when = short_when(listed.when) if listed.when else listed.typed_when
    return (listed.code, when, what or _("(no text yet)"), listed.where, state)
