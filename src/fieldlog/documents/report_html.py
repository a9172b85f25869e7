"""``data/index.html`` of a bundle: static, self-contained, one page per incident when printed.

Security.md section 6.4, R01-R04 and R07: everything somebody wrote is made visible and escaped, the page
forbids scripts and remote loads, no attachment is shown inside it, and only kinds of file that a browser
cannot run are linked at all. Persons appear as codes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from typing import Final

from fieldlog.documents.dossier import Dossier
from fieldlog.documents.sections import Row, Section, consent_summary, head_rows, sections_of
from fieldlog.i18n.catalog import current_language, translate
from fieldlog.system.terminal import safe_text

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; img-src data: 'self'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
)

_LINKED: Final = frozenset(["jpg", "jpeg", "png", "gif", "webp", "wav", "mp3", "ogg", "m4a", "mp4", "txt"])
"""Endings that a browser shows as a picture, sound, film or plain text; an SVG, HTML or PDF can run code."""

_STYLE: Final = """\
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{line-height:1.2}
code{font-family:ui-monospace,monospace}
article{border-top:3px solid;margin-top:2rem}
section{border-top:1px solid;margin-top:1rem}
.words{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.2rem 1rem}
dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
.notice{border:1px solid;padding:.5rem 1rem}
@media print{body{max-width:none;margin:0}article{break-before:page}section{break-inside:avoid}}"""


def report_html(
    dossiers: Iterable[Dossier],
    *,
    generated_at: str,
    bundle_id: str | None = None,
    language: str | None = None,
) -> str:
    """The whole page. ``generated_at`` is shown as given; the caller has the clock."""
    return "\n".join(_page(tuple(dossiers), generated_at, bundle_id, language)) + "\n"


def _text(value: str) -> str:
    """One line of foreign text, safe in an element and in a quoted attribute."""
    return html.escape(safe_text(value, kind="name"), quote=True)


def _words(value: str) -> str:
    """Foreign text of many lines."""
    return html.escape(safe_text(value), quote=True)


def _page(
    dossiers: tuple[Dossier, ...], generated_at: str, bundle_id: str | None, language: str | None
) -> Iterator[str]:
    title = _text(translate("Incident records", language=language))
    notice = _text(
        translate(
            "Persons appear as codes. Nothing may be published or passed on without their consent.",
            language=language,
        )
    )
    yield "<!DOCTYPE html>"
    yield f'<html lang="{_text(language or current_language())}">'
    yield '<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">'
    yield '<meta name="referrer" content="no-referrer">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>"
    yield f"<style>\n{_STYLE}\n</style></head>"
    yield f"<body><h1>{title}</h1>"
    yield f'<p class="notice">{notice}</p>'
    yield "<dl>"
    yield _pair(translate("Written", language=language), generated_at)
    if bundle_id is not None:
        yield _pair(translate("Bundle", language=language), bundle_id)
    yield _pair(translate("Incidents", language=language), str(len(dossiers)))
    yield "</dl>"
    yield "<nav><ul>"
    for dossier in dossiers:
        code = _text(dossier.incident.code)
        yield f'<li><a href="#{code}"><code>{code}</code></a></li>'
    yield "</ul></nav>"
    for dossier in dossiers:
        yield from _article(dossier, language)
    yield "</body></html>"


def _article(dossier: Dossier, language: str | None) -> Iterator[str]:
    code = _text(dossier.incident.code)
    yield f'<article id="{code}"><h2><code>{code}</code></h2>'
    yield from _rows(head_rows(dossier, language))
    heading = _text(translate("Consent", language=language))
    for line in consent_summary(dossier, language):
        yield f"<p><strong>{heading}:</strong> {_text(line)}</p>"
    narrative = dossier.incident.narrative
    yield f'<p class="words" lang="{_text(narrative.lang)}" dir="auto">{_words(narrative.text)}</p>'
    for section in sections_of(dossier, language):
        yield from _section(section)
    yield "</article>"


def _section(section: Section) -> Iterator[str]:
    yield f"<section><h3>{_text(section.title)} <code>{_text(section.code)}</code></h3>"
    yield from _rows(section.rows)
    if section.file is not None and section.file.rpartition(".")[2].lower() in _LINKED:
        path = _text(section.file)
        yield f'<p><a href="{path}" download rel="noreferrer">{path}</a></p>'
    yield "</section>"


def _rows(rows: tuple[Row, ...]) -> Iterator[str]:
    yield "<dl>"
    for row in rows:
        if row.long:
            yield f'<dt>{_text(row.label)}</dt><dd class="words" dir="auto">{_words(row.value)}</dd>'
        else:
            yield _pair(row.label, row.value)
    yield "</dl>"


def _pair(name: str, value: str) -> str:
    return f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>"
