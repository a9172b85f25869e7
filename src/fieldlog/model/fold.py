"""Folding of text for search: what a person would call the same word becomes the same string.

Russian ё is often typed е, and Kazakh letters are often typed with their nearest Russian letter, so
both are joined (architecture, "Search"). Folded text is for matching only and never shown or exported.
"""

from __future__ import annotations

from typing import Final

from fieldlog.model.text import composed

_TWINS: Final = str.maketrans(
    {"ё": "е", "ә": "а", "ғ": "г", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "і": "и"}
)


def fold(text: str) -> str:
    """``text`` in the one form in which the search index and the query are compared."""
    return composed(text).casefold().translate(_TWINS)
