"""The check code of an organisation: 30 digits that are read out over another channel.

Owns how the code follows from the root's public key (docs/formats/card.md 4) and the comparison with
what a reporter typed.
30 decimal digits are 99.6 bits: finding a second root key with a given code is out of reach, and
digits can be read out in any language.
"""

from __future__ import annotations

import hmac
import unicodedata
from typing import Final

from fieldlog.errors import CheckCodeMismatch
from fieldlog.primitives.hash import sha256

DIGITS: Final = 30
GROUP: Final = 5
_PREFIX: Final = b"fieldlog-check-code-v1\x00"
_CODES: Final = 10**DIGITS
_FAIR_LIMIT: Final = 2**256 - 2**256 % _CODES
"""Digests from here up would make the lowest codes more likely; they are drawn again."""
_TYPED_LIMIT: Final = 200
"""Characters of typed text; 30 digits fit with any separators."""


def check_code(root_key: bytes) -> str:
    """The code as it is shown to the organisation: six groups of five digits.

    The first SHA-256(prefix, root key, round as 4 bytes big-endian), for rounds 0, 1, 2 ..., that as
    a number lies below the largest multiple of 10^30, taken modulo 10^30.
    """
    digits = _digits(root_key)
    return " ".join(digits[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def require_check_code(root_key: bytes, *, typed: str) -> None:
    """Compare ``typed`` with the code of ``root_key`` in constant time.

    Blanks, hyphens, dots, commas and line breaks are ignored, and digits of any script are read.

    Raises:
        CheckCodeMismatch: anything else than the 30 digits of this key.
    """
    if not hmac.compare_digest(_typed_digits(typed).encode(), _digits(root_key).encode()):
        raise CheckCodeMismatch


def _digits(root_key: bytes) -> str:
    turn = 0
    while True:
        number = int.from_bytes(sha256(_PREFIX + root_key + turn.to_bytes(4, "big")), "big")
        if number < _FAIR_LIMIT:
            return str(number % _CODES).zfill(DIGITS)
        turn += 1


def _typed_digits(typed: str) -> str:
    if len(typed) > _TYPED_LIMIT:
        raise CheckCodeMismatch
    digits = []
    for character in typed:
        category = unicodedata.category(character)
        if category == "Nd":
            digits.append(str(unicodedata.decimal(character)))
        elif not (character.isspace() or category in {"Pd", "Cf"} or character in ".,_/"):
            raise CheckCodeMismatch
    return "".join(digits)
