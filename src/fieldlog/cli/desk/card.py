"""``fieldlog-desk card``: the organisation's card, and its check code to read out.

The card goes to standard output or a file, the code to standard error: a code that travels together
with the card checks nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldlog.cli import diagnostics, output
from fieldlog.cli.desk.unlocking import unlocked_register
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers
    from fieldlog.formats.card import Card


def declare(subparsers: Subparsers) -> None:
    """The verb's name, options and help."""
    text = _("write the organisation's card and show its check code")
    parser = subparsers.add_parser("card", help=text, description=text)
    parser.add_argument(
        "--output", metavar=_("FILE"), help=_("write the card to this new file instead of standard output")
    )
    parser.add_argument("--new", action="store_true", help=_("sign a new card that replaces the last one"))
    parser.add_argument(
        "--valid-days", metavar="N", type=int, help=_("with --new: how many days the card is valid")
    )
    parser.add_argument(
        "--name", metavar=_("NAME"), help=_("with --new: the organisation's name on the card")
    )
    parser.add_argument(
        "--contact",
        metavar=_("LINE"),
        action="append",
        help=_("with --new: how to reach you, up to three times"),
    )
    parser.add_argument("--qr", action="store_true", help=_("show the check code as a QR code too"))


def run(arguments: argparse.Namespace) -> int:
    """Write the card. Gives 0."""
    from fieldlog.desk.keys import current_card, issue_card
    from fieldlog.errors import UsageError

    changes = (arguments.valid_days, arguments.name, arguments.contact)
    if not arguments.new and any(change is not None for change in changes):
        raise UsageError("card-change-without-new")
    with unlocked_register(arguments) as register:
        card = None if arguments.new else current_card(register)
        if card is None:
            card = issue_card(
                register,
                name=arguments.name,
                contact=None if arguments.contact is None else tuple(arguments.contact),
                valid_days=arguments.valid_days,
            )
    _write(card, arguments.output)
    show_check_code(card, qr=arguments.qr)
    return 0


def _write(card: Card, target: str | None) -> None:
    if target is None:
        output.exact(card.to_text())
        return
    from fieldlog.system.files import write_whole

    write_whole(Path(target).absolute(), card.to_text().encode(), replace=False)


def show_check_code(card: Card, *, qr: bool) -> None:
    """Say the check code and how to use it, on standard error."""
    from fieldlog.formats.check_code import check_code

    code = check_code(card.root_key)
    diagnostics.say("")
    diagnostics.say(_("Check code of {name}:").format(name=card.name))
    diagnostics.say(f"\n    {code}\n")
    diagnostics.say(
        _(
            "Read it out to each reporter by voice or in person. Never send it together with the card: "
            "whoever could replace the card could replace the code."
        )
    )
    diagnostics.say(_("The card is valid until {day}.").format(day=card.expires.isoformat()))
    if qr:
        diagnostics.say(_qr_text(code))


def _qr_text(code: str) -> str:
    """The digits as a QR code of half blocks: 33 by 17 cells."""
    import io

    import segno

    sheet = io.StringIO()
    segno.make(code.replace(" ", ""), error="l", micro=False).terminal(sheet, compact=True, border=4)
    return sheet.getvalue()
