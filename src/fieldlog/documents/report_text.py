"""Incidents as plain text for a terminal or a printer: what ``fieldlog-desk open`` shows.

Every value passes ``safe_text``, so that nothing somebody wrote can command a terminal (T01-T17).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from fieldlog.documents.dossier import Dossier
from fieldlog.documents.sections import Row, consent_summary, head_rows, sections_of
from fieldlog.i18n.catalog import translate
from fieldlog.system.terminal import safe_text


def report_text(
    dossiers: Iterable[Dossier], *, language: str | None = None, width: int = 80
) -> Iterator[str]:
    """The lines of a report, without line ends, one incident after the other."""
    for dossier in dossiers:
        yield from _incident(dossier, language, max(width, 40))
        yield ""


def _incident(dossier: Dossier, language: str | None, width: int) -> Iterator[str]:
    heading = dossier.incident.code
    yield heading
    yield "=" * len(heading)
    yield from _rows(head_rows(dossier, language), width)
    for line in consent_summary(dossier, language):
        shown = safe_text(line, kind="name")
        yield f"{translate('Consent', language=language)}: {shown}"
    yield ""
    yield from _wrapped(dossier.incident.narrative.text, width, "")
    for section in sections_of(dossier, language):
        yield ""
        yield safe_text(f"{section.title} {section.code}", kind="name")
        yield from (f"  {line}" for line in _rows(section.rows, width - 2))


def _rows(rows: Iterable[Row], width: int) -> Iterator[str]:
    for row in rows:
        name = safe_text(row.label, kind="name")
        if row.long:
            yield f"{name}:"
            yield from _wrapped(row.value, width, "  ")
        else:
            shown = safe_text(row.value, kind="name")
            yield from textwrap.wrap(
                f"{name}: {shown}", width, subsequent_indent="  ", break_on_hyphens=False
            ) or [""]


def _wrapped(text: str, width: int, indent: str) -> Iterator[str]:
    for line in safe_text(text).split("\n"):
        yield from textwrap.wrap(
            line, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        ) or [""]
