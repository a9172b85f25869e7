"""Pages of an SQLCipher 4 database, opened and sealed one by one (docs/formats/vault.md section 4.1).

A page of 4,096 bytes is AES-256-CBC under the raw key; its last 80 bytes are the vector and an
HMAC-SHA-512 over ciphertext, vector and page number. The first 16 bytes of page 1 are the salt.
The storage engine does this by itself; here it is for looking at pages that the engine refuses, for
knowing which ones those are, and for cleaning a page that the engine is about to write.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from fieldlog.errors import SignatureInvalid, UsageError
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret

PAGE_BYTES: Final = 4_096
SALT_BYTES: Final = 16
KEY_BYTES: Final = 32
_VECTOR_BYTES: Final = 16
_TAG_BYTES: Final = 64
_TAG_START: Final = PAGE_BYTES - _TAG_BYTES
_CONTENT_END: Final = _TAG_START - _VECTOR_BYTES
_SALT_MASK: Final = 0x3A
_MAC_ROUNDS: Final = 2
"""SQLCipher's fixed number: the key is random already, the rounds only part one key from the other."""


class PageCipher:
    """The pages of one database."""

    def __init__(self, *, key: Secret, salt: bytes) -> None:
        """Derive the key of the tags.

        Raises:
            UsageError: key or salt are not of their length.
        """
        if len(key) != KEY_BYTES or len(salt) != SALT_BYTES:
            raise UsageError("page-key-length")
        masked = bytes(byte ^ _SALT_MASK for byte in salt)
        self._key = key
        self._salt = salt
        self._mac_key = hashlib.pbkdf2_hmac("sha512", key.reveal(), masked, _MAC_ROUNDS, KEY_BYTES)

    def verify(self, page: bytes, *, number: int) -> None:
        """Accept a page as the one of this number, as our key sealed it.

        Raises:
            SignatureInvalid: it was altered, cut, or belongs elsewhere.
        """
        if len(page) != PAGE_BYTES or not hmac.compare_digest(self._tag(page, number), page[_TAG_START:]):
            raise SignatureInvalid("page")

    def fits(self, page: bytes, *, number: int) -> bool:
        """Whether ``verify`` would accept it, for counting the pages that are damaged."""
        try:
            self.verify(page, number=number)
        except SignatureInvalid:
            return False
        return True

    def open(self, page: bytes, *, number: int) -> bytes:
        """The page in the clear; its last 80 bytes are empty.

        Raises:
            SignatureInvalid: as ``verify``.
        """
        self.verify(page, number=number)
        return self.look(page, number=number)

    def look(self, page: bytes, *, number: int) -> bytes:
        """What ``open`` returns, **not verified**: for a page that the engine has sealed a moment ago."""
        start = _start_of(number)
        plain = self._cipher(page[_CONTENT_END:_TAG_START]).decryptor().update(page[start:_CONTENT_END])
        return b"SQLite format 3\x00"[:start] + plain + bytes(PAGE_BYTES - _CONTENT_END)

    def seal(self, plain: bytes, *, number: int) -> bytes:
        """The page as it lies on the disk, under a fresh vector.

        Raises:
            UsageError: it is not a whole page.
        """
        if len(plain) != PAGE_BYTES:
            raise UsageError("page-length")
        start = _start_of(number)
        vector = rng.random_bytes(_VECTOR_BYTES)
        content = self._cipher(vector).encryptor().update(plain[start:_CONTENT_END])
        sealed = self._salt[:start] + content + vector
        return sealed + self._tag(sealed, number)

    def _cipher(self, vector: bytes) -> Cipher[CBC]:
        return Cipher(AES(self._key.reveal()), CBC(vector))

    def _tag(self, page: bytes, number: int) -> bytes:
        covered = page[_start_of(number) : _TAG_START] + number.to_bytes(4, "little")
        return hmac.digest(self._mac_key, covered, "sha512")


def _start_of(number: int) -> int:
    return SALT_BYTES if number == 1 else 0
