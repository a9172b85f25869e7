"""Ed25519 signatures (RFC 8032)."""

from __future__ import annotations

from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.primitives.rng import random_secret
from fieldlog.primitives.secret import Secret

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class Ed25519:
    """A private signing key.

    Args:
        seed: 32 bytes (RFC 8032 section 5.1.5).

    Raises:
        KeyTextError: the seed is not 32 bytes long.
    """

    __slots__ = ("_key", "_seed")

    def __init__(self, seed: Secret) -> None:
        if len(seed) != SEED_BYTES:
            raise KeyTextError("ed25519-length")
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed.reveal())

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(random_secret(SEED_BYTES))

    @property
    def seed(self) -> Secret:
        """The 32 bytes this key was made from."""
        return self._seed

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes, the same every time."""
        return self._key.sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> None:
    """Accept ``signature`` by ``public`` over ``message``, or raise.

    Raises:
        KeyTextError: ``public`` is not 32 bytes long.
        SignatureInvalid: the signature is not this key's over this message.
    """
    if len(public) != PUBLIC_BYTES:
        raise KeyTextError("ed25519-length")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise SignatureInvalid("ed25519") from None
