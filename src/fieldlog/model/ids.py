"""Identifiers: random UUIDs for machines, short random codes for people (data-model section 1.1).

A code is a prefix and six Crockford base-32 characters, such as ``INC-7K2M4Q``.
It is random, so that it tells neither how many records there are nor when they were made, and it is
never derived from a name, because the hash of a name can be found by trying names.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable
from typing import Final

from fieldlog.errors import MalformedRecord

RandomBytes = Callable[[int], bytes]
"""A source of that many random bytes; tests hand in their own."""

PREFIXES: Final = {
    "incident": "INC",
    "act": "ACT",
    "person": "P",
    "involvement": "INV",
    "source": "SRC",
    "detention": "DET",
    "treatment": "TRT",
    "step": "STP",
    "evidence": "EV",
    "consent": "CON",
    "custody": "CUS",
}
"""The prefix of each record type's code."""

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 6
_CODE: Final = re.compile(r"([A-Z]{1,3})-([0-9A-HJKMNP-TV-Z]{6})")
# Crockford's reading rules: letters that look like digits are read as digits.
# The Cyrillic twins of Latin letters are typed when the keyboard is left in Russian or Kazakh.
_LOOKALIKES: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CYRILLIC_TWINS: Final = str.maketrans("АВСЕНКМОРТХ", "ABCEHKMOPTX")


def new_uuid(*, random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A version 4 UUID. Never version 7, which carries the time it was made."""
    return str(uuid.UUID(bytes=random_bytes(16), version=4))


def new_code(prefix: str, *, random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A new code such as ``P-9QW2XY``; ``prefix`` is one of the values of ``PREFIXES``.

    The caller makes sure that it is not in use: there are 2^30 of each kind.
    """
    number = int.from_bytes(random_bytes(4), "big")
    return f"{prefix}-" + "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def is_code(text: str, prefix: str) -> bool:
    """Whether ``text`` is exactly a code of this prefix, as stored."""
    match = _CODE.fullmatch(text)
    return match is not None and match[1] == prefix


def read_code(text: str, prefix: str) -> str:
    """The code somebody typed: any case, ``o`` for ``0``, ``l`` for ``1``, the prefix may be missing.

    Raises:
        MalformedRecord: ``code``, when it cannot be a code of this prefix.
    """
    typed = re.sub(r"[\u2010-\u2015]", "-", "".join(text.split())).upper().translate(_CYRILLIC_TWINS)
    # A hyphen says where the code begins; without one, its length does.
    head, _, tail = typed.partition("-") if "-" in typed else (typed[:-_LENGTH], "", typed[-_LENGTH:])
    code = f"{prefix}-{tail.translate(_LOOKALIKES)}"
    if head not in {"", prefix} or not is_code(code, prefix):
        raise MalformedRecord("code")
    return code
