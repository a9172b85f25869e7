"""``fieldlog attach``: copy a file into the vault, as part of an incident. The original stays."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("copy files into an incident")
    parser = subparsers.add_parser("attach", help=text, description=text)
    parser.add_argument("code", metavar=_("CODE"), help=_("the incident's code, as list shows it"))
    parser.add_argument("files", metavar=_("FILE"), nargs="+", help=_("a photo, recording or document"))


def run(arguments: argparse.Namespace) -> int:
    """Attach one file after the other; those before a failure stay attached."""
    from pathlib import Path

    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import recording

    with unlocked_vault(arguments) as vault:
        for name in arguments.files:
            path = Path(name).absolute()
            try:
                evidence = recording.attach(
                    vault, arguments.code, path, progress=diagnostics.progress(_("Attaching"))
                )
            except KeyboardInterrupt:
                raise errors.Cancelled from None
            output.field(evidence.code, Path(name).name)
            output.field("SHA-256", evidence.sha256)
    output.line(_("The originals are still where they were, readable for anybody who has this computer."))
    return 0
