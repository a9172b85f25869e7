"""The X25519 recipient type (age specification, "The X25519 recipient type")."""

from __future__ import annotations

from typing import Self

from fieldlog.errors import HeaderError, KeyTextError
from fieldlog.formats.age import bech32
from fieldlog.formats.age.parties import open_file_key, require_body, seal_file_key
from fieldlog.formats.age.stanza import Stanza, decode_argument, encode
from fieldlog.primitives.dh import KEY_BYTES, X25519
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret

KIND = "X25519"
RECIPIENT_PREFIX = "age"
IDENTITY_PREFIX = "AGE-SECRET-KEY-"
_INFO = b"age-encryption.org/v1/X25519"


class X25519Recipient:
    """A public X25519 key. Files for it are safe today, not from a future quantum computer.

    Args:
        public: 32 bytes.

    Raises:
        KeyTextError: the wrong length, or a low-order point.
    """

    __slots__ = ("public",)

    def __init__(self, public: bytes) -> None:
        # Refused here, while the person still has the text in hand, not when a file is written.
        X25519.generate().exchange(public)
        self.public = public

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the recipient written as ``age1...``.

        Raises:
            KeyTextError: it is not one.
        """
        prefix, public = bech32.decode(text)
        if prefix != RECIPIENT_PREFIX:
            raise KeyTextError("not-x25519-recipient")
        return cls(public)

    def to_text(self) -> str:
        """Return the recipient as ``age1...``."""
        return bech32.encode(RECIPIENT_PREFIX, self.public)

    @property
    def labels(self) -> frozenset[str]:
        """None: classic recipients go together."""
        return frozenset()

    def wrap(self, file_key: Secret) -> Stanza:
        """Return a stanza for this key under a new ephemeral key."""
        ephemeral = X25519.generate()
        wrap_key = _wrap_key(ephemeral.exchange(self.public), share=ephemeral.public, public=self.public)
        return Stanza(
            kind=KIND, arguments=(encode(ephemeral.public),), body=seal_file_key(wrap_key, file_key)
        )


class X25519Identity:
    """A private X25519 key.

    Args:
        key: from ``X25519.generate()`` or 32 stored bytes.
    """

    __slots__ = ("_key", "_public")

    def __init__(self, key: X25519) -> None:
        self._key = key
        self._public = key.public

    @classmethod
    def generate(cls) -> Self:
        """Return a new random identity."""
        return cls(X25519.generate())

    @classmethod
    def from_text(cls, text: Secret) -> Self:
        """Return the identity written as ``AGE-SECRET-KEY-1...``.

        Raises:
            KeyTextError: it is not one.
        """
        prefix, scalar = bech32.decode(text.reveal().decode(errors="replace"))
        if prefix != IDENTITY_PREFIX:
            raise KeyTextError("not-x25519-identity")
        return cls(X25519(Secret(scalar)))

    def to_text(self) -> Secret:
        """Return the identity as ``AGE-SECRET-KEY-1...``."""
        return Secret.from_text(bech32.encode(IDENTITY_PREFIX, self._key.private.reveal()))

    def recipient(self) -> X25519Recipient:
        """Return the matching recipient."""
        return X25519Recipient(self._public)

    def unwrap(self, stanza: Stanza) -> Secret | None:
        """Return the file key, or ``None`` for a stanza of another kind or for another key.

        Raises:
            HeaderError: an X25519 stanza that breaks the specification.
        """
        if stanza.kind != KIND:
            return None
        if len(stanza.arguments) != 1:
            raise HeaderError("x25519-arguments")
        share = decode_argument(stanza.arguments[0], KEY_BYTES)
        require_body(stanza)
        try:
            shared = self._key.exchange(share)
        except KeyTextError:
            raise HeaderError("x25519-low-order") from None
        return open_file_key(_wrap_key(shared, share=share, public=self._public), stanza.body)


def _wrap_key(shared: Secret, *, share: bytes, public: bytes) -> Secret:
    return hkdf_sha256(shared, salt=share + public, info=_INFO)
