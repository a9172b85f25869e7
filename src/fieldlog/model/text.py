"""Somebody's own words as they are stored: one Unicode form, encodable, otherwise untouched."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_RUN: Final = 30
"""Combining marks in a row: the limit of the Stream-Safe Text Format (UAX #15, section 13)."""

_JOINER: Final = "\u034f"
"""The invisible COMBINING GRAPHEME JOINER, which the Stream-Safe Text Format puts into longer runs."""
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_HIDDEN_MARKS: Final = "\u0f73\u0f75\u0f81"
"""Marks only by what they are made of: Unicode gives these three the class of letters."""
_SEVERAL_MARKS: Final = re.compile(rb"[^\0]{8}")
"""No letter or mark stands for more than three marks, so a run of fewer characters is never too long."""


def clean(text: str, *, strip: bool = True) -> str:
    """``text`` as ``composed`` with line feeds as line ends, with ``strip`` without blank space around it.

    A lone surrogate cannot be written as UTF-8 and becomes U+FFFD. Nothing else is changed: control
    characters are evidence too, and are made visible where text is shown.
    """
    one_line_end = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = composed(_SURROGATES.sub("\ufffd", one_line_end))
    return whole.strip() if strip else whole


def composed(text: str) -> str:
    """``text`` in NFC and in the Stream-Safe Text Format, in time that grows with its length only.

    Sorting the marks of one letter takes time that grows with the square of their number. Every
    thirty marks the format puts an invisible joiner between them; no mark is lost.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _with_joiners(text))


def _with_joiners(text: str) -> str:
    # A combining class is a number from 0, not a mark, to 240: one byte.
    several = _SEVERAL_MARKS.search(bytes(map(unicodedata.combining, text)))
    if several is None and not any(mark in text for mark in _HIDDEN_MARKS):
        return text
    pieces: list[str] = []
    run = 0
    for character in text:
        # Counted as decomposed, so that composing changes no count and doing it again changes nothing.
        classes = [unicodedata.combining(part) for part in unicodedata.normalize("NFD", character)]
        if all(classes):
            run += len(classes)
            if run > LONGEST_RUN:
                pieces.append(_JOINER)
                run = len(classes)
        else:
            run = next(index for index, one in enumerate(reversed(classes)) if one == 0)
        pieces.append(character)
    return "".join(pieces)
