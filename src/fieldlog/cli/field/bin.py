"""``fieldlog bin``: what was put aside and how long it stays, putting there, taking back, emptying."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.vault import OpenVault


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("list what is in the bin, put an incident there, or bring one back")
    parser = subparsers.add_parser("bin", help=text, description=text)
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--put", metavar=_("CODE"), help=_("put this incident into the bin for 30 days"))
    one.add_argument("--restore", metavar=_("CODE"), help=_("bring this incident back"))
    one.add_argument("--empty", action="store_true", help=_("erase everything in the bin for good"))


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked, or list.

    Raises:
        UnknownRecord: no such incident.
        FieldlogError: another of the errors of ``field.bin``.
    """
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import bin as bins

    with unlocked_vault(arguments) as vault:
        if arguments.put:
            bins.move_to_bin(vault, arguments.put)
        elif arguments.restore:
            bins.restore_from_bin(vault, arguments.restore)
        elif arguments.empty:
            return _empty(vault)
        _list(vault, plain=arguments.plain)
    return 0


def _list(vault: OpenVault, *, plain: bool) -> None:
    from fieldlog.cli import output
    from fieldlog.field import bin as bins

    held = bins.binned(vault)
    if not held:
        output.line(_("The bin is empty."))
        return
    headers = (_("Code"), _("Days left"), _("Files"))
    rows = [(one.row.code, str(one.days_left), str(one.row.files)) for one in held]
    output.table(headers, rows, plain=plain)


def _empty(vault: OpenVault) -> int:
    from fieldlog import errors
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask
    from fieldlog.field import bin as bins

    count = len(bins.binned(vault))
    if not count:
        output.line(_("The bin is empty."))
        return 0
    output.line(
        plural(
            "{count} incident will be gone for good, with every version and every file.",
            "{count} incidents will be gone for good, with every version and every file.",
            count,
        ).format(count=count)
    )
    typed = ask(_("Type {count} to erase, anything else to keep: ").format(count=count))
    try:
        bins.empty_bin(vault, typed=typed)
    except errors.UsageError:
        output.line(_("Nothing was erased."))
        return errors.Cancelled.exit_status
    output.line(_("The bin is empty."))
    return 0
