"""X25519 (RFC 7748): a shared secret from one's own key and another's public key."""

from __future__ import annotations

from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from fieldlog.errors import KeyTextError
from fieldlog.primitives.rng import random_secret
from fieldlog.primitives.secret import Secret

KEY_BYTES = 32


class X25519:
    """A private X25519 key.

    Args:
        scalar: 32 bytes; clamped when used, as RFC 7748 section 5 says.

    Raises:
        KeyTextError: ``scalar`` is not 32 bytes long.
    """

    __slots__ = ("_key", "_scalar")

    def __init__(self, scalar: Secret) -> None:
        if len(scalar) != KEY_BYTES:
            raise KeyTextError("x25519-length")
        self._scalar = scalar
        self._key = X25519PrivateKey.from_private_bytes(scalar.reveal())

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(random_secret(KEY_BYTES))

    @property
    def private(self) -> Secret:
        """The 32 bytes this key was made from."""
        return self._scalar

    @property
    def raw(self) -> X25519PrivateKey:
        """The library's key object, for ``kem`` only."""
        return self._key

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def exchange(self, public: bytes) -> Secret:
        """Return the 32-byte shared secret with the holder of ``public``.

        Raises:
            KeyTextError: ``public`` has the wrong length, or is a low-order point: then the secret would
                be all zeros whatever our key is, known to everybody (RFC 7748 section 6.1).
        """
        if len(public) != KEY_BYTES:
            raise KeyTextError("x25519-length")
        try:
            return Secret(self._key.exchange(X25519PublicKey.from_public_bytes(public)))
        except ValueError:
            raise KeyTextError("x25519-low-order") from None
