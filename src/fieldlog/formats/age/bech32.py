"""Bech32 (BIP-173) as age uses it: without the 90-character limit; the checksum is over the lower-case form.

Longer strings weaken what the checksum promises about mistyped characters; they are pasted, not typed.
"""

from __future__ import annotations

from fieldlog.errors import KeyTextError

# The longest string of age is a hybrid recipient of 1,959 characters.
TEXT_CHARACTERS_MAX = 4096
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM_CHARACTERS = 6


def encode(prefix: str, content: bytes) -> str:
    """Return ``content`` under ``prefix``, in upper case if the prefix is."""
    lower = prefix.lower()
    values = _regroup(content, 8, 5)
    checked = values + _checksum(lower, values)
    text = lower + "1" + "".join(_ALPHABET[value] for value in checked)
    return text if prefix == lower else text.upper()


def decode(text: str) -> tuple[str, bytes]:
    """Return prefix and content; the prefix keeps its case.

    Raises:
        KeyTextError: not Bech32, mixed case, wrong checksum, or padding that is not zero. The reason
            never quotes the text, which may be a secret key.
    """
    if len(text) > TEXT_CHARACTERS_MAX:
        raise KeyTextError("too-long")
    if not text.isascii() or text not in {text.lower(), text.upper()}:
        raise KeyTextError("mixed-case")
    prefix, separator, tail = text.rpartition("1")
    if not separator or not prefix or len(tail) < _CHECKSUM_CHARACTERS:
        raise KeyTextError("no-separator")
    if not all("!" <= character <= "~" for character in prefix):
        raise KeyTextError("bad-character")
    try:
        values = [_VALUES[character] for character in tail.lower()]
    except KeyError:
        raise KeyTextError("bad-character") from None
    if _polymod(_expanded(prefix.lower()) + values) != 1:
        raise KeyTextError("bad-checksum")
    payload = values[:-_CHECKSUM_CHARACTERS]
    content = bytes(_regroup(bytes(payload), 5, 8))
    # One content has one text: spare bits must be zero and fewer than a whole character.
    if _regroup(content, 8, 5) != payload:
        raise KeyTextError("bad-padding")
    return prefix, content


def _regroup(content: bytes, from_bits: int, to_bits: int) -> list[int]:
    """Return the bits of ``content`` in groups of ``to_bits``; a partial group is padded only for 5 bits."""
    accumulator = bits = 0
    groups = []
    for value in content:
        accumulator = (accumulator << from_bits | value) & 0xFFFF
        bits += from_bits
        while bits >= to_bits:
            bits -= to_bits
            groups.append(accumulator >> bits & (1 << to_bits) - 1)
    if bits and to_bits < from_bits:
        groups.append(accumulator << (to_bits - bits) & (1 << to_bits) - 1)
    return groups


def _expanded(prefix: str) -> list[int]:
    codes = [ord(character) for character in prefix]
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            if top >> bit & 1:
                state ^= generator
    return state


def _checksum(prefix: str, values: list[int]) -> list[int]:
    remainder = _polymod([*_expanded(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    return [remainder >> 5 * (5 - place) & 31 for place in range(_CHECKSUM_CHARACTERS)]
