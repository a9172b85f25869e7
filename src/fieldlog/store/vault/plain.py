"""Plain values as stored bytes: compact JSON in UTF-8, the same bytes for the same value.

What was typed is stored even where it is no valid text: a lone surrogate from a broken terminal must
not cost anybody a draft.
"""

from __future__ import annotations

import json


def to_bytes(plain: object) -> bytes:
    """``plain`` as JSON with sorted keys and no blanks."""
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def from_bytes(content: bytes) -> object:
    """What ``to_bytes`` was given."""
    plain: object = json.loads(content.decode("utf-8", "surrogatepass"))
    return plain


def without_surrogates(text: str) -> str:
    """``text`` in a form that SQLite can hold; what cannot be encoded becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
