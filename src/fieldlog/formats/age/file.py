"""Whole age files: encrypting, decrypting forward, decrypting anywhere (age specification)."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from fieldlog.errors import HeaderError
from fieldlog.formats.age import header
from fieldlog.formats.age.armor import ArmorReader, ArmorWriter
from fieldlog.formats.age.header import FILE_KEY_BYTES, SEALED_FILE, Header, HeaderLimits
from fieldlog.formats.age.hybrid import IDENTITY_PREFIX, RECIPIENT_PREFIX, HybridIdentity, HybridRecipient
from fieldlog.formats.age.parties import Identity, Recipient, unwrap, wrap_all
from fieldlog.formats.age.seekable import DecryptingReader, Seekable
from fieldlog.formats.age.source import Readable, Source, Writable, write_all
from fieldlog.formats.age.stream import StreamReader, StreamWriter
from fieldlog.formats.age.x25519 import X25519Identity, X25519Recipient
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.rng import random_bytes, random_secret
from fieldlog.primitives.secret import Secret

_PAYLOAD_NONCE_BYTES = 16


class Encryptor:
    """An age file being written. ``encrypt`` makes it.

    Without ``close``, and after any exception, the file has no last chunk and nothing accepts it as whole.
    """

    def __init__(self, stream: StreamWriter, armor: ArmorWriter | None) -> None:
        self._stream = stream
        self._armor = armor

    def write(self, piece: bytes | bytearray | memoryview) -> int:
        """Encrypt all of ``piece`` and return its length.

        Raises:
            UsageError: the file was closed, or an earlier write failed.
        """
        return self._stream.write(piece)

    def close(self) -> None:
        """Write the last chunk and, with armor, the end line. Does nothing after an error, or again."""
        if self._stream.closed:
            return
        self._stream.close()
        if self._armor is not None:
            self._armor.close()

    def abort(self) -> None:
        """Give up: the file stays without its end."""
        self._stream.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def encrypt(sink: Writable, recipients: Sequence[Recipient], *, armor: bool = False) -> Encryptor:
    """Write the header of a new file to ``sink`` and return what encrypts the rest.

    Args:
        sink: stays open; written to from another thread until ``close`` returns.
        recipients: each of them alone can open the file.
        armor: as text.

    Raises:
        UsageError: recipients that cannot share a file, see ``parties.wrap_all``; nothing was written.
        NotEnoughMemory: scrypt could not get its memory; nothing was written.
    """
    file_key = random_secret(FILE_KEY_BYTES)
    stanzas = wrap_all(file_key, recipients)
    armored = ArmorWriter(sink) if armor else None
    target: Writable = sink if armored is None else armored
    payload_nonce = random_bytes(_PAYLOAD_NONCE_BYTES)
    write_all(target, header.build(stanzas, file_key) + payload_nonce)
    return Encryptor(StreamWriter(target, _payload_key(file_key, payload_nonce), write_behind=True), armored)


def header_of(source: Readable, *, armor: bool = False, limits: HeaderLimits = SEALED_FILE) -> Header:
    """Return the header of a file without any key; nothing in it is authenticated.

    Raises:
        HeaderError: not an age file, or above a limit.
        ArmorError: the armor breaks its rules.
    """
    return header.read(Source(ArmorReader(source) if armor else source), limits)


def decrypt(
    source: Readable,
    identities: Sequence[Identity],
    *,
    armor: bool = False,
    limits: HeaderLimits = SEALED_FILE,
) -> StreamReader:
    """Open a file for reading from its beginning to its end, also from a pipe, with bounded memory.

    Raises:
        HeaderError: not an age file, above a limit, or a stanza breaks the specification.
        ArmorError: the armor breaks its rules; also while reading.
        NoMatch: no identity opens it.
        MacError: the header was altered.
        NotEnoughMemory: scrypt could not get its memory.
    """
    forward = Source(ArmorReader(source) if armor else source)
    return StreamReader(forward, _open(forward, identities, limits))


def open_seekable(
    source: Seekable, identities: Sequence[Identity], *, limits: HeaderLimits = SEALED_FILE
) -> DecryptingReader:
    """Open a binary file for reading anywhere. Its size is authenticated when this returns.

    Raises:
        HeaderError, NoMatch, MacError, NotEnoughMemory: as ``decrypt``.
        PayloadError: the file was cut or extended, or its last chunk is not genuine.
    """
    source.seek(0)
    forward = Source(source)
    payload_key = _open(forward, identities, limits)
    return DecryptingReader(source, payload_key, start=forward.taken)


def parse_recipient(text: str) -> Recipient:
    """Return the recipient written as ``age1...`` or ``age1pq1...``.

    Raises:
        KeyTextError: it is neither.
    """
    if text.startswith(RECIPIENT_PREFIX + "1"):
        return HybridRecipient.from_text(text)
    return X25519Recipient.from_text(text)


def parse_identity(text: Secret) -> Identity:
    """Return the identity written as ``AGE-SECRET-KEY-1...`` or ``AGE-SECRET-KEY-PQ-1...``.

    Raises:
        KeyTextError: it is neither.
    """
    if text.reveal().startswith(IDENTITY_PREFIX.encode() + b"1"):
        return HybridIdentity.from_text(text)
    return X25519Identity.from_text(text)


def _open(forward: Source, identities: Sequence[Identity], limits: HeaderLimits) -> Secret:
    """Read header and payload nonce and return the payload key."""
    file_key = unwrap(header.read(forward, limits), identities)
    payload_nonce = bytearray(_PAYLOAD_NONCE_BYTES)
    if forward.fill(memoryview(payload_nonce)) < _PAYLOAD_NONCE_BYTES:
        raise HeaderError("payload-nonce")
    return _payload_key(file_key, bytes(payload_nonce))


def _payload_key(file_key: Secret, payload_nonce: bytes) -> Secret:
    return hkdf_sha256(file_key, salt=payload_nonce, info=b"payload")
