"""Ctrl works on every keyboard layout (ui.md finding 4, recipe 2.4).

Terminals with the Kitty protocol report Ctrl+ы where the person pressed the key marked S.
Only a letter pressed together with Ctrl is translated; typing is untouched.
"""

from __future__ import annotations

from typing import Final

_CYRILLIC_ROWS: Final = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_LATIN_ROWS: Final = ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,.")
_LATIN_BY_CYRILLIC: Final = {
    cyrillic: latin
    for cyrillic_row, latin_row in zip(_CYRILLIC_ROWS, _LATIN_ROWS, strict=True)
    for cyrillic, latin in zip(cyrillic_row, latin_row, strict=True)
} | {"і": "s", "ё": "`"}


def latin_key(key: str) -> str:
    """``key`` as it is called on a Latin layout when Ctrl is held, else ``key`` itself."""
    *modifiers, last = key.split("+")
    if "ctrl" not in modifiers or last.lower() not in _LATIN_BY_CYRILLIC:
        return key
    return "+".join((*modifiers, _LATIN_BY_CYRILLIC[last.lower()]))
