"""``fieldlog seal``: write a bundle that only the chosen organisations can open (docs/formats/bundle.md)."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from pathlib import Path

    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.sealing import SealedBundle, SealPlan
    from fieldlog.field.vault import OpenVault

_WARNINGS: Final = {
    "classic-recipient": N_("Careful: this card offers no protection against future quantum computers."),
    "several-organisations": N_(
        "Careful: each organisation can see that the bundle also went to the others."
    ),
    "confusable-name": N_("Careful: another organisation you know has a name that looks the same."),
}


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("seal incidents to checked organisations")
    parser = subparsers.add_parser("seal", help=text, description=text)
    parser.add_argument(
        "codes", metavar=_("CODE"), nargs="+", help=_("codes of the incidents, as list shows them")
    )
    parser.add_argument(
        "--for",
        dest="cards",
        metavar=_("CARD"),
        action="append",
        required=True,
        help=_("an organisation's name or the beginning of its id; may be given several times"),
    )
    parser.add_argument(
        "--to",
        dest="folder",
        metavar=_("FOLDER"),
        required=True,
        help=_("the folder or stick to write the bundle to"),
    )
    parser.add_argument(
        "--attributable",
        action="store_true",
        help=_("sign so that anybody can check who made it; otherwise only the organisation is convinced"),
    )
    parser.add_argument(
        "--include-self", action="store_true", help=_("make it readable for you too, with this vault")
    )
    parser.add_argument(
        "--danger",
        action="store_true",
        help=_("somebody is in danger now and could not be asked; you will be asked to say why"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Seal, and say what to do with the bundle."""
    from pathlib import Path

    from fieldlog.cli.field.unlocking import ask, unlocked_vault
    from fieldlog.field import sealing, trust
    from fieldlog.i18n.catalog import current_language

    with unlocked_vault(arguments) as vault:
        planned = sealing.plan(
            vault,
            arguments.codes,
            [trust.find_card(vault, name).card_id for name in arguments.cards],
            attributable=arguments.attributable,
            include_self=arguments.include_self,
            danger_reason=ask(_("Why are they in danger now? ")) if arguments.danger else "",
            language=current_language(),
        )
        _announce(planned)
        sealed = _sealed(vault, planned, Path(arguments.folder).absolute())
    _tell(sealed, current_language())
    return 0


def _announce(planned: SealPlan) -> None:
    """Say on stderr what a person should know before the bundle is written."""
    from fieldlog.cli import diagnostics

    for slug in planned.warnings:
        diagnostics.say(_(_WARNINGS[slug]))
    if planned.blocked:
        diagnostics.say(
            _("Kept here, because somebody has not agreed: {codes}").format(codes=", ".join(planned.blocked))
        )
    if planned.unasked:
        diagnostics.say(_("Not asked for consent yet: {codes}").format(codes=", ".join(planned.unasked)))


def _sealed(vault: OpenVault, planned: SealPlan, folder: Path) -> SealedBundle:
    """Write the bundle. Ctrl+C takes away what was begun, as any failure does."""
    from fieldlog import errors
    from fieldlog.cli import diagnostics
    from fieldlog.field import sealing

    try:
        return sealing.seal(vault, planned, folder, progress=diagnostics.progress(_("Sealing")))
    except KeyboardInterrupt:
        raise errors.Cancelled from None


def _tell(sealed: SealedBundle, language: str) -> None:
    from fieldlog.cli import output
    from fieldlog.i18n.sentences import size_text

    output.field(_("Bundle"), str(sealed.path))
    output.field(_("Size"), size_text(sealed.size))
    output.field(_("Words to compare by phone"), " ".join(sealed.words(language)))
