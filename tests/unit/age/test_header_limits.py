"""Header limits, Bech32 and armor: what is refused, and at which size."""

from __future__ import annotations

import io
from typing import Any

import pytest

from fieldlog.errors import ArmorError, HeaderError, KeyTextError
from fieldlog.formats import age
from fieldlog.formats.age import bech32
from fieldlog.formats.age.armor import ArmorReader

VERSION = b"age-encryption.org/v1\n"
MAC = b"--- " + b"A" * 43 + b"\n"
STANZA = b"-> grease\n\n"


def full_body(length: int) -> bytes:
    lines = b"A" * (-(-length * 8 // 6))
    folded = b"".join(lines[at : at + 64] + b"\n" for at in range(0, len(lines), 64))
    return folded + (b"\n" if len(lines) % 64 == 0 else b"")


class Endless:
    """A source without an end, which counts what was taken from it."""

    def __init__(self, beginning: bytes, filler: bytes) -> None:
        self._beginning = io.BytesIO(beginning)
        self._filler = filler
        self.given = 0

    def read(self, size: int, /) -> bytes:
        piece = self._beginning.read(size) or (self._filler * (size // len(self._filler) + 1))[:size]
        self.given += len(piece)
        return piece


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "version"),
        (b"age-encryption.org/v2\n" + STANZA + MAC, "version"),
        (VERSION + MAC, "no-stanza"),
        (VERSION + STANZA * 21 + MAC, "too-many-stanzas"),
        (VERSION + b"-> " + b"a" * 2044 + b"\n\n" + MAC, None),
        (VERSION + b"-> " + b"a" * 2045 + b"\n\n" + MAC, "line-too-long-or-cut"),
        (VERSION + b"-> a\n" + full_body(1024) + MAC, None),
        (VERSION + b"-> a\n" + full_body(1026) + MAC, "body-too-long"),
        (VERSION + STANZA * 2 + b"-> scrypt\n\n" + MAC, "scrypt-not-alone"),
        (VERSION + b"-> \xc3\xa9\n\n" + MAC, "stanza-argument"),
        (VERSION + b"->\n\n" + MAC, "stanza-opening"),
        (VERSION + STANZA + b"--- AA\n", "mac-length"),
        (VERSION + STANZA + b"--- A\n", "base64-length"),
        (VERSION + STANZA + b"---\n", "mac-line"),
        (VERSION + STANZA + b"--- " + b"A" * 43, "line-too-long-or-cut"),
    ],
)
def test_headers(content: bytes, reason: str | None) -> None:
    """Each limit holds to the byte and has its reason."""
    if reason is None:
        assert len(age.header_of(io.BytesIO(content)).stanzas) == 1
        return
    with pytest.raises(HeaderError) as caught:
        age.header_of(io.BytesIO(content))
    assert caught.value.reason == reason


def test_the_whole_header_has_a_limit() -> None:
    """Twenty stanzas at their own limits are more than a header may hold."""
    big = b"-> " + b"a" * 2044 + b"\n" + full_body(1024)
    whole = VERSION + big * 2 + MAC
    for spare, fits in ((0, True), (-1, False)):
        limits = age.HeaderLimits(
            header_bytes=len(whole) + spare, stanzas=20, opening_bytes=2048, body_bytes=1024
        )
        if fits:
            assert age.header_of(io.BytesIO(whole), limits=limits).length == len(whole)
        else:
            with pytest.raises(HeaderError) as caught:
                age.header_of(io.BytesIO(whole), limits=limits)
            assert caught.value.reason == "header-too-long"
        with pytest.raises(HeaderError):
            age.header_of(io.BytesIO(VERSION + big * 3 + MAC), limits=limits)


@pytest.mark.parametrize(
    ("beginning", "filler"),
    [
        (b"", b"a"),
        (VERSION, b"a"),
        (VERSION + b"-> ", b"a"),
        (VERSION + b"-> a\n", b"A" * 64 + b"\n"),
        (VERSION, STANZA),
        (VERSION + STANZA + b"--- ", b"A"),
    ],
)
def test_an_endless_header_is_not_read_to_its_end(beginning: bytes, filler: bytes) -> None:
    """A hostile header costs a few blocks, never more than the limit."""
    source = Endless(beginning, filler)
    with pytest.raises(HeaderError):
        age.header_of(source)
    assert source.given <= 12 << 10


@pytest.mark.parametrize(
    "text",
    [
        "A12UEL5L",
        "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        "?1ezyfcl",
    ],
)
def test_bech32_valid(text: str) -> None:
    """BIP-173's valid strings are read and written the same."""
    assert bech32.encode(*bech32.decode(text)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\x201nwldj5", "bad-character"),
        ("\x7f1axkwrx", "bad-character"),
        ("\u00801eym55h", "mixed-case"),
        ("pzry9x0s0muk", "no-separator"),
        ("1pzry9x0s0muk", "no-separator"),
        ("x1b4n0q5v", "bad-character"),
        ("li1dgmt3", "no-separator"),
        ("A1G7SGD8", "bad-checksum"),
        ("10a06t8", "no-separator"),
        ("1qzzfhee", "no-separator"),
        ("a12uel5L", "mixed-case"),
        ("a" * 4097, "too-long"),
    ],
)
def test_bech32_invalid(text: str, reason: str) -> None:
    """BIP-173's invalid strings are refused, each for its reason."""
    with pytest.raises(KeyTextError) as caught:
        bech32.decode(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize("values", [[0, 1], [0, 0, 0], [31]])
def test_bech32_padding(values: list[int]) -> None:
    """Spare bits are zero and fewer than a character holds, so a key has one text."""
    checked = values + bech32._checksum("age", values)
    text = "age1" + "".join(bech32._ALPHABET[value] for value in checked)
    with pytest.raises(KeyTextError) as caught:
        bech32.decode(text)
    assert caught.value.reason == "bad-padding"


BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----\n", b"-----END AGE ENCRYPTED FILE-----\n"


def read_armor(content: bytes) -> bytes:
    reader: Any = ArmorReader(io.BytesIO(content))
    return b"".join(iter(lambda: reader.read(10), b""))


@pytest.mark.parametrize("around", [b"", b"\n" * 1024, b" \r\n\t\n"])
def test_white_space_around_armor(around: bytes) -> None:
    """Pasted armor may have white space around it, up to 1 KiB on each side."""
    assert read_armor(around + BEGIN + b"QUJD\n" + END + around) == b"ABC"
    assert age.looks_armored(around + BEGIN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n" * 1025 + BEGIN + b"QUJD\n" + END,
        b" " * 1024 + BEGIN + b"QUJD\n" + END,
        b"   " + BEGIN + b"QUJD\n" + END,
        BEGIN + b"QUJD\n" + END + b"\n" * 1025,
        BEGIN + b"QUJD\n" + END + b"x",
        BEGIN + b"QUJD\nQUJD\n" + END,
        BEGIN + b"QUJD",
        BEGIN + b"QUJ\n" + END,
        BEGIN + b"QUJE=\n" + END,
        BEGIN + b"QQ==QQ==\n" + END,
        BEGIN + b"QR==\n" + END,
        BEGIN + b"A" * 65 + b"\n" + END,
        BEGIN + b"QUJD\n\n" + END,
    ],
)
def test_bad_armor(content: bytes) -> None:
    """Armor has one form; anything else is an armor error."""
    with pytest.raises(ArmorError):
        read_armor(content)
