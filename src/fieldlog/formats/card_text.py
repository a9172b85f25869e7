"""The lines of a card: folding, unfolding and the spelling of its keys (docs/formats/card.md 1).

Made to survive being pasted: lines are short, no value needs two blanks in a row, and what mail and
chat programs do to line ends and to the blanks at them changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from fieldlog.errors import CardError
from fieldlog.formats.marks import has_long_run

BEGIN: Final = "-----BEGIN FIELDLOG CARD-----"
END: Final = "-----END FIELDLOG CARD-----"
TEXT_LIMIT: Final = 64 * 1024
"""Bytes, with a message around it; a card with eight hybrid recipients needs 17 KiB."""
_LINE_LIMIT: Final = 1000
"""Lines between the markers; eight folded hybrid recipients need 260."""
_FOLD_WIDTH: Final = 64
_LINE: Final = re.compile(r"([A-Z][A-Za-z]*(?:-[A-Z][a-z]*)?): (.*)")
_FOLDED: Final = frozenset({"Recipient", "Signature"})
"""Values without blanks, which may therefore be joined again without guessing."""


def fold(lines: Sequence[tuple[str, str]]) -> str:
    """The text of a card with these lines."""
    text = [BEGIN]
    for key, value in lines:
        first, *rest = _pieces(value) if key in _FOLDED else (value,)
        text.append(f"{key}: {first}")
        text += [f" {piece}" for piece in rest]
    return "\n".join([*text, END, ""])


def unfold(raw: bytes) -> tuple[tuple[str, str], ...]:
    """The lines of the one card in ``raw``.

    Raises:
        CardError: no card or several, not UTF-8, over a limit, marks without end, or a line that is
            neither a field nor the continuation of a folded one.
    """
    lines: list[tuple[str, str]] = []
    for line in _between_markers(raw):
        match = _LINE.fullmatch(line)
        if match:
            lines.append((match[1], match[2].strip()))
        elif lines and lines[-1][0] in _FOLDED and " " not in line:
            key, value = lines[-1]
            lines[-1] = (key, value + line)
        else:
            raise CardError("line")
    return tuple(lines)


def key_text(key: bytes) -> str:
    """A key or signature as it is written on a card."""
    return base64.b64encode(key).decode("ascii")


def key_bytes(text: str, *, size: int) -> bytes:
    """The ``size`` bytes behind ``key_text``.

    Raises:
        CardError: not canonical base64 of ``size`` bytes.
    """
    try:
        key = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise CardError("key") from error
    # Spare bits and padding: a second spelling of one key must not pass.
    if len(key) != size or key_text(key) != text:
        raise CardError("key")
    return key


def _pieces(value: str) -> list[str]:
    return [value[start : start + _FOLD_WIDTH] for start in range(0, len(value), _FOLD_WIDTH)] or [""]


def _between_markers(raw: bytes) -> list[str]:
    if len(raw) > TEXT_LIMIT:
        raise CardError("too-long")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CardError("encoding") from error
    if has_long_run(text):
        raise CardError("marks")
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [line.strip() for line in text.split("\n")]
    begins = [index for index, line in enumerate(lines) if line == BEGIN]
    ends = [index for index, line in enumerate(lines) if line == END]
    if not begins:
        raise CardError("no-card")
    if len(begins) > 1 or len(ends) != 1 or ends[0] < begins[0]:
        raise CardError("markers")
    inside = [line for line in lines[begins[0] + 1 : ends[0]] if line]
    if len(inside) > _LINE_LIMIT:
        raise CardError("too-long")
    return inside
