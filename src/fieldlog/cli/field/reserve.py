"""``fieldlog reserve``: make room for attachments now, in both areas, so that later ones add no size."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers

_MEBIBYTE: Final = 1 << 20
_MOST: Final = 1 << 20
"""Mebibytes: a terabyte, more than any vault is made for."""


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("make room for attachments in advance; it takes twice the space, as both volumes grow together")
    parser = subparsers.add_parser("reserve", help=text, description=text)
    parser.add_argument("size", metavar=_("MB"), type=_megabytes, help=_("room for all attachments together"))


def run(arguments: argparse.Namespace) -> int:
    """Reserve; stopped at any point, the vault is as it was."""
    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import volumes

    with unlocked_vault(arguments) as vault:
        try:
            volumes.reserve(vault, arguments.size * _MEBIBYTE, progress=diagnostics.progress(_("Growing")))
        except KeyboardInterrupt:
            raise errors.Cancelled from None
    output.line(_("There is room for {count} MB of attachments.").format(count=arguments.size))
    return 0


def _megabytes(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _MOST:
        said = _("MB is a number from 1 to {most}, not {value}.").format(most=_MOST, value=text)
        raise argparse.ArgumentTypeError(said)
    return int(text)
