"""What every kind of recipient and identity has in common, and the two rules over several of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fieldlog.errors import HeaderError, NoMatch, SignatureInvalid, UsageError
from fieldlog.formats.age.header import FILE_KEY_BYTES, SEALED_FILE, Header
from fieldlog.formats.age.stanza import Stanza
from fieldlog.primitives.aead import CHACHA_NONCE_BYTES, TAG_BYTES, ChaCha
from fieldlog.primitives.secret import Secret

BODY_BYTES = FILE_KEY_BYTES + TAG_BYTES
POSTQUANTUM = "postquantum"
# Each wrapping key encrypts one file key and is never used again, so its nonce may be constant
# (age specification, X25519 and scrypt).
_NONCE = bytes(CHACHA_NONCE_BYTES)


class Recipient(Protocol):
    """Somebody a file is encrypted to."""

    @property
    def labels(self) -> frozenset[str]:
        """Recipients of one file must have equal labels."""

    def wrap(self, file_key: Secret) -> Stanza:
        """Return a stanza that only the matching identity opens."""


class Identity(Protocol):
    """Somebody who can open a file."""

    def unwrap(self, stanza: Stanza) -> Secret | None:
        """Return the file key, or ``None`` for a stanza of another kind or for somebody else.

        Raises:
            HeaderError: a stanza of this kind that breaks the specification.
        """


def wrap_all(file_key: Secret, recipients: Sequence[Recipient]) -> tuple[Stanza, ...]:
    """Return one stanza for each recipient.

    Raises:
        UsageError: nobody, more than a header may hold, or recipients that must not share a file: a
            classic one beside post-quantum ones would leave the file open to a quantum computer, and a
            passphrase must be alone.
    """
    if not recipients:
        raise UsageError("no-recipients")
    if len(recipients) > SEALED_FILE.stanzas:
        raise UsageError("too-many-recipients")
    if len({one.labels for one in recipients}) > 1:
        raise UsageError("mixed-recipients")
    return tuple(one.wrap(file_key) for one in recipients)


def unwrap(header: Header, identities: Sequence[Identity]) -> Secret:
    """Return the file key of a header, found by the first identity that opens a stanza and verified.

    Raises:
        HeaderError: a stanza of an identity's kind breaks the specification.
        NoMatch: no identity opens any stanza.
        MacError: the header was altered.
    """
    for identity in identities:
        for stanza in header.stanzas:
            file_key = identity.unwrap(stanza)
            if file_key is not None:
                header.verify(file_key)
                return file_key
    raise NoMatch("identities")


def require_body(stanza: Stanza) -> None:
    """Refuse a body that is not a wrapped 16-byte key, before any key is tried on it.

    A longer body could be built to open under many keys, and tell an attacker who asks us to try which
    ones we hold (age specification, "partitioning oracle").

    Raises:
        HeaderError: not 32 bytes.
    """
    if len(stanza.body) != BODY_BYTES:
        raise HeaderError("body-length")


def seal_file_key(wrap_key: Secret, file_key: Secret) -> bytes:
    """Return the body of a stanza: the file key under a key used only for it."""
    return ChaCha(wrap_key).seal(file_key.reveal(), nonce=_NONCE)


def open_file_key(wrap_key: Secret, body: bytes) -> Secret | None:
    """Return the file key in ``body``, or ``None`` if it is under another key."""
    try:
        return Secret(ChaCha(wrap_key).open(body, nonce=_NONCE))
    except SignatureInvalid:
        return None
