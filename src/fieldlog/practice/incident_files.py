"""Small valid files drawn by code: a PNG, a JPEG, a tone and a note. No picture library is needed."""

from __future__ import annotations

import math
import struct
import zlib
from typing import Final

_SIDE: Final = 96
_BLOCKS: Final = 24
_RATE: Final = 8_000


def note(text: str) -> bytes:
    """A plain text file."""
    return f"{text}\n".encode()


def _shade(x: float, y: float) -> int:
    """A hill under a round light; coordinates from 0 to 1."""
    if math.hypot(x - 0.7, y - 0.3) < 0.12:
        return 240
    if y > 0.65 + 0.12 * math.sin(6 * x):
        return 60
    return int(120 + 90 * (1 - y))


def png_picture() -> bytes:
    """A grey picture of 96 x 96 as PNG (RFC 2083)."""
    rows = b"".join(b"\x00" + bytes(_shade(x / _SIDE, y / _SIDE) for x in range(_SIDE)) for y in range(_SIDE))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg_picture() -> bytes:
    """A grey picture of 192 x 192 as baseline JPEG (ITU T.81): one flat shade per block of 8 x 8.

    Only the first coefficient of each block is coded, so two tiny Huffman tables are enough: twelve sizes
    of four bits each, and "end of block" as the one bit 0.
    """
    sizes = bytes([0, 0, 0, 12, *[0] * 12]) + bytes(range(12))
    ends = bytes([1, *[0] * 15, 0])
    head = (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
        + _segment(0xDB, b"\x00" + bytes([8] * 64))
        + _segment(0xC0, struct.pack(">BHHBBBB", 8, _BLOCKS * 8, _BLOCKS * 8, 1, 1, 0x11, 0))
        + _segment(0xC4, b"\x00" + sizes)
        + _segment(0xC4, b"\x10" + ends)
        + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    )
    bits, before = "", 0
    for y in range(_BLOCKS):
        for x in range(_BLOCKS):
            shade = _shade(x / _BLOCKS, y / _BLOCKS) - 128
            change, before = shade - before, shade
            size = abs(change).bit_length()
            value = change if change >= 0 else change + (1 << size) - 1
            bits += f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    scan = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    return head + scan.replace(b"\xff", b"\xff\x00") + b"\xff\xd9"


def wave_tone() -> bytes:
    """One second of a soft 440 Hz tone as WAV, 8 kHz, 8 bits."""
    samples = bytes(128 + int(40 * math.sin(2 * math.pi * 440 * at / _RATE)) for at in range(_RATE))
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, _RATE, _RATE, 1, 8)
    body += b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body
