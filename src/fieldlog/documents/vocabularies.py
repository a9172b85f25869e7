"""``vocab/vocabularies.json``: every code and its labels in all languages, for readers without Fieldlog."""

from __future__ import annotations

from typing import Any

from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.i18n.labels import label, title
from fieldlog.vocabulary.loader import names, vocabulary


def vocabularies_value() -> dict[str, Any]:
    """The content of the file. Articles stay out: they are for lawyers, not for bundles."""
    return {
        "schema": "1.0",
        "vocabularies": {
            name: {
                "title": {language: title(name, language) for language in LANGUAGES},
                "terms": [
                    {
                        "code": code,
                        "label": {language: label(name, code, language) for language in LANGUAGES},
                    }
                    for code in vocabulary(name).codes
                ],
            }
            for name in names()
        },
    }
