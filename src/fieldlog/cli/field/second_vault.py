"""``fieldlog second-vault``: make a second vault in the room that every vault has for one.

It has its own passphrase and recovery words. What may be said about it is said first, in the words of the
threat model; then a word is typed, because a second vault that is there already would be gone.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers

_WORD: Final = N_("SECOND")


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("make a second vault, with a passphrase of its own")
    parser = subparsers.add_parser("second-vault", help=text, description=text)
    parser.add_argument(
        "--own-passphrase",
        action="store_true",
        help=_("type a passphrase of your own instead of the seven words"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Make it, after the typed word.

    Raises:
        Cancelled: something else was typed; nothing was touched.
        FieldlogError: another of the errors of ``field.volumes.make_second_vault``.
    """
    from fieldlog import errors
    from fieldlog.cli import output
    from fieldlog.cli.field.create import ask_back, own_passphrase, proposed_passphrase, show_words
    from fieldlog.cli.field.unlocking import ask, unlocked_vault
    from fieldlog.field import vault as vaults
    from fieldlog.field import volumes
    from fieldlog.i18n.catalog import current_language
    from fieldlog.i18n.promises import SECOND_VAULT

    with unlocked_vault(arguments) as vault:
        if volumes.is_first_form(vault):
            raise errors.VaultOfFirstForm(str(vault.folder))
        output.line(_(SECOND_VAULT))
        output.line(_("If you have made a second vault before, everything in it will be gone."))
        word = _(_WORD)
        if ask(_("Type {word} to make it, anything else to leave all as it is: ").format(word=word)) not in {
            word,
            _WORD,
        }:
            output.line(_("Nothing was touched."))
            return errors.Cancelled.exit_status
        language = current_language()
        if arguments.own_passphrase:
            # The descriptor has given the passphrase of the open vault; this comes from the keyboard.
            passphrase = own_passphrase(argparse.Namespace(passphrase_fd=None))
        else:
            passphrase = proposed_passphrase(language)
        recovery = vaults.propose_recovery(language)
        show_words(_("Recovery words. Write them on paper and keep them in another place:"), recovery)
        ask_back(recovery)
        volumes.make_second_vault(
            vault, passphrase=vaults.typed_secret(passphrase), recovery=vaults.secret_of(recovery)
        )
    output.line(_("The second vault is made. It opens with its own words, where this one opens with yours."))
    return 0
