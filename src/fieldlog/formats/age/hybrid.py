"""The MLKEM768-X25519 recipient type: hybrid post-quantum (age specification, section of that name)."""

from __future__ import annotations

from typing import Self

from fieldlog.errors import HeaderError, KeyTextError, SignatureInvalid
from fieldlog.formats.age import bech32
from fieldlog.formats.age.parties import POSTQUANTUM, require_body
from fieldlog.formats.age.stanza import Stanza, decode_argument, encode
from fieldlog.primitives.kem import ENCAPSULATED_BYTES, Hybrid, HybridPublic
from fieldlog.primitives.secret import Secret

KIND = "mlkem768x25519"
RECIPIENT_PREFIX = "age1pq"
IDENTITY_PREFIX = "AGE-SECRET-KEY-PQ-"
_INFO = b"age-encryption.org/mlkem768x25519"


class HybridRecipient:
    """A public MLKEM768-X25519 key: the kind Fieldlog seals to.

    Args:
        public: 1,216 bytes.

    Raises:
        KeyTextError: not a key of this kind.
        NoPostQuantum: the installed ``cryptography`` cannot do ML-KEM.
    """

    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        self._key = HybridPublic(public)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the recipient written as ``age1pq1...``.

        Raises:
            KeyTextError: it is not one.
        """
        prefix, public = bech32.decode(text)
        if prefix != RECIPIENT_PREFIX:
            raise KeyTextError("not-hybrid-recipient")
        return cls(public)

    def to_text(self) -> str:
        """Return the recipient as ``age1pq1...``."""
        return bech32.encode(RECIPIENT_PREFIX, self._key.public)

    @property
    def public(self) -> bytes:
        """The public key, 1,216 bytes."""
        return self._key.public

    @property
    def labels(self) -> frozenset[str]:
        """Post-quantum recipients go together and with nobody else."""
        return frozenset({POSTQUANTUM})

    def wrap(self, file_key: Secret) -> Stanza:
        """Return a stanza for this key under a new encapsulated key."""
        encapsulated, body = self._key.seal(file_key, info=_INFO)
        return Stanza(kind=KIND, arguments=(encode(encapsulated),), body=body)


class HybridIdentity:
    """A private MLKEM768-X25519 key.

    Args:
        key: from ``Hybrid.generate()`` or a stored 32-byte seed.
    """

    __slots__ = ("_key",)

    def __init__(self, key: Hybrid) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> Self:
        """Return a new random identity."""
        return cls(Hybrid.generate())

    @classmethod
    def from_text(cls, text: Secret) -> Self:
        """Return the identity written as ``AGE-SECRET-KEY-PQ-1...``.

        Raises:
            KeyTextError: it is not one.
        """
        prefix, seed = bech32.decode(text.reveal().decode(errors="replace"))
        if prefix != IDENTITY_PREFIX:
            raise KeyTextError("not-hybrid-identity")
        return cls(Hybrid(Secret(seed)))

    def to_text(self) -> Secret:
        """Return the identity as ``AGE-SECRET-KEY-PQ-1...``."""
        return Secret.from_text(bech32.encode(IDENTITY_PREFIX, self._key.seed.reveal()))

    def recipient(self) -> HybridRecipient:
        """Return the matching recipient."""
        return HybridRecipient(self._key.public)

    def unwrap(self, stanza: Stanza) -> Secret | None:
        """Return the file key, or ``None`` for a stanza of another kind or for another key.

        Raises:
            HeaderError: a hybrid stanza that breaks the specification.
        """
        if stanza.kind != KIND:
            return None
        if len(stanza.arguments) != 1:
            raise HeaderError("hybrid-arguments")
        encapsulated = decode_argument(stanza.arguments[0], ENCAPSULATED_BYTES)
        require_body(stanza)
        try:
            return self._key.open(encapsulated, stanza.body, info=_INFO)
        except KeyTextError:
            raise HeaderError("hybrid-low-order") from None
        except SignatureInvalid:
            return None
