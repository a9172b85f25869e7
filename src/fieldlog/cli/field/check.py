"""``fieldlog check``: look at everything in the vault and say what is found. Nothing is changed.

Exit status 0 says that nothing was found, ``FOUND`` that something was.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.checking import Checked, Finding

FOUND: Final = 34
"""The status of damage (``VaultDamaged``); what was found stands on standard output."""

_FOUND_MANY: Final = 20
"""Findings of one kind that are written out; the rest is counted."""


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("look at everything in the vault and say what is damaged; nothing is changed")
    subparsers.add_parser("check", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Check, and say what was looked at and what was found."""
    from fieldlog.cli import output
    from fieldlog.i18n.findings import check_sentences

    checked = _checked(arguments)
    _tell(checked)
    if checked.is_clean:
        output.line(_("Everything is as it was saved."))
        return 0
    tell_findings(checked.findings, check_sentences)
    return FOUND


def given_keyfile(arguments: argparse.Namespace) -> Path | None:
    """The key file that was named, if one was."""
    from pathlib import Path

    return Path(arguments.keyfile).absolute() if arguments.keyfile else None


def _checked(arguments: argparse.Namespace) -> Checked:
    from fieldlog import errors
    from fieldlog.cli import diagnostics
    from fieldlog.cli.field.unlocking import typed_secret, vault_folder
    from fieldlog.field import checking, vault

    folder = vault_folder(arguments)
    if not folder.is_dir():
        raise errors.VaultMissing(str(folder))
    typed = typed_secret(arguments, _("Passphrase or recovery words: "))
    try:
        return checking.check(
            folder=folder,
            passphrase=vault.typed_secret(typed),
            keyfile=given_keyfile(arguments),
            progress=diagnostics.progress(_("Checking the vault")),
        )
    except KeyboardInterrupt:
        raise errors.Cancelled from None


def _tell(checked: Checked) -> None:
    from fieldlog.cli import output
    from fieldlog.i18n.sentences import size_text

    output.field(_("Pages of the records"), str(checked.pages))
    output.field(_("Changes saved"), str(checked.changes))
    output.field(_("Incidents"), str(checked.incidents))
    output.field(_("Attached files"), str(checked.attachments))
    output.field(_("Size of the attached files"), size_text(checked.attachment_bytes))
    # A vault of the first form has no list of them.
    if checked.slots:
        output.field(_("Sets of words that open it"), str(checked.slots))


def tell_findings(findings: Iterable[Finding], sentences: Callable[..., tuple[str, str]]) -> None:
    """Every finding with what it means, those of one kind together, and what to do now."""
    from fieldlog.cli import output

    of_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        of_kind.setdefault(finding.slug, []).append(finding)
    for slug, found in of_kind.items():
        output.line()
        advice = ""
        for finding in found[:_FOUND_MANY]:
            what, advice = sentences(slug, code=finding.code, incident=finding.incident, count=finding.count)
            output.line(what)
        more = len(found) - _FOUND_MANY
        if more > 0:
            output.line(
                plural("And {count} more like it.", "And {count} more like these.", more).format(count=more)
            )
        output.line(advice)
