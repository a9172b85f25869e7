"""``fieldlog list``: the incidents in the vault, newest first, without their texts.

There is no option to search: a word on the command line stays in the shell's history.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.store.vault.incidents import IncidentRow

STATES: Final = {
    "draft": N_("draft"),
    "ready": N_("finished"),
    "handed_over": N_("handed over"),
    "received": N_("received"),
    "bin": N_("in the bin"),
}
_PAGE: Final = 200
"""Rows read at a time; the store gives no more at once."""


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("list the incidents in the vault")
    parser = subparsers.add_parser("list", help=text, description=text)
    parser.add_argument("--state", choices=tuple(STATES), help=_("only those in this state"))


def run(arguments: argparse.Namespace) -> int:
    """Write one row per incident."""
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import recording

    rows: list[IncidentRow] = []
    with unlocked_vault(arguments) as vault:
        while page := recording.list_incidents(vault, state=arguments.state, limit=_PAGE, offset=len(rows)):
            rows += page
    if not rows:
        output.line(_("Nothing here yet."))
        return 0
    headers = (_("Code"), _("State"), _("When"), _("Kind"), _("Where"), _("Files"))
    output.table(headers, [_cells(row) for row in rows], plain=arguments.plain)
    return 0


def _cells(row: IncidentRow) -> tuple[str, ...]:
    from fieldlog.documents.when_text import describe_when
    from fieldlog.i18n.labels import label

    summary = row.summary
    when = describe_when(summary.when) if summary.when else summary.typed_when
    state = _(STATES["bin" if row.in_bin else row.state])
    family = label("violation_family", summary.family) if summary.family else ""
    return (row.code, state, when, family, summary.place, str(row.files))
