"""What kind of file something is, from its first bytes and never from its name.

The table is short on purpose: what is not in it is stored and handed over all the same, as ``bin``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 64
"""Bytes of the beginning that ``kind_of`` looks at."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A media type and the extension it is stored under."""

    media_type: str
    extension: str


UNKNOWN: Final = FileKind("application/octet-stream", "bin")

# (offset, signature, kind); the first that fits counts.
_SIGNATURES: Final[tuple[tuple[int, bytes, FileKind], ...]] = (
    (0, b"\xff\xd8\xff", FileKind("image/jpeg", "jpg")),
    (0, b"\x89PNG\r\n\x1a\n", FileKind("image/png", "png")),
    (0, b"GIF87a", FileKind("image/gif", "gif")),
    (0, b"GIF89a", FileKind("image/gif", "gif")),
    (8, b"WEBP", FileKind("image/webp", "webp")),
    (4, b"ftypheic", FileKind("image/heic", "heic")),
    (4, b"ftypmif1", FileKind("image/heif", "heif")),
    (4, b"ftypavif", FileKind("image/avif", "avif")),
    (0, b"II*\x00", FileKind("image/tiff", "tif")),
    (0, b"MM\x00*", FileKind("image/tiff", "tif")),
    (4, b"ftypqt", FileKind("video/quicktime", "mov")),
    (4, b"ftyp3g", FileKind("video/3gpp", "3gp")),
    (4, b"ftypM4A", FileKind("audio/mp4", "m4a")),
    (4, b"ftyp", FileKind("video/mp4", "mp4")),
    (0, b"\x1aE\xdf\xa3", FileKind("video/webm", "webm")),
    (8, b"AVI ", FileKind("video/x-msvideo", "avi")),
    (0, b"OggS", FileKind("audio/ogg", "ogg")),
    (0, b"ID3", FileKind("audio/mpeg", "mp3")),
    (0, b"\xff\xfb", FileKind("audio/mpeg", "mp3")),
    (0, b"#!AMR", FileKind("audio/amr", "amr")),
    (8, b"WAVE", FileKind("audio/wav", "wav")),
    (0, b"fLaC", FileKind("audio/flac", "flac")),
    (0, b"%PDF-", FileKind("application/pdf", "pdf")),
    (0, b"PK\x03\x04", FileKind("application/zip", "zip")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind("application/x-ole-storage", "ole")),
    (0, b"{\\rtf", FileKind("application/rtf", "rtf")),
)


def kind_of(head: bytes) -> FileKind:
    """The kind of a file whose first bytes are ``head``, or ``UNKNOWN``."""
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    return _text(head)


def _text(head: bytes) -> FileKind:
    # The cut at HEAD_BYTES may fall inside a character: up to three bytes of one are left out.
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        printable = all(character.isprintable() or character in "\t\r\n\ufeff" for character in text)
        return FileKind("text/plain", "txt") if text and printable else UNKNOWN
    return UNKNOWN
