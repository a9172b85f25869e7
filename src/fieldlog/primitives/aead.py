"""Authenticated encryption: ChaCha20-Poly1305 (RFC 8439) and XChaCha20-Poly1305.

Which one is decided by where the nonce comes from, because a nonce used twice under one key gives away
both texts and the authentication key:

* ``ChaCha`` has a 12-byte nonce, too short to draw at random many times. It is for keys that encrypt
  once under a fixed nonce, or count (age STREAM, ``formats.age.stream``).
* ``XChaCha`` has a 24-byte nonce, long enough to draw at random for every message under one long-lived
  key: the key slots of a vault.

Neither commits to its key: a text can be built that opens under two keys. Callers who try several keys
on one text (passphrases, identities) check its length first (age specification, scrypt).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from fieldlog.errors import SignatureInvalid, UsageError
from fieldlog.primitives.secret import Secret

KEY_BYTES = 32
TAG_BYTES = 16
CHACHA_NONCE_BYTES = 12
XCHACHA_NONCE_BYTES = 24

_Bytes = bytes | bytearray | memoryview


def _require(length: int, wanted: int, reason: str) -> None:
    if length != wanted:
        raise UsageError(reason)


class ChaCha:
    """ChaCha20-Poly1305 under one key. The caller never gives a nonce twice.

    Large inputs leave the interpreter lock, so several threads may seal and open with one object.

    Args:
        key: 32 bytes.

    Raises:
        UsageError: the key or a nonce has the wrong length.
    """

    __slots__ = ("_cipher",)

    def __init__(self, key: Secret) -> None:
        _require(len(key), KEY_BYTES, "aead-key-length")
        self._cipher = ChaCha20Poly1305(key.reveal())

    def seal(self, plaintext: _Bytes, *, nonce: bytes, associated: bytes = b"") -> bytes:
        """Return the ciphertext and its 16-byte tag."""
        _require(len(nonce), CHACHA_NONCE_BYTES, "aead-nonce-length")
        return self._cipher.encrypt(nonce, plaintext, associated)

    def open(self, ciphertext: _Bytes, *, nonce: bytes, associated: bytes = b"") -> bytes:
        """Return the plaintext of what ``seal`` returned.

        Raises:
            SignatureInvalid: altered, cut, or not sealed with this key, nonce and associated data.
        """
        _require(len(nonce), CHACHA_NONCE_BYTES, "aead-nonce-length")
        try:
            return self._cipher.decrypt(nonce, ciphertext, associated)
        except InvalidTag:
            raise SignatureInvalid("aead") from None

    def seal_into(self, target: memoryview, plaintext: _Bytes, *, nonce: bytes) -> None:
        """Write ciphertext and tag into ``target``, which is exactly 16 bytes longer than ``plaintext``."""
        _require(len(target), len(plaintext) + TAG_BYTES, "aead-target-length")
        _require(len(nonce), CHACHA_NONCE_BYTES, "aead-nonce-length")
        self._cipher.encrypt_into(nonce, plaintext, None, target)

    def open_into(self, target: memoryview, ciphertext: _Bytes, *, nonce: bytes) -> None:
        """Write the plaintext into ``target``, which is exactly 16 bytes shorter than ``ciphertext``.

        Raises:
            SignatureInvalid: as ``open``. ``target`` may have been overwritten and must not be used.
        """
        _require(len(target) + TAG_BYTES, len(ciphertext), "aead-target-length")
        _require(len(nonce), CHACHA_NONCE_BYTES, "aead-nonce-length")
        try:
            self._cipher.decrypt_into(nonce, ciphertext, None, target)
        except InvalidTag:
            raise SignatureInvalid("aead") from None


class XChaCha:
    """XChaCha20-Poly1305 under one key (draft-irtf-cfrg-xchacha-03, libsodium).

    Args:
        key: 32 bytes.

    Raises:
        UsageError: the key or a nonce has the wrong length.
    """

    __slots__ = ("_key",)

    def __init__(self, key: Secret) -> None:
        _require(len(key), KEY_BYTES, "aead-key-length")
        self._key = key

    def seal(self, plaintext: bytes, *, nonce: bytes, associated: bytes = b"") -> bytes:
        """Return the ciphertext and its 16-byte tag. Draw ``nonce`` with ``rng.random_bytes(24)``."""
        _require(len(nonce), XCHACHA_NONCE_BYTES, "aead-nonce-length")
        return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            plaintext, associated, nonce, self._key.reveal()
        )

    def open(self, ciphertext: bytes, *, nonce: bytes, associated: bytes = b"") -> bytes:
        """Return the plaintext of what ``seal`` returned.

        Raises:
            SignatureInvalid: altered, cut, or not sealed with this key, nonce and associated data.
        """
        _require(len(nonce), XCHACHA_NONCE_BYTES, "aead-nonce-length")
        if len(ciphertext) < TAG_BYTES:
            raise SignatureInvalid("aead")  # the library would fail otherwise, with another error
        try:
            return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                ciphertext, associated, nonce, self._key.reveal()
            )
        except CryptoError:
            raise SignatureInvalid("aead") from None
