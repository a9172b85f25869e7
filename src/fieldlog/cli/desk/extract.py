"""``fieldlog-desk extract``: verify a bundle, then write what is in it to a new folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.cli import output
from fieldlog.cli.desk import verification
from fieldlog.cli.desk.unlocking import unlocked_register
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """The verb's name, options and help."""
    text = _("verify a bundle and write its files to a new folder")
    parser = subparsers.add_parser("extract", help=text, description=text)
    parser.add_argument("bundle", metavar=_("BUNDLE"), help=_("the sealed file"))
    parser.add_argument("folder", metavar=_("FOLDER"), help=_("a folder that does not exist yet"))


def run(arguments: argparse.Namespace) -> int:
    """Verify and write. Gives 0; on any failure no folder is left."""
    from fieldlog.desk.extraction import extract

    folder = Path(arguments.folder).absolute()
    with unlocked_register(arguments) as register:
        extraction = extract(register, Path(arguments.bundle).absolute(), folder)
    verification.show(extraction.report)
    output.line(
        plural(
            "{count} file written to {folder}", "{count} files written to {folder}", extraction.files
        ).format(count=extraction.files, folder=arguments.folder)
    )
    output.line(_("These files are not encrypted. Keep the folder on an encrypted disk."))
    return 0
