"""How old the backup is and what it lacks, in one honest line; it reminds and never urges."""

from __future__ import annotations

from datetime import datetime

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.upkeep import BackupState


def backup_sentence(state: BackupState, now: datetime) -> str:
    """When the last backup was made, and what is not in it."""
    if state.last_at is None:
        return _("Backup: none yet.")
    age = _age((now - state.last_at).days)
    if state.words_changed:
        return _("Backup: {age}, and it opens with the old recovery words only.").format(age=age)
    if not state.missing:
        return _("Backup: {age}, everything is in it.").format(age=age)
    missing = plural("{count} incident is not in it", "{count} incidents are not in it", state.missing)
    return _("Backup: {age}, {missing}.").format(age=age, missing=missing.format(count=state.missing))


def _age(days: int) -> str:
    # Below zero by hours only, it is the same day by another zone's clock.
    if days < -1:
        return _("dated in the future")
    return (
        plural("{count} day old", "{count} days old", days).format(count=days) if days > 0 else _("of today")
    )


def reminder(state: BackupState, now: datetime) -> str:
    """The line on the list, or nothing when there is nothing worth saying today."""
    return f"! {backup_sentence(state, now)} {_('F7 makes one.')}" if state.due else ""
