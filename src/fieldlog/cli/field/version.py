"""``fieldlog version``: what exactly runs here, for a report to those who help."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers

_PACKAGES: Final = ("cryptography", "pynacl", "apsw-sqlite3mc", "textual")


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("show the versions of Fieldlog and of what it stands on")
    subparsers.add_parser("version", help=text, description=text)


def run(_arguments: argparse.Namespace) -> int:
    """Write one line per part."""
    import platform
    from importlib import metadata

    import fieldlog
    from fieldlog.cli import output

    output.field("fieldlog", fieldlog.__version__)
    output.field("python", platform.python_version())
    for package in _PACKAGES:
        try:
            output.field(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            output.field(package, _("not installed"))
    return 0
