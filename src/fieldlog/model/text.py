"""Somebody's own words as they are stored: one Unicode form, encodable, otherwise untouched."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SURROGATES: Final = re.compile("[\ud800-\udfff]")


def clean(text: str, *, strip: bool = True) -> str:
    """``text`` in NFC with line feeds as line ends, with ``strip`` without blank space around it.

    A lone surrogate cannot be written as UTF-8 and becomes U+FFFD. Nothing else is changed: control
    characters are evidence too, and are made visible where text is shown.
    """
    one_line_end = text.replace("\r\n", "\n").replace("\r", "\n")
    composed = unicodedata.normalize("NFC", _SURROGATES.sub("\ufffd", one_line_end))
    return composed.strip() if strip else composed
