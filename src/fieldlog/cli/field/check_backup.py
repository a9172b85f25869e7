"""``fieldlog check-backup``: open a backup with the recovery words and verify every byte of it.

Nothing is written. ``--identity`` is for other programs that read age files.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from fieldlog.cli.parser import Subparsers


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("verify a backup with the recovery words, without restoring it")
    parser = subparsers.add_parser("check-backup", help=text, description=text)
    parser.add_argument("file", metavar=_("FILE"), help=_("the backup, a file that ends in .age"))
    parser.add_argument(
        "--identity",
        action="store_true",
        help=_("also write the identity for age, which opens every backup of this vault"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Verify, and say what is in it."""
    from datetime import datetime
    from pathlib import Path

    from fieldlog import errors
    from fieldlog.cli import diagnostics, output
    from fieldlog.cli.field.unlocking import typed_secret
    from fieldlog.field import recovery_keys, vault
    from fieldlog.field.backup_reading import check_backup

    words = vault.typed_secret(typed_secret(arguments, _("Recovery words: ")))
    try:
        manifest = check_backup(
            Path(arguments.file).absolute(), words, progress=diagnostics.progress(_("Checking the backup"))
        )
    except KeyboardInterrupt:
        raise errors.Cancelled from None
    made = datetime.fromisoformat(manifest.created_at).astimezone()
    output.field(_("Made"), made.strftime("%Y-%m-%d %H:%M"))
    output.field(_("Incidents in it"), str(manifest.incidents))
    output.field(_("Files in it"), str(manifest.attachments))
    output.line(_("Every byte of it verifies."))
    if arguments.identity:
        output.exact(recovery_keys.recovery_identity(words).to_text().reveal().decode("ascii"))
    return 0
