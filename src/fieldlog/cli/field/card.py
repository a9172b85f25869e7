"""``fieldlog card``: take in an organisation's card, check it by its code, and list the cards.

The code is typed in and never shown here: whoever can replace a card in transit could show any code
(docs/formats/card.md).
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.trust import KnownCard

_STATES: Final = {
    "ready": N_("checked"),
    "unchecked": N_("not checked"),
    "expired": N_("expired"),
    "not-yet-valid": N_("not valid yet"),
}
_CARD_BYTES: Final = 256 * 1024
"""Read at most; a card has a few thousand bytes and its parser refuses long before."""


def declare(subparsers: Subparsers) -> None:
    """Add the verb and the three things it does."""
    text = _("organisations you can seal to")
    parser = subparsers.add_parser("card", help=text, description=text)
    tasks = parser.add_subparsers(dest="task", metavar=_("TASK"), required=True)
    add = tasks.add_parser("add", help=_("take in a card"), description=_("take in a card"))
    add.add_argument("file", metavar=_("FILE"), help=_("the card's file, or - for standard input"))
    text = _("compare a card with the code that was read out to you")
    check = tasks.add_parser("check", help=text, description=text)
    check.add_argument(
        "card", metavar=_("CARD"), help=_("the organisation's name or the beginning of its id")
    )
    tasks.add_parser("list", help=_("list the cards"), description=_("list the cards"))


def run(arguments: argparse.Namespace) -> int:
    """Do one of the three."""
    return {"add": _add, "check": _check, "list": _list}[arguments.task](arguments)


def _add(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import trust

    # Read and verified before the passphrase is asked for.
    card = trust.read_card(_read(arguments.file))
    with unlocked_vault(arguments) as vault:
        known = trust.pin(vault, card).known
    _describe(known)
    if known.checked_at is None:
        output.line(_("Now call or meet them, let them read out the check code, and type it in with:"))
        output.line(f"  fieldlog card check {known.card_id[:8]}")
    return 0


def _read(name: str) -> bytes:
    from pathlib import Path

    from fieldlog.system import files

    if name == "-":
        return b"" if sys.stdin is None else sys.stdin.buffer.read(_CARD_BYTES)
    with files.open_source(Path(name).absolute()) as source:
        return source.read(_CARD_BYTES) or b""


def _check(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import ask, unlocked_vault
    from fieldlog.field import trust

    with unlocked_vault(arguments) as vault:
        known = trust.find_card(vault, arguments.card)
        known = trust.check(vault, known.card_id, ask(_("Code that was read out, 30 digits: ")))
    output.line(_("The code fits: this is the card of {name}.").format(name=known.card.name))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from fieldlog.cli import output
    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field import trust

    with unlocked_vault(arguments) as vault:
        cards = trust.list_cards(vault)
    if not cards:
        output.line(_("No cards yet."))
        return 0
    headers = (_("Organisation"), _("Id"), _("State"), _("Valid until"))
    rows = [
        (known.card.name, known.card_id[:8], _(_STATES[known.state.value]), known.card.expires.isoformat())
        for known in cards
    ]
    output.table(headers, rows, plain=arguments.plain)
    return 0


def _describe(known: KnownCard) -> None:
    from fieldlog.cli import output

    output.field(_("Organisation"), known.card.name)
    output.field(_("Id"), known.card_id[:8])
    output.field(_("State"), _(_STATES[known.state.value]))
    output.field(_("Valid until"), known.card.expires.isoformat())
    for name in known.confusable_with:
        output.line(
            _("Careful: the name looks like {name}, another organisation you know.").format(name=name)
        )
