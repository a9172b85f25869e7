"""``fieldlog erase``: one incident destroyed for good, after its code was typed once more."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("erase one incident for good; asks for its code again")
    parser = subparsers.add_parser("erase", help=text, description=text)
    parser.add_argument("code", metavar=_("CODE"), help=_("the incident's code, as list shows it"))


def run(arguments: argparse.Namespace) -> int:
    """Erase the incident.

    Raises:
        UnknownRecord: no such incident.
        FieldlogError: another of the errors of ``field.bin.erase``.
    """
    from fieldlog import errors
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask, unlocked_vault
    from fieldlog.field import bin as bins
    from fieldlog.field import recording

    with unlocked_vault(arguments) as vault:
        row = recording.read_incident(vault, arguments.code).row
        output.line(
            _("Incident {code} will be gone for good, with every version and every file.").format(
                code=row.code
            )
        )
        typed = ask(_("Type its code to erase it, anything else to keep it: "))
        if not bins.is_typed_code(typed, row.code):
            output.line(_("Nothing was erased."))
            return errors.Cancelled.exit_status
        bins.erase(vault, row.code, typed=typed)
    output.line(_("Erased. No program can bring it back from this vault."))
    output.line(_("Backups that were made before, and what was handed over, still have it."))
    return 0
