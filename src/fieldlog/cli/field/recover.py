"""``fieldlog recover``: save what can be saved of a damaged vault into a new one, and name what cannot.

The damaged folder is not changed. The new vault has words of its own, shown once and asked back in part;
with ``--passphrase-fd`` the words of the damaged vault come from there, nothing is asked, and the new ones
go to standard output.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.recovering import Recovered


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("save what can be saved of a damaged vault into a new one")
    parser = subparsers.add_parser("recover", help=text, description=text)
    parser.add_argument(
        "folder", metavar=_("FOLDER"), help=_("where the new vault is to be; nothing is there yet")
    )


def run(arguments: argparse.Namespace) -> int:
    """Recover; nothing is left at the new place when it is stopped."""
    from pathlib import Path

    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.check import FOUND, given_keyfile, tell_findings
    from fieldlog.cli.field.create import ask_back, proposed_passphrase, show_words
    from fieldlog.cli.field.place import say_warnings
    from fieldlog.cli.field.unlocking import typed_secret, vault_folder
    from fieldlog.field import recovering, vault
    from fieldlog.i18n.catalog import current_language
    from fieldlog.i18n.findings import recover_sentences
    from fieldlog.system.clock import SystemClock
    from fieldlog.system.paths import home_relative

    folder, into = vault_folder(arguments), Path(arguments.folder).absolute()
    if not folder.is_dir():
        raise errors.VaultMissing(str(folder))
    recovering.require_place(folder, into)
    say_warnings(into)
    typed = vault.typed_secret(typed_secret(arguments, _("Passphrase or recovery words: ")))
    asked = arguments.passphrase_fd is None
    language = current_language()
    try:
        with recovering.opened(folder=folder, passphrase=typed, keyfile=given_keyfile(arguments)) as damaged:
            output.line(_("The new vault gets new words; those of the damaged one do not open it."))
            passphrase = proposed_passphrase(language, asked=asked)
            recovery = vault.propose_recovery(language)
            show_words(_("Recovery words. Write them on paper and keep them in another place:"), recovery)
            if asked:
                ask_back(recovery)
            report = recovering.recover(
                damaged,
                into=into,
                passphrase=vault.typed_secret(passphrase),
                recovery=vault.secret_of(recovery),
                clock=SystemClock(),
                progress=diagnostics.progress(_("Recovering")),
            )
    except (errors.CannotUnlock, errors.VaultDamaged) as error:
        # Nothing can be read with these words; other ways may still be open.
        status = diagnostics.report(error)
        diagnostics.say(_("Other ways: the other words of this vault, or a backup: fieldlog restore"))
        return status
    except KeyboardInterrupt:
        raise errors.Cancelled from None
    output.line(_("The vault is at {folder}.").format(folder=home_relative(into)))
    _tell(report)
    if report.is_whole:
        output.line(_("Everything was saved."))
        return 0
    tell_findings(report.findings, recover_sentences)
    output.line()
    output.line(_("Keep the damaged folder: somebody may be able to help with it later."))
    return FOUND


def _tell(report: Recovered) -> None:
    from fieldlog.cli import output
    from fieldlog.i18n.sentences import size_text

    output.field(_("Incidents"), str(report.incidents))
    output.field(_("Drafts"), str(report.drafts))
    output.field(_("Changes saved"), str(report.changes))
    output.field(_("Attached files"), str(report.attachments))
    output.field(_("Size of the attached files"), size_text(report.attachment_bytes))
    output.field(_("Organisations"), str(report.cards))
