"""Recipient stanzas and the base64 they are written in (age specification, "Recipient stanza").

Base64 is unpadded and canonical: each byte string has one spelling, so a header cannot be changed without
changing what its MAC covers.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from fieldlog.errors import HeaderError

COLUMNS = 64
_ARGUMENT = re.compile(rb"[\x21-\x7e]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """One wrapped file key.

    Args:
        kind: the first argument, for example ``"X25519"``.
        arguments: the others.
        body: decoded.
    """

    kind: str
    arguments: tuple[str, ...]
    body: bytes

    def to_bytes(self) -> bytes:
        """Return the stanza as in a file, with its last line feed."""
        text = encode(self.body)
        lines = [text[start : start + COLUMNS] for start in range(0, len(text) + 1, COLUMNS)]
        opening = " ".join(("->", self.kind, *self.arguments))
        return "\n".join((opening, *lines, "")).encode("ascii")


def parse_opening(line: bytes) -> tuple[str, ...]:
    """Return the arguments of a stanza's first line, given without its line feed.

    Raises:
        HeaderError: not ``-> `` and one or more arguments of visible ASCII, one space between.
    """
    mark, *arguments = line.split(b" ")
    if mark != b"->" or not arguments:
        raise HeaderError("stanza-opening")
    if not all(_ARGUMENT.fullmatch(argument) for argument in arguments):
        raise HeaderError("stanza-argument")
    return tuple(argument.decode("ascii") for argument in arguments)


def encode(content: bytes) -> str:
    """Return ``content`` in unpadded base64."""
    return base64.b64encode(content).rstrip(b"=").decode("ascii")


def decode(text: bytes) -> bytes:
    """Return the bytes that ``text`` spells.

    Raises:
        HeaderError: a character outside the alphabet, padding, or spare bits that are not zero.
    """
    if not _BASE64.fullmatch(text):
        raise HeaderError("base64-character")
    try:
        content = base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        raise HeaderError("base64-length") from None
    if encode(content).encode("ascii") != text:
        raise HeaderError("base64-not-canonical")
    return content


def decode_argument(text: str, length: int) -> bytes:
    """Return an argument that spells exactly ``length`` bytes.

    Raises:
        HeaderError: it does not.
    """
    content = decode(text.encode("ascii"))
    if len(content) != length:
        raise HeaderError("argument-length")
    return content
