"""MLKEM768-X25519 under HPKE: encryption to a public key that a future quantum computer does not open.

RFC 9180 base mode with KEM MLKEM768-X25519 (draft-ietf-hpke-pq-03, also known as X-Wing), KDF
HKDF-SHA-256 and AEAD ChaCha20-Poly1305. Breaking it takes breaking ML-KEM-768 *and* X25519.
"""

from __future__ import annotations

import hashlib
from typing import Self

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from fieldlog.errors import KeyTextError, NoPostQuantum, SignatureInvalid
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.rng import random_secret
from fieldlog.primitives.secret import Secret

SEED_BYTES = 32
PUBLIC_BYTES = 1216
ENCAPSULATED_BYTES = 1120
_MLKEM_SEED_BYTES = 64
_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_CIPHERTEXT_BYTES = 1088


def _suite() -> hpke.Suite:
    return hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class HybridPublic:
    """A public MLKEM768-X25519 key.

    Args:
        public: 1,184 bytes of ML-KEM-768 and 32 bytes of X25519.

    Raises:
        KeyTextError: not a key of this kind, or its X25519 half is a low-order point.
        NoPostQuantum: the installed ``cryptography`` cannot do ML-KEM.
    """

    __slots__ = ("_key", "public")

    def __init__(self, public: bytes) -> None:
        if len(public) != PUBLIC_BYTES:
            raise KeyTextError("hybrid-length")
        # An X25519 half that makes every shared secret zero would leave ML-KEM alone to protect.
        X25519.generate().exchange(public[_MLKEM_PUBLIC_BYTES:])
        try:
            mlkem = MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC_BYTES])
        except UnsupportedAlgorithm:
            raise NoPostQuantum from None
        except ValueError:
            raise KeyTextError("hybrid-not-canonical") from None
        self.public = public
        self._key = hpke.MLKEM768X25519PublicKey(
            mlkem, X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC_BYTES:])
        )

    def seal(self, plaintext: Secret, *, info: bytes) -> tuple[bytes, bytes]:
        """Return the encapsulated key (1,120 bytes) and the ciphertext (plaintext + 16 bytes)."""
        sealed = _suite().encrypt(plaintext.reveal(), self._key, info)
        return sealed[:ENCAPSULATED_BYTES], sealed[ENCAPSULATED_BYTES:]


class Hybrid:
    """A private MLKEM768-X25519 key.

    Args:
        seed: 32 bytes, expanded with SHAKE-256 to the 64-byte ML-KEM seed and the 32-byte X25519 key
            (draft-ietf-hpke-pq-03, ``expandDecapsulationKey``).

    Raises:
        KeyTextError: the seed is not 32 bytes long.
        NoPostQuantum: the installed ``cryptography`` cannot do ML-KEM.
    """

    __slots__ = ("_key", "_seed", "_x25519", "public")

    def __init__(self, seed: Secret) -> None:
        if len(seed) != SEED_BYTES:
            raise KeyTextError("hybrid-length")
        expanded = hashlib.shake_256(seed.reveal()).digest(_MLKEM_SEED_BYTES + 32)
        try:
            mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
        except UnsupportedAlgorithm:
            raise NoPostQuantum from None
        self._seed = seed
        self._x25519 = X25519(Secret(expanded[_MLKEM_SEED_BYTES:]))
        self._key = hpke.MLKEM768X25519PrivateKey(mlkem, self._x25519.raw)
        self.public = mlkem.public_key().public_bytes_raw() + self._x25519.public

    @classmethod
    def generate(cls) -> Self:
        """Return a new random key."""
        return cls(random_secret(SEED_BYTES))

    @property
    def seed(self) -> Secret:
        """The 32 bytes this key was made from."""
        return self._seed

    def open(self, encapsulated: bytes, ciphertext: bytes, *, info: bytes) -> Secret:
        """Return the plaintext sealed to this key.

        Raises:
            KeyTextError: the encapsulated key has the wrong length, or its X25519 half is a low-order
                point. The library reports the second as a plain mismatch; it is an attack, so it is
                looked for first.
            SignatureInvalid: sealed to another key, or altered. ML-KEM rejects implicitly: which of the
                two cannot be told, and must not be.
        """
        if len(encapsulated) != ENCAPSULATED_BYTES:
            raise KeyTextError("hybrid-length")
        self._x25519.exchange(encapsulated[_MLKEM_CIPHERTEXT_BYTES:])
        try:
            return Secret(_suite().decrypt(encapsulated + ciphertext, self._key, info))
        except InvalidTag:
            raise SignatureInvalid("aead") from None
