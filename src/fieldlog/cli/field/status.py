"""``fieldlog status``: what there is to compare after unlocking, and how many incidents are where.

Date, count and check words let a person notice that an older copy of the whole vault was put back
(docs/formats/vault.md); no program could.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("show when the vault was last opened and what is in it")
    subparsers.add_parser("status", help=text, description=text)


def run(arguments: argparse.Namespace) -> int:
    """Write one line per fact."""
    from fieldlog.cli import output
    from fieldlog.cli.field.list import STATES
    from fieldlog.cli.field.place import say_warnings
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import recording, settings, trust
    from fieldlog.i18n.catalog import LANGUAGES, current_language

    with unlocked_vault(arguments) as vault:
        opened = vault.opened
        counts = recording.counts(vault)
        cards = trust.list_cards(vault)
        own = settings.get(vault, "language")
    # In the vault's language: other words because of another --language would look like an older copy.
    words = opened.check_words(own if own in LANGUAGES else current_language())
    last = opened.last_opened
    output.field(
        _("Last opened"), last.astimezone().strftime("%Y-%m-%d %H:%M") if last else _("never before")
    )
    output.field(_("Changes saved"), str(opened.revisions))
    output.field(_("Check words"), " ".join(words))
    for state, name in STATES.items():
        output.field(_("Incidents, {state}").format(state=_(name)), str(getattr(counts, state)))
    output.field(_("Organisations"), str(len(cards)))
    say_warnings(vault.folder)
    return 0
