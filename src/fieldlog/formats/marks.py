"""Long runs of combining marks, which no writing needs and which make Unicode normalisation slow.

Sorting the marks of one letter takes time that grows with the square of their number, so a run is
looked for, in one pass, before anything from outside is normalised (docs/formats/bundle.md 9.1).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST_RUN: Final = 30
"""Marks on one letter; the limit of the Stream-Safe Text Format (UAX #15), which own texts are kept in."""

_HIDDEN_MARKS: Final = "\u0f73\u0f75\u0f81"
"""Marks only by what they are made of: Unicode gives these three the class of letters."""
_AS_MARKS: Final = str.maketrans(dict.fromkeys(_HIDDEN_MARKS, "\u0f72"))
_LONG_RUN: Final = re.compile(rb"[^\0]{%d}" % (LONGEST_RUN + 1))


def has_long_run(text: str) -> bool:
    """Whether more than ``LONGEST_RUN`` combining marks follow each other somewhere in ``text``."""
    if text.isascii():
        return False
    # A combining class is a number from 0, not a mark, to 240: one byte.
    return _LONG_RUN.search(bytes(map(unicodedata.combining, text.translate(_AS_MARKS)))) is not None
