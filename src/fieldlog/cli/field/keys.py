"""``fieldlog keys``: who can open the vault, and changing it.

Each task but the list asks for the present passphrase even though the vault was unlocked with it a moment
ago: it is typed once and used for both. New words are shown and asked back before anything is changed, so
that stopping at any point leaves the vault as it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.keys import Key
    from fieldlog.field.vault import OpenVault
    from fieldlog.primitives.secret import Secret

_KINDS: Final = {"PASSPHRASE": N_("passphrase"), "RECOVERY": N_("recovery words")}


def declare(subparsers: Subparsers) -> None:
    """Add the verb and what it does."""
    text = _("who can open the vault: passphrases, recovery words, key files")
    parser = subparsers.add_parser("keys", help=text, description=text)
    tasks = parser.add_subparsers(dest="task", metavar=_("TASK"), required=True)
    text = _("list what opens the vault")
    tasks.add_parser("list", help=text, description=text)
    text = _("change a passphrase")
    passphrase = tasks.add_parser("passphrase", help=text, description=text)
    passphrase.add_argument(
        "--number",
        metavar=_("NUMBER"),
        type=int,
        help=_("which one, as the list shows it; without it, the one you type"),
    )
    passphrase.add_argument(
        "--no-keyfile", action="store_true", help=_("the new passphrase needs no key file any more")
    )
    _declare_new(passphrase)
    text = _("let one more passphrase open the vault")
    _declare_new(tasks.add_parser("add", help=text, description=text))
    text = _("shut a passphrase out")
    remove = tasks.add_parser("remove", help=text, description=text)
    remove.add_argument("number", metavar=_("NUMBER"), type=int, help=_("as the list shows it"))
    text = _("make new recovery words in place of the old ones")
    tasks.add_parser("recovery", help=text, description=text)
    text = _("copy the vault under a new vault key, when somebody may have copied it")
    tasks.add_parser("renew", help=text, description=text)


def _declare_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--own-passphrase",
        action="store_true",
        help=_("type a passphrase of your own instead of the seven words"),
    )
    parser.add_argument(
        "--new-passphrase-fd",
        metavar="N",
        type=int,
        help=_("read the new passphrase from this open file descriptor instead of asking"),
    )
    parser.add_argument(
        "--make-keyfile",
        metavar=_("FILE"),
        help=_("make a key file, without which the new passphrase opens nothing"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    tasks = {
        "list": _list,
        "passphrase": _passphrase,
        "add": _add,
        "remove": _remove,
        "recovery": _recovery,
        "renew": _renew,
    }
    return tasks[arguments.task](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import keys

    with unlocked_vault(arguments) as vault:
        listed = keys.list_keys(vault)
    headers = (_("Number"), _("What"), _("Made"), _("Key file"), _("Used now"))
    rows = [
        (
            str(key.number),
            _(_KINDS[key.purpose.name]),
            key.made_at.date().isoformat() if key.made_at else "?",
            _("needed") if key.keyfile else "-",
            _("yes") if key.opened else "-",
        )
        for key in listed
    ]
    output.table(headers, rows, plain=arguments.plain)
    if len({key.purpose for key in listed}) < len(_KINDS):
        output.line(_("What has not opened this vault since an earlier Fieldlog made it is not listed yet."))
    return 0


def _passphrase(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_with
    from fieldlog.field import keys

    vault, given = unlocked_with(arguments)
    with vault, _new_keyfile(vault, arguments) as made:
        kept = None if arguments.no_keyfile else given.keyfile
        changed = keys.change_passphrase(
            vault,
            present=given.secret,
            present_keyfile=given.keyfile,
            new=_new_passphrase(arguments),
            keyfile=made or kept,
            number=arguments.number,
        )
    said = _("Passphrase {number} is changed. The old one opens nothing here any more.")
    output.line(said.format(number=changed.number))
    _tell_keyfile(changed)
    output.line(_("An earlier copy of the folder still opens with the old one. If there may be one:"))
    output.line("  fieldlog keys renew")
    return 0


def _add(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_with
    from fieldlog.field import keys

    vault, given = unlocked_with(arguments)
    with vault, _new_keyfile(vault, arguments) as made:
        added = keys.add_passphrase(
            vault,
            present=given.secret,
            present_keyfile=given.keyfile,
            new=_new_passphrase(arguments),
            keyfile=made,
        )
    output.line(
        _("Passphrase {number} opens the vault too, with everything in it.").format(number=added.number)
    )
    _tell_keyfile(added)
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_with
    from fieldlog.field import keys

    vault, given = unlocked_with(arguments)
    with vault:
        keys.remove(vault, arguments.number, present=given.secret, present_keyfile=given.keyfile)
    said = _("Passphrase {number} is removed. It opens nothing here any more.")
    output.line(said.format(number=arguments.number))
    output.line(_("An earlier copy of the folder still opens with it. If there may be one:"))
    output.line("  fieldlog keys renew")
    return 0


def _recovery(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.create import ask_back, show_words
    from fieldlog.cli.field.unlocking import unlocked_with
    from fieldlog.field import keys
    from fieldlog.field import vault as field_vault
    from fieldlog.i18n.catalog import current_language

    vault, given = unlocked_with(arguments)
    with vault:
        words = field_vault.propose_recovery(current_language())
        show_words(_("Recovery words. Write them on paper and keep them in another place:"), words)
        if arguments.passphrase_fd is None:
            ask_back(words)
        keys.change_recovery(
            vault, field_vault.secret_of(words), present=given.secret, present_keyfile=given.keyfile
        )
    output.line(_("These are the recovery words now. The old ones do not open the vault any more."))
    output.line(_("Backups made before still need the old ones. Make a new backup, then burn the old sheet."))
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.unlocking import unlocked_with
    from fieldlog.field import keys

    vault, given = unlocked_with(arguments)
    with vault:
        progress = diagnostics.progress(_("Copying"))
        try:
            keys.renew(vault, present=given.secret, present_keyfile=given.keyfile, progress=progress)
        except KeyboardInterrupt:
            raise errors.Cancelled from None
    output.line(_("The vault was copied under a new vault key. Passphrases and recovery words are the same."))
    output.line(_("Who has an earlier copy can still read what was in the vault then, and nothing newer."))
    return 0


def _new_passphrase(arguments: argparse.Namespace) -> Secret:
    """The new passphrase: seven proposed words, or one's own from the keyboard or a descriptor.

    Raises:
        KeyTextError: one's own is too short, or a word comes twice.
        UsageError: the second time it was typed was different.
    """
    from fieldlog.cli.field.create import own_passphrase, proposed_passphrase
    from fieldlog.field import vault
    from fieldlog.i18n.catalog import current_language

    if arguments.own_passphrase or arguments.new_passphrase_fd is not None:
        # The descriptor of the present passphrase was read; this is another one, or the keyboard.
        new = own_passphrase(argparse.Namespace(passphrase_fd=arguments.new_passphrase_fd))
    else:
        new = proposed_passphrase(current_language(), asked=arguments.passphrase_fd is None)
    return vault.typed_secret(new)


@contextmanager
def _new_keyfile(vault: OpenVault, arguments: argparse.Namespace) -> Iterator[Path | None]:
    """The key file that was asked for, made; it is taken away again when the change is refused.

    Raises:
        UsageError: one is to be made, and none is to be needed.
        KeyFileInVault, TargetExists, MachineError: it cannot be made there.
    """
    from fieldlog import errors
    from fieldlog.field import keys

    if arguments.make_keyfile is None:
        yield None
        return
    if getattr(arguments, "no_keyfile", False):
        raise errors.UsageError("keyfile-and-no-keyfile")
    made = Path(arguments.make_keyfile).absolute()
    keys.make_keyfile(vault, made)
    try:
        yield made
    except (
        errors.AccessError,
        errors.FormatError,
        errors.UsageError,
        errors.Cancelled,
        errors.OutputFailed,
    ):
        # Refused before anything was written. After any other end the file may be needed already.
        with suppress(OSError):
            made.unlink()
        raise


def _tell_keyfile(key: Key) -> None:
    from fieldlog.cli import output

    if key.keyfile:
        output.line(_("It needs its key file: give it with --keyfile each time. Keep a copy elsewhere."))
        output.line(_("Whoever has both opens the vault. These words alone do not; the recovery words do."))
