"""Random bytes by the gigabyte, for space that must look like any other: a ChaCha20 key stream.

Each stream has a key of its own from the operating system, which is forgotten with it; the generator of
the system itself would take a multiple of the time. Never for keys.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from fieldlog.primitives import rng

_NONCE: Final = bytes(16)
"""Counter and nonce may begin at zero: no key is ever used for a second stream."""

_STREAM_BYTES: Final = 64 << 30
"""Far below the 256 GiB after which a 32-bit block counter would come round."""


class Filler:
    """An endless source of random bytes."""

    def __init__(self) -> None:
        self._renew()

    def _renew(self) -> None:
        key = rng.random_bytes(32)
        self._stream = Cipher(ChaCha20(key, _NONCE), mode=None).encryptor()
        self._left = _STREAM_BYTES

    def read(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self._left:
            self._renew()
        self._left -= count
        return self._stream.update(bytes(count))
