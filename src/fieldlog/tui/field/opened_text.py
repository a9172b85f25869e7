"""What the vault says of itself after unlock and now, as sentences."""

from __future__ import annotations

from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.tui.field.dates import say_moment
from fieldlog.tui.field.upkeep import Opened


def _counted(opened: Opened) -> str:
    incidents = plural("{count} incident", "{count} incidents", opened.incidents)
    changes = plural("{count} change", "{count} changes", opened.changes)
    return ", ".join((incidents.format(count=opened.incidents), changes.format(count=opened.changes)))


def opened_sentence(opened: Opened | None) -> str:
    """When it was opened before, how much was in it then, and its check words; empty for a new vault."""
    if opened is None:
        return ""
    if not opened.changes:
        return _("Nothing was ever saved in this vault.")
    if opened.last_opened is None:
        return _("Never opened before: {counted}. Check words: {words}").format(
            counted=_counted(opened), words=" ".join(opened.words)
        )
    return _("Last opened {when}: {counted}. Check words: {words}").format(
        when=say_moment(opened.last_opened), counted=_counted(opened), words=" ".join(opened.words)
    )


def words_now(opened: Opened) -> str:
    """What must stand there again after the next unlock."""
    if not opened.changes:
        return _("Nothing was ever saved in this vault.")
    return _("Now: {counted}. Check words: {words}").format(
        counted=_counted(opened), words=" ".join(opened.words)
    )
