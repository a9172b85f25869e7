"""How a verification report reads: shared by ``open`` and ``extract``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fieldlog.cli import output
from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.desk.report import VerificationReport

CHECKED: Final[dict[str, str]] = {
    "sealed-to-us": N_("sealed to a key of this register"),
    "archive": N_("archive of exactly the known shape, nothing hidden in it"),
    "signed-digests": N_("every file as it was sealed (SHA-512)"),
    "digests": N_("every file as it was sealed (SHA-256 and SHA-512)"),
    "recipients": N_("meant for this organisation"),
    "tag": N_("made by the sender's key; deniable: this cannot be proved to others"),
    "signature": N_("signed by the sender's key; anyone can check the signature"),
    "records": N_("records complete, attachments belong to them"),
}
"""What each finished check means."""

WARNINGS: Final[dict[str, str]] = {
    "new-sender": N_("This sender has not written to you before."),
    "opened-before": N_("This bundle was opened here before."),
    "bundle-id-reused": N_("A different bundle with the same number was opened here before. Ask the sender."),
    "claimed-time": N_("The time this bundle claims to be made lies in the future."),
    "classic-recipient": N_("This bundle was sealed without protection against future quantum computers."),
    "unknown-fields": N_("Some parts were written by a newer Fieldlog and are not shown here."),
}
"""What each warning means."""


def show(report: VerificationReport) -> None:
    """Write the report as lines."""
    output.line(_("This bundle is genuine and unaltered."))
    output.field(_("Bundle"), report.bundle_id)
    output.field(_("Sender"), report.sender_code)
    output.field(_("Bundles from this sender"), str(report.sender_bundles))
    output.field(_("Made (as the sender's clock says)"), report.created_at)
    output.field(_("Words to compare by phone"), " ".join(report.check_words(current_language())))
    output.field(_("Incidents in it"), str(report.incidents))
    output.field(_("Attachments in it"), str(report.attachments))
    for check in report.checks:
        output.line("  + " + _(CHECKED[check]))
    for warning in report.warnings:
        output.line("  ! " + _(WARNINGS[warning]))
