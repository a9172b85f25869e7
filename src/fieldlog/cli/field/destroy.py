"""``fieldlog destroy``: make the vault impossible to open, after one typed word and without a passphrase.

The word is asked for and never an argument: a line that the shell remembers would destroy by one key.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("make the vault impossible to open, for ever; asks for one word and no passphrase")
    subparsers.add_parser("destroy", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Destroy the vault and say what was done and what was not.

    Raises:
        VaultMissing: there is nothing to destroy.
        Cancelled: something else was typed; nothing was touched.
        MachineError: one of its subclasses: the keys are still there.
    """
    from fieldlog import errors
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask, vault_folder
    from fieldlog.field import destruction
    from fieldlog.i18n import warnings
    from fieldlog.system.paths import home_relative

    folder = vault_folder(arguments)
    if not destruction.is_there(folder):
        raise errors.VaultMissing(str(folder))
    for sentence in warnings.before_destruction(home_relative(folder)):
        output.line(sentence)
    word = warnings.destruction_word()
    typed = ask(_("Type {word} to destroy it, anything else to leave it as it is: ").format(word=word))
    if not warnings.is_destruction_word(typed):
        output.line(_("Nothing was touched."))
        return errors.Cancelled.exit_status
    destroyed = destruction.destroy(folder, keys_gone=lambda: output.line(warnings.keys_gone()))
    for sentence in warnings.after_destruction(overwritten=destroyed.overwritten, left=destroyed.left):
        output.line(sentence)
    output.line(_("What this could not do:"))
    for sentence in warnings.not_done_by_destruction():
        output.line(f"- {sentence}")
    return 0
