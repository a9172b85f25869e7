"""``fieldlog create``: a new vault, with seven words for every day and twelve for the drawer.

Both sets are shown once and asked back in part, because words that were not written down are lost.
With ``--passphrase-fd`` nothing is asked: the passphrase comes from there and the recovery words go to
standard output, for whoever keeps them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers

_ASKED_BACK: Final = 2
"""Words of each set that are asked back, at random places."""


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("make a new, empty vault")
    parser = subparsers.add_parser("create", help=text, description=text)
    parser.add_argument(
        "--own-passphrase",
        action="store_true",
        help=_("type a passphrase of your own instead of the seven words"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the vault; nothing is left behind when it is stopped."""
    from fieldlog.cli import output
    from fieldlog.cli.field.place import say_warnings
    from fieldlog.cli.field.unlocking import vault_folder
    from fieldlog.field import new_place, vault
    from fieldlog.i18n.catalog import current_language
    from fieldlog.system.clock import SystemClock
    from fieldlog.system.paths import home_relative

    folder = vault_folder(arguments)
    new_place.require_possible(folder)
    # Before any words are written down: another place may be better.
    say_warnings(folder)
    language = current_language()
    asked = arguments.passphrase_fd is None
    passphrase = (
        own_passphrase(arguments) if arguments.own_passphrase or not asked else proposed_passphrase(language)
    )
    recovery = vault.propose_recovery(language)
    show_words(_("Recovery words. Write them on paper and keep them in another place:"), recovery)
    if asked:
        ask_back(recovery)
    with vault.create(
        folder=folder,
        passphrase=vault.typed_secret(passphrase),
        recovery=vault.secret_of(recovery),
        clock=SystemClock(),
    ):
        output.line(_("The vault is at {folder}.").format(folder=home_relative(folder)))
    return 0


def proposed_passphrase(language: str, *, asked: bool = True) -> str:
    """Seven random words, shown and, unless nobody can be asked, asked back in part."""
    from fieldlog.field import vault

    words = vault.propose_passphrase(language)
    show_words(_("Your passphrase. Write these seven words on paper now:"), words)
    if asked:
        ask_back(words)
    return " ".join(words)


def own_passphrase(arguments: argparse.Namespace) -> str:
    """A passphrase of one's own, typed twice unless it comes from a descriptor.

    Raises:
        KeyTextError: too short or repeated.
        UsageError: the second time was different.
    """
    from fieldlog import errors
    from fieldlog.cli.field.unlocking import typed_secret
    from fieldlog.field import vault

    typed = typed_secret(arguments, _("Your own passphrase, at least four words: "))
    vault.check_own_passphrase(typed)
    if arguments.passphrase_fd is None and typed != typed_secret(arguments, _("The same again: ")):
        raise errors.UsageError("passphrases-differ")
    return typed


def show_words(heading: str, words: Sequence[str]) -> None:
    """The words under ``heading``, numbered, one on each line.

    Raises:
        OutputFailed: nobody can have seen them; they must not be put to use.
    """
    from fieldlog.cli import output

    output.line(heading)
    for number, word in enumerate(words, 1):
        output.line(f"  {number}. {word}")
    output.require_shown()


def ask_back(words: Sequence[str]) -> None:
    """Ask for words at random places until they are right."""
    import secrets

    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask
    from fieldlog.field import vault

    for place in secrets.SystemRandom().sample(range(len(words)), _ASKED_BACK):
        expected = vault.typed_secret(words[place])
        while vault.typed_secret(ask(_("Type word {number}: ").format(number=place + 1))) != expected:
            output.line(_("That is another word. Look at your paper."))
