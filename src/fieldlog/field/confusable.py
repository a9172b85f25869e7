"""Whether two organisation names could be taken for one another (T12 of the hostile inputs).

Owns a deliberately coarse comparison: it only ever leads to a warning, so it may warn once too often.
A name never proves anything; the check code does.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_LOOK_ALIKE: Final = str.maketrans(
    {
        **dict(zip("авеёзікмнорсстухһүұәөқғңьԁԛԝјѕґ", "abee3ikmhopcctyxhyyeoqrhbdqwjsr", strict=True)),
        **dict(zip("аеорсухіјѕһԛԝӏ", "aeopcyxijshqwl", strict=True)),
        **dict(zip("αβεικνορτυχ", "abeikvoptux", strict=True)),
        "0": "o",
        "1": "l",
        "i": "l",
        "|": "l",
        "5": "s",
    }
)
"""Cyrillic, Kazakh and Greek letters and digits by the Latin letter they look like."""

_CLOSE_ENOUGH: Final = 8
"""Letters from which one difference alone still looks like the same name."""


def look_alike(name: str, other: str) -> bool:
    """Whether the names have one outline, or one letter more, less or different in a long outline."""
    first, second = _outline(name), _outline(other)
    if first == second:
        return True
    if min(len(first), len(second)) < _CLOSE_ENOUGH:
        return False
    return _one_step_apart(first, second)


def _outline(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(character for character in plain if unicodedata.category(character)[0] in "LN")
    # The table maps onto letters that it maps again (i, then l), so it is applied twice.
    outline = letters.translate(_LOOK_ALIKE).translate(_LOOK_ALIKE)
    return outline.replace("rn", "m").replace("vv", "w")


def _one_step_apart(first: str, second: str) -> bool:
    """One inserted, dropped, replaced or swapped letter."""
    if len(first) > len(second):
        first, second = second, first
    if len(second) - len(first) > 1:
        return False
    start = 0
    while start < len(first) and first[start] == second[start]:
        start += 1
    rest, other_rest = first[start:], second[start:]
    if len(first) != len(second):
        return rest == other_rest[1:]
    swapped = rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:]
    return rest[1:] == other_rest[1:] or swapped
