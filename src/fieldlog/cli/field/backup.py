"""``fieldlog backup``: one sealed file with everything, or how things stand (docs/formats/backup.md).

It takes no recovery words: the vault knows what they open.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from pathlib import Path

    from fieldlog.cli.parser import Subparsers
    from fieldlog.field.backup import Backup, BackupStatus
    from fieldlog.field.vault import OpenVault


def declare(subparsers: Subparsers) -> None:
    """Add the verb."""
    text = _("write everything in the vault into one sealed file, for the recovery words")
    parser = subparsers.add_parser("backup", help=text, description=text)
    parser.add_argument(
        "folder",
        metavar=_("FOLDER"),
        nargs="?",
        help=_("where to write it, such as a stick; without it, say when the last backup was made"),
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the backup and read it back, or tell how things stand."""
    from pathlib import Path

    from fieldlog.cli.field.unlocking import unlocked_vault
    from fieldlog.field.backup import backup_status

    with unlocked_vault(arguments) as vault:
        if arguments.folder is None:
            _tell_status(backup_status(vault))
            return 0
        made = _written(vault, Path(arguments.folder).absolute())
    _tell(made)
    return 0


def _written(vault: OpenVault, folder: Path) -> Backup:
    """Write it. Ctrl+C takes away what was begun, as any failure does."""
    from fieldlog import errors
    from fieldlog.cli import diagnostics
    from fieldlog.field.backup import back_up

    try:
        return back_up(vault, folder, progress=diagnostics.progress(_("Writing the backup")))
    except KeyboardInterrupt:
        raise errors.Cancelled from None


def _tell(made: Backup) -> None:
    from fieldlog.cli import output
    from fieldlog.i18n.sentences import size_text

    output.field(_("Backup"), str(made.path))
    output.field(_("Size"), size_text(made.size))
    output.field(_("Incidents in it"), str(made.incidents))
    output.field(_("Files in it"), str(made.attachments))
    output.line(_("It was read back and is whole. Keep it in another place than this computer."))
    output.line(_("Only the twelve recovery words open it: fieldlog restore FILE"))


def _tell_status(status: BackupStatus) -> None:
    from fieldlog.cli import output

    last = status.last_at
    when = last.astimezone().strftime("%Y-%m-%d %H:%M") if last else _("none yet")
    output.field(_("Last backup"), when)
    if status.words_changed:
        output.line(_("It opens with the old recovery words only: make a new one."))
    output.line(
        plural(
            "{count} incident is not in it.", "{count} incidents are not in it.", status.changes_since
        ).format(count=status.changes_since)
    )
