"""What the reporter's verbs say about where the vault lies and about this computer."""

from __future__ import annotations

from pathlib import Path


def say_warnings(folder: Path) -> None:
    """Write one line for everything known here that weakens what the vault promises; often nothing."""
    from fieldlog.cli import output
    from fieldlog.field import places
    from fieldlog.i18n import warnings

    for slug in (*places.place_warnings(folder), *places.computer_warnings()):
        output.line("! " + warnings.warning_sentence(slug, service=places.synced_by(folder)))
