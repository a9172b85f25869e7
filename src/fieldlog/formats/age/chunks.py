"""Chunks of age's STREAM payload and batches of them (age specification, "Payload").

A chunk is 64 KiB of plaintext under ChaCha20-Poly1305. Its nonce is its number and whether it is the last,
so chunks cannot be reordered, dropped, repeated or cut off at the end. A key encrypts one stream only, so
no nonce comes twice.

Batches exist for speed: sealing 64 KiB leaves the interpreter lock, so two threads with a batch each use
two cores (``workers``).
"""

from __future__ import annotations

from dataclasses import dataclass

from fieldlog.errors import PayloadError, SignatureInvalid
from fieldlog.primitives.aead import TAG_BYTES, ChaCha

CHUNK_BYTES = 64 << 10
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
# 1 MiB: large enough that passing it to a thread costs nothing, small enough that the six batches which
# are under way at most stay near 12 MiB.
BATCH_CHUNKS = 16
BATCH_BYTES = BATCH_CHUNKS * CHUNK_BYTES
SEALED_BATCH_BYTES = BATCH_CHUNKS * SEALED_CHUNK_BYTES


def nonce(number: int, *, last: bool) -> bytes:
    """Return the nonce of one chunk: an 11-byte counter and the mark of the last one."""
    return number.to_bytes(11) + (b"\x01" if last else b"\x00")


def sealed_size(size: int) -> int:
    """Return how many bytes ``size`` bytes become; without the header and the 16-byte payload nonce."""
    return size + TAG_BYTES * max(1, -(-size // CHUNK_BYTES))


def opened_size(sealed: int) -> int:
    """Return how many plaintext bytes a sealed stream of this length holds.

    Raises:
        PayloadError: no stream has this length.
    """
    size = sealed - TAG_BYTES * max(1, -(-sealed // SEALED_CHUNK_BYTES))
    if size < 0 or sealed_size(size) != sealed:
        raise PayloadError("truncated")
    return size


def seal_batch(
    cipher: ChaCha, plaintext: memoryview, target: memoryview, *, first: int, ends: bool
) -> memoryview:
    """Seal the chunks of ``plaintext`` into ``target`` and return the part that was written.

    Args:
        cipher: under the stream's key.
        plaintext: whole chunks, unless the stream ends in it.
        target: as long as the sealed form, or longer.
        first: number of the first chunk.
        ends: the last chunk here is the last one of the stream. An empty stream has one empty chunk.
    """
    count = max(1, -(-len(plaintext) // CHUNK_BYTES))
    written = 0
    for index in range(count):
        chunk = plaintext[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        place = target[written : written + len(chunk) + TAG_BYTES]
        cipher.seal_into(place, chunk, nonce=nonce(first + index, last=ends and index == count - 1))
        written += len(place)
    return target[:written]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBatch:
    """What a batch gave before its end or its first bad chunk.

    Args:
        plaintext: of the good chunks before the bad one, if there is one.
        failure: why the rest is missing.
    """

    plaintext: memoryview
    failure: PayloadError | None


def open_batch(
    cipher: ChaCha, sealed: memoryview, target: memoryview, *, first: int, ends: bool
) -> OpenedBatch:
    """Open the chunks of ``sealed`` into ``target``.

    Args:
        cipher: under the stream's key.
        sealed: whole chunks, unless the source ends in it.
        target: as long as the plaintext, or longer.
        first: number of the first chunk.
        ends: the source ends after ``sealed``.
    """
    count = max(1, -(-len(sealed) // SEALED_CHUNK_BYTES))
    opened = 0
    for index in range(count):
        chunk = sealed[index * SEALED_CHUNK_BYTES : (index + 1) * SEALED_CHUNK_BYTES]
        last = ends and index == count - 1
        if len(chunk) < TAG_BYTES or (len(chunk) == TAG_BYTES and first + index > 0):
            # Cut inside or before a tag; or an empty last chunk, a second spelling of the same stream.
            return OpenedBatch(plaintext=target[:opened], failure=PayloadError("truncated"))
        place = target[opened : opened + len(chunk) - TAG_BYTES]
        failure = _open_chunk(cipher, chunk, place, number=first + index, last=last)
        if failure is None or failure.reason != "altered":
            opened += len(place)
        if failure is not None:
            return OpenedBatch(plaintext=target[:opened], failure=failure)
    return OpenedBatch(plaintext=target[:opened], failure=None)


def _open_chunk(
    cipher: ChaCha, chunk: memoryview, place: memoryview, *, number: int, last: bool
) -> PayloadError | None:
    """Open one chunk. It is genuine too when only its mark is wrong, but then the stream is not whole."""
    try:
        cipher.open_into(place, chunk, nonce=nonce(number, last=last))
    except SignatureInvalid:
        pass
    else:
        return None
    if len(chunk) == SEALED_CHUNK_BYTES:
        try:
            cipher.open_into(place, chunk, nonce=nonce(number, last=not last))
        except SignatureInvalid:
            pass
        else:
            return PayloadError("truncated" if last else "trailing-data")
    return PayloadError("altered")
