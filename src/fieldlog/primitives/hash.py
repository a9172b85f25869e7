"""SHA-256, SHA-512, CRC-32 and HMAC-SHA-256, whole or piece by piece.

``hashlib`` is OpenSSL here: it uses the processor's instructions and lets other threads run for pieces
above 2 KiB. CRC-32 finds accidents in archives; it protects against nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import zlib

from fieldlog.errors import SignatureInvalid
from fieldlog.primitives.secret import Secret

SHA256_BYTES = 32
SHA512_BYTES = 64

_Bytes = bytes | bytearray | memoryview


def sha256(content: _Bytes) -> bytes:
    """Return the SHA-256 of ``content``, 32 bytes."""
    return hashlib.sha256(content).digest()


def sha512(content: _Bytes) -> bytes:
    """Return the SHA-512 of ``content``, 64 bytes."""
    return hashlib.sha512(content).digest()


def crc32(content: _Bytes, running: int = 0) -> int:
    """Return the CRC-32 of ``content`` appended to what ``running`` covers."""
    return zlib.crc32(content, running)


class Sha256:
    """SHA-256 of bytes that arrive in pieces."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = hashlib.sha256()

    def update(self, piece: _Bytes) -> None:
        """Take in the next piece."""
        self._state.update(piece)

    def digest(self) -> bytes:
        """Return the hash of the pieces so far, 32 bytes; more pieces may follow."""
        return self._state.digest()


class Sha512:
    """SHA-512 of bytes that arrive in pieces."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        self._state = hashlib.sha512()

    def update(self, piece: _Bytes) -> None:
        """Take in the next piece."""
        self._state.update(piece)

    def digest(self) -> bytes:
        """Return the hash of the pieces so far, 64 bytes; more pieces may follow."""
        return self._state.digest()


def hmac_sha256(key: Secret, content: _Bytes) -> bytes:
    """Return HMAC-SHA-256 (RFC 2104), 32 bytes."""
    return hmac.digest(key.reveal(), content, "sha256")


def verify_hmac_sha256(key: Secret, content: _Bytes, tag: bytes) -> None:
    """Accept ``tag`` or raise; the comparison takes the same time wherever they differ.

    Raises:
        SignatureInvalid: ``tag`` is not the HMAC-SHA-256 of ``content``.
    """
    if not hmac.compare_digest(hmac_sha256(key, content), tag):
        raise SignatureInvalid("hmac")
