"""Long pasted paragraphs are split at sentence ends, so that typing stays quick (ui.md finding 7).

One line of 5,000 characters costs 40 ms a key, one of 100,000 more than a second.
The cut is a single line break where a blank was; not a letter is lost.
"""

from __future__ import annotations

from typing import Final

from fieldlog.model.text import composed

LONGEST_PARAGRAPH: Final = 1_500
"""Characters on one line; up to here a key costs under 20 ms (ui.md 1.3)."""

WARN_TOTAL: Final = 200_000
"""Characters in one text from which the person is told that it becomes slow."""

_SENTENCE_ENDS: Final = ".!?…"


def split_long(text: str) -> tuple[str, int]:
    """``text`` in NFC with no line over ``LONGEST_PARAGRAPH``, and how many cuts that took."""
    lines: list[str] = []
    cuts = 0
    for line in composed(text).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        rest = line
        while len(rest) > LONGEST_PARAGRAPH:
            place = _place_to_cut(rest)
            lines.append(rest[:place].rstrip(" "))
            rest = rest[place:].lstrip(" ")
            cuts += 1
        lines.append(rest)
    return "\n".join(lines), cuts


def _place_to_cut(line: str) -> int:
    window = line[:LONGEST_PARAGRAPH]
    for place in range(len(window) - 1, LONGEST_PARAGRAPH // 3, -1):
        if window[place] == " " and window[place - 1] in _SENTENCE_ENDS:
            return place
    blank = window.rfind(" ", LONGEST_PARAGRAPH // 3)
    return blank if blank > 0 else LONGEST_PARAGRAPH
