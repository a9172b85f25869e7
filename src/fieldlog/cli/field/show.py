"""``fieldlog show``: one incident as text, with its people by their codes and its files by name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("show one incident as text")
    parser = subparsers.add_parser("show", help=text, description=text)
    parser.add_argument("code", metavar=_("CODE"), help=_("the incident's code, as list shows it"))


def run(arguments: argparse.Namespace) -> int:
    """Write the incident; a draft that was never saved shows its text."""
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.documents.dossier import dossiers_of
    from fieldlog.documents.report_text import report_text
    from fieldlog.field import recording

    with unlocked_vault(arguments) as vault:
        held = recording.read_incident(vault, arguments.code)
        if held.incident is None:
            capture, _cursor = recording.read_draft(vault, arguments.code)
            output.line(capture.what)
            return 0
    for line in report_text(dossiers_of(held.records)):
        output.line(line)
    return 0
