"""``fieldlog upgrade``: a vault of the first form becomes one with two volumes.

The old vault stays until the copy is complete and verified. Both secrets are asked for, and both must open
it: the slots of the first form cannot be written again without them.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("copy a vault that an earlier Fieldlog made into the present form")
    subparsers.add_parser("upgrade", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Upgrade; stopped at any point, the vault is as it was."""
    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.unlocking import typed_secret, unlocked_with
    from fieldlog.field import vault as vaults
    from fieldlog.field import volumes

    vault, given = unlocked_with(arguments)
    with vault:
        if not volumes.is_first_form(vault):
            output.line(_("This vault has the present form already."))
            return 0
        words = vaults.typed_secret(typed_secret(arguments, _("Its twelve recovery words: ")))
        try:
            volumes.upgrade(
                vault,
                passphrase=given.secret,
                recovery=words,
                keyfile=given.keyfile,
                progress=diagnostics.progress(_("Copying")),
            )
        except KeyboardInterrupt:
            raise errors.Cancelled from None
    output.line(_("The vault has two volumes now. The passphrase and the recovery words are as before."))
    return 0
