"""How the reporter's verbs find and unlock the vault, and how they ask.

Secrets are typed without echo or read from a descriptor; they are never an argument or a variable of
the environment, which every process of the machine can read.
Other answers are lines of standard input, so that a screen reader and a script work alike.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.field.vault import OpenVault
    from fieldlog.primitives.secret import Secret


def vault_folder(arguments: argparse.Namespace) -> Path:
    """The folder of ``--vault``, or the usual one.

    Raises:
        UsageError: ``empty-name``: a variable of a script may be unset, and another vault is not meant then.
    """
    return chosen_folder(arguments.vault)


def chosen_folder(named: str | None) -> Path:
    """As ``vault_folder``, for a name alone."""
    from fieldlog import errors
    from fieldlog.system.paths import default_vault_folder

    if named == "":
        raise errors.UsageError("empty-name")
    return Path(named).absolute() if named else default_vault_folder()


def typed_secret(arguments: argparse.Namespace, prompt: str) -> str:
    """What was typed after ``prompt``, or stands at ``--passphrase-fd``.

    Raises:
        MissingKeyboard: there is no terminal to ask on.
        Cancelled: the person pressed Ctrl+C.
        UsageError: nothing can be read from the descriptor.
    """
    from fieldlog.system.terminal import prompt_secret, read_secret

    if arguments.passphrase_fd is not None:
        return read_secret(arguments.passphrase_fd)
    return prompt_secret(prompt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the vault was unlocked with, for a task that asks for it once more."""

    secret: Secret
    keyfile: Path | None


def unlocked_vault(arguments: argparse.Namespace) -> OpenVault:
    """The unlocked vault, for a ``with`` block; leaving the block locks it.

    Raises:
        VaultMissing: there is none.
        CannotUnlock: wrong passphrase.
        FieldlogError: another of the errors of ``field.vault.unlock``.
    """
    return unlocked_with(arguments)[0]


def unlocked_with(arguments: argparse.Namespace) -> tuple[OpenVault, Given]:
    """``unlocked_vault``, and what it was unlocked with.

    Raises:
        FieldlogError: as ``unlocked_vault``.
    """
    from fieldlog import errors
    from fieldlog.field import vault
    from fieldlog.system.clock import SystemClock

    folder = vault_folder(arguments)
    # Before the question: nobody should type a passphrase for nothing.
    if not vault.exists(folder):
        raise errors.VaultMissing(str(folder))
    keyfile = Path(arguments.keyfile).absolute() if arguments.keyfile else None
    typed = typed_secret(arguments, _("Passphrase or recovery words: "))
    given = Given(secret=vault.typed_secret(typed), keyfile=keyfile)
    opened = vault.unlock(folder=folder, passphrase=given.secret, clock=SystemClock(), keyfile=keyfile)
    _say_what_happened(opened)
    return opened, given


def _say_what_happened(opened: OpenVault) -> None:
    """Say, whatever the verb is, what this unlock has erased, and that nobody locked before it."""
    from fieldlog.cli import diagnostics
    from fieldlog.i18n.catalog import plural
    from fieldlog.i18n.warnings import attachments_damaged, not_locked_before

    if opened.opened.left_open:
        diagnostics.say(not_locked_before())
    if opened.opened.media_damaged:
        diagnostics.say(attachments_damaged())
    if count := opened.erased_from_bin:
        said = plural(
            "{count} incident was in the bin for 30 days and is erased for good.",
            "{count} incidents were in the bin for 30 days and are erased for good.",
            count,
        )
        diagnostics.say(said.format(count=count))


def ask(prompt: str) -> str:
    """One line of standard input, without its line end.

    Raises:
        Cancelled: there is no more input, or it was closed from the start.
        UsageError: it is not text.
    """
    from fieldlog import errors
    from fieldlog.cli import output

    output.prompt(prompt)
    try:
        line = "" if sys.stdin is None else sys.stdin.readline()
    except UnicodeDecodeError:
        raise errors.UsageError("not-text") from None
    if not line:
        raise errors.Cancelled
    return line.rstrip("\r\n")
