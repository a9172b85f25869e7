"""``fieldlog-desk identity``: the age identity of the register, for the day Fieldlog is gone.

It goes to a new file only, never to standard output, where a terminal would keep it.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.cli import output
from fieldlog.cli.desk.unlocking import unlocked_register
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """The verb's name, options and help."""
    text = _("write the secret key that opens bundles with age, without Fieldlog")
    parser = subparsers.add_parser("identity", help=text, description=text)
    parser.add_argument("file", metavar=_("FILE"), help=_("a file that does not exist yet"))


def run(arguments: argparse.Namespace) -> int:
    """Write the identity. Gives 0."""
    from fieldlog.desk.keys import export_identity
    from fieldlog.system.files import write_whole

    with unlocked_register(arguments) as register:
        write_whole(Path(arguments.file).absolute(), export_identity(register).reveal(), replace=False)
    output.line(
        _("Whoever has this file can read every bundle sealed to you. Keep it offline, in a safe place.")
    )
    return 0
