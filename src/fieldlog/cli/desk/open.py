"""``fieldlog-desk open``: verify a bundle and show its incidents; nothing is written to disk."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.cli import output
from fieldlog.cli.desk import verification
from fieldlog.cli.desk.unlocking import unlocked_register
from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """The verb's name, options and help."""
    text = _("verify a bundle and show its incidents; nothing is written to disk")
    parser = subparsers.add_parser("open", help=text, description=text)
    parser.add_argument("bundle", metavar=_("BUNDLE"), help=_("the sealed file"))
    parser.add_argument("--json", action="store_true", help=_("write one JSON object instead of text"))


def run(arguments: argparse.Namespace) -> int:
    """Verify and show. Gives 0; a bundle that does not verify is an error."""
    from fieldlog.desk.intake import open_bundle

    with unlocked_register(arguments) as register:
        opened = open_bundle(register, Path(arguments.bundle).absolute())
    if arguments.json:
        output.exact(opened.to_json())
        return 0
    verification.show(opened.report)
    for text in opened.texts(current_language()):
        output.line()
        output.line(text)
    return 0
