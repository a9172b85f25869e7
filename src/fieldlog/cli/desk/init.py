"""``fieldlog-desk init``: make an organisation's register and keys.

On a terminal the passphrase and the recovery words are made here, shown once and the passphrase asked
back; a script gives its own passphrase on a descriptor and gets the recovery words on standard output.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.cli import output
from fieldlog.cli.desk.unlocking import register_folder
from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers

_ATTEMPTS = 3


def declare(subparsers: Subparsers) -> None:
    """The verb's name, options and help."""
    text = _("make a new register with the organisation's keys")
    parser = subparsers.add_parser("init", help=text, description=text)
    parser.add_argument(
        "--name",
        metavar=_("NAME"),
        required=True,
        help=_("the organisation's name, as reporters will see it"),
    )
    parser.add_argument(
        "--contact",
        metavar=_("LINE"),
        action="append",
        default=[],
        help=_("how to reach you, up to three times"),
    )
    parser.add_argument(
        "--valid-days", metavar="N", type=int, help=_("how many days the first card is valid")
    )
    parser.add_argument(
        "--classic",
        action="store_true",
        help=_("for old tools: a card without protection against future quantum computers"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the register and its first card. Gives 0."""
    from fieldlog.desk.keys import create_register, propose_passphrase, propose_recovery, require_free
    from fieldlog.system.clock import SystemClock
    from fieldlog.system.terminal import read_secret

    folder = register_folder(arguments)
    # Before any word is shown: nobody should write down words for a register that cannot be made.
    require_free(folder)
    recovery = propose_recovery(current_language())
    if arguments.passphrase_fd is not None:
        typed = read_secret(arguments.passphrase_fd)
        output.line(_("Recovery words: {words}").format(words=" ".join(recovery)))
        output.require_shown()
    else:
        typed = " ".join(_ceremony(propose_passphrase(current_language()), recovery))
    with create_register(
        folder=folder,
        typed=typed,
        recovery_words=recovery,
        name=arguments.name,
        contact=tuple(arguments.contact),
        valid_days=arguments.valid_days,
        classic=arguments.classic,
        clock=SystemClock(),
    ):
        pass
    output.line(
        _("The register was made. Write its card with: {command}").format(command="fieldlog-desk card")
    )
    return 0


def _ceremony(passphrase: tuple[str, ...], recovery: tuple[str, ...]) -> tuple[str, ...]:
    """Show both, have the passphrase typed back; give the passphrase.

    Raises:
        MissingKeyboard: there is nobody to show them to.
        OutputFailed: nobody can have seen them.
        UsageError: ``passphrase-not-repeated``, after three attempts.
    """
    from fieldlog.errors import MissingKeyboard, UsageError
    from fieldlog.primitives.words import read_words
    from fieldlog.system.terminal import is_interactive, prompt_secret

    if not is_interactive():
        raise MissingKeyboard
    output.line(_("Your passphrase, seven words. Write them down or learn them now:"))
    output.line(f"\n    {' '.join(passphrase)}\n")
    output.line(
        _("Recovery words, for the day the passphrase is lost. Write them on paper and keep it elsewhere:")
    )
    output.line(f"\n    {' '.join(recovery[:6])}\n    {' '.join(recovery[6:])}\n")
    output.line(_("Clear this screen afterwards: the words stay visible when you scroll back."))
    output.require_shown()
    for _attempt in range(_ATTEMPTS):
        if read_words(prompt_secret(_("Type the seven words of the passphrase: "))) == passphrase:
            return passphrase
        output.line(_("These are not the seven words shown above."))
    raise UsageError("passphrase-not-repeated")
