"""AES-256-XTS over units of a region that never grows (docs/formats/vault.md section 4.5).

XTS hides and does not authenticate: what it covers here, the log of the database, consists of frames
whose pages are encrypted and authenticated already. It keeps the log's own fields, and so its mere
presence, from being seen. The same unit written twice under one key shows which blocks of 16 bytes
changed, to somebody with two copies only.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import XTS

from fieldlog.errors import UsageError
from fieldlog.primitives.secret import Secret

KEY_BYTES: Final = 64
UNIT_BYTES: Final = 4_096
_TWEAK_BYTES: Final = 16


class Xts:
    """One key; each unit is encrypted by itself, its number being the tweak (IEEE 1619, little-endian)."""

    def __init__(self, key: Secret) -> None:
        """Take the key.

        Raises:
            UsageError: it is not 64 bytes long.
        """
        if len(key) != KEY_BYTES:
            raise UsageError("xts-key-length")
        self._algorithm = AES(key.reveal())
        # Units are written again and again, and preparing one takes longer than encrypting it.
        self._prepared: dict[int, Cipher[XTS]] = {}

    def encrypt(self, unit: bytes | bytearray, *, number: int) -> bytes:
        """The 4,096 bytes of unit ``number`` as they are on the disk.

        Raises:
            UsageError: it is not a whole unit.
        """
        return self._cipher(unit, number).encryptor().update(bytes(unit))

    def decrypt(self, unit: bytes, *, number: int) -> bytes:
        """The other way. Any bytes decrypt to something.

        Raises:
            UsageError: it is not a whole unit.
        """
        return self._cipher(unit, number).decryptor().update(unit)

    def _cipher(self, unit: bytes | bytearray, number: int) -> Cipher[XTS]:
        if len(unit) != UNIT_BYTES:
            raise UsageError("xts-unit-length")
        cipher = self._prepared.get(number)
        if cipher is None:
            cipher = Cipher(self._algorithm, XTS(number.to_bytes(_TWEAK_BYTES, "little")))
            self._prepared[number] = cipher
        return cipher
