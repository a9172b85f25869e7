"""``fieldlog restore``: a fresh vault out of a backup and the recovery words.

It gets a new passphrase, shown once and asked back in part. With ``--passphrase-fd`` the recovery words
come from there, nothing is asked, and the new passphrase goes to standard output.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from pathlib import Path

    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.restoring import Restored
    from fieldlog.primitives.secret import Secret


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("make a new vault out of a backup, with the recovery words")
    parser = subparsers.add_parser("restore", help=text, description=text)
    parser.add_argument("file", metavar=_("FILE"), help=_("the backup, a file that ends in .age"))
    parser.add_argument(
        "--own-passphrase",
        action="store_true",
        help=_("type a passphrase of your own instead of the seven words"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Restore; nothing is left behind when it is stopped."""
    from pathlib import Path

    from fieldlog.cli import output
    from fieldlog.cli.field.create import own_passphrase, proposed_passphrase
    from fieldlog.cli.field.place import say_warnings
    from fieldlog.cli.field.unlocking import typed_secret, vault_folder
    from fieldlog.field import new_place, vault
    from fieldlog.field.backup_reading import look_into_backup
    from fieldlog.i18n.catalog import current_language
    from fieldlog.system.paths import home_relative

    folder = vault_folder(arguments)
    new_place.require_possible(folder)
    say_warnings(folder)
    backup = Path(arguments.file).absolute()
    words = vault.typed_secret(typed_secret(arguments, _("Recovery words: ")))
    asked = arguments.passphrase_fd is None
    # Nobody should write seven words on paper for a file that does not open.
    if asked:
        _checked(backup, words)
    else:
        look_into_backup(backup, words)
    if arguments.own_passphrase:
        # The descriptor has given the recovery words; this comes from the keyboard.
        passphrase = own_passphrase(argparse.Namespace(passphrase_fd=None))
    else:
        passphrase = proposed_passphrase(current_language(), asked=asked)
    restored = _restored(backup, folder, words, vault.typed_secret(passphrase))
    output.line(_("The vault is at {folder}.").format(folder=home_relative(folder)))
    made = restored.backup_at.astimezone().strftime("%Y-%m-%d %H:%M")
    output.field(_("As it was on"), made)
    output.field(_("Incidents in it"), str(restored.incidents))
    output.field(_("Files in it"), str(restored.attachments))
    output.line(_("The twelve recovery words open it too, as before."))
    return 0


def _checked(backup: Path, words: Secret) -> None:
    from fieldlog import errors
    from fieldlog.cli import diagnostics
    from fieldlog.field.backup_reading import check_backup

    try:
        check_backup(backup, words, progress=diagnostics.progress(_("Checking the backup")))
    except KeyboardInterrupt:
        raise errors.Cancelled from None


def _restored(backup: Path, folder: Path, words: Secret, passphrase: Secret) -> Restored:
    from fieldlog import errors
    from fieldlog.cli import diagnostics
    from fieldlog.field.restoring import restore
    from fieldlog.system.clock import SystemClock

    try:
        return restore(
            backup=backup,
            folder=folder,
            recovery=words,
            passphrase=passphrase,
            clock=SystemClock(),
            progress=diagnostics.progress(_("Restoring")),
        )
    except KeyboardInterrupt:
        raise errors.Cancelled from None
