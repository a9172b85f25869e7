"""JSON with one byte string per value, and a strict reader for JSON lines.

Implements ``docs/formats/bundle.md`` section 9.
Canonical: UTF-8, keys in code point order, no blanks, no escapes but those JSON demands, text in
NFC, whole numbers within +-(2^53 - 1), no fractions at all. What is not exactly so is refused
when read, so that a digest over the bytes is a digest over the value.
Records hold no fractions: coordinates and amounts are text, because 0.1 is not a value every
program reads alike.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import NoReturn, Protocol

from fieldlog.errors import FormatError
from fieldlog.formats.marks import has_long_run

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]

MAX_DEPTH = 32
"""The deepest record has five levels. Stops J05 before any recursion over it."""

MAX_INTEGER = 2**53 - 1
"""What JavaScript and spreadsheets still hold exactly."""

MAX_DOCUMENT_BYTES = 2 << 20
"""A bundle's list of recipients and counts is a few KiB; vocabularies with labels below 1 MiB.
Two bytes of ``[]`` become sixty in memory, so this also keeps a hostile document below 100 MB."""

MAX_LINE_BYTES = 1 << 20
"""One record. The longest account anybody typed in a form is far below; J08 brings a gigabyte."""

_MAX_DIGITS = len(str(MAX_INTEGER)) + 1
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
"""Also matches a string that never ends, to the end of the text: the search goes over no character
twice, however many quotes follow. The parser refuses such a text afterwards."""


class ByteSource(Protocol):
    """Anything that is read from front to back."""

    def read(self, size: int = -1, /) -> bytes:
        """Read up to ``size`` bytes; nothing only at the end."""


def encode(value: JsonValue) -> bytes:
    """The one byte string of ``value``; there is no line end.

    Raises:
        FormatError: ``json-type``, ``json-fraction``, ``json-integer``, ``json-depth``,
            ``json-not-nfc``, ``json-surrogate``, ``json-too-large``.
    """
    _check_value(value, composed=True, depth=0)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    encoded = text.encode("utf-8")
    if len(encoded) > MAX_DOCUMENT_BYTES:
        raise FormatError("json-too-large")
    return encoded


def decode(content: bytes, *, limit: int = MAX_DOCUMENT_BYTES) -> JsonValue:
    """The value of a canonical byte string.

    Raises:
        FormatError: as ``encode``, and ``json-encoding``, ``json-syntax``, ``json-duplicate-key``,
            ``json-not-canonical``.
    """
    value = _parse(content, limit=limit)
    if encode(value) != content:
        raise FormatError("json-not-canonical")
    return value


def read_lines(source: ByteSource, *, limit: int = MAX_LINE_BYTES) -> Iterator[dict[str, JsonValue]]:
    """The objects of a JSON Lines file, one by one, in bounded memory.

    Every line is one object and ends with a line feed. Keys may stand in any order, blanks between
    tokens and text in any Unicode form: a later version may write so, and a record must not become
    unreadable over it. Everything else is as strict as ``decode``.

    Raises:
        FormatError: as ``decode``, and ``json-line-too-long``, ``json-line-unfinished``,
            ``json-not-an-object``.
    """
    for line in _split_lines(source, limit=limit):
        value = _parse(line, limit=limit)
        _check_value(value, composed=False, depth=0)
        if not isinstance(value, dict):
            raise FormatError("json-not-an-object")
        yield value


def _split_lines(source: ByteSource, *, limit: int) -> Iterator[bytes]:
    rest = b""
    while chunk := source.read(1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        if max(map(len, (*lines, rest))) > limit:
            raise FormatError("json-line-too-long")
        yield from lines
    if rest:
        raise FormatError("json-line-unfinished")


def _parse(content: bytes, *, limit: int) -> JsonValue:
    if len(content) > limit:
        raise FormatError("json-too-large")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError("json-encoding") from None
    _check_depth(text)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_object_without_twins,
            parse_int=_bounded_integer,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_fraction,
        )
    except json.JSONDecodeError:
        raise FormatError("json-syntax") from None
    return value


def _check_depth(text: str) -> None:
    """Count brackets outside of strings before the parser recurses into them."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        token = match[0]
        if token in {"[", "{"}:
            depth += 1
            if depth > MAX_DEPTH:
                raise FormatError("json-depth")
        elif token in {"]", "}"}:
            depth -= 1


def _object_without_twins(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise FormatError("json-duplicate-key")
    return members


def _bounded_integer(digits: str) -> int:
    # Python takes quadratic time over long runs of digits, so their number is looked at first.
    if len(digits) > _MAX_DIGITS or abs(int(digits)) > MAX_INTEGER:
        raise FormatError("json-integer")
    return int(digits)


def _refuse_fraction(_literal: str) -> NoReturn:
    raise FormatError("json-fraction")


def _check_value(value: object, *, composed: bool, depth: int) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, composed=composed)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise FormatError("json-integer")
    elif isinstance(value, float):
        raise FormatError("json-fraction")
    elif isinstance(value, (list, dict)):
        if depth == MAX_DEPTH:
            raise FormatError("json-depth")
        _check_members(value, composed=composed, depth=depth + 1)
    else:
        raise FormatError("json-type")


def _check_members(value: list[object] | dict[object, object], *, composed: bool, depth: int) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise FormatError("json-type")
            _check_text(key, composed=composed)
            _check_value(member, composed=composed, depth=depth)
    else:
        for member in value:
            _check_value(member, composed=composed, depth=depth)


def _check_text(text: str, *, composed: bool) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Only an escape such as \ud800 brings half a character through UTF-8.
        raise FormatError("json-surrogate") from None
    if composed and (has_long_run(text) or not unicodedata.is_normalized("NFC", text)):
        raise FormatError("json-not-nfc")
