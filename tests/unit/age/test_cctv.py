"""The age test vectors of C2SP/CCTV, every one through every way of reading, failures by class."""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fieldlog.errors import ArmorError, FieldlogError, HeaderError, MacError, NoMatch, PayloadError
from fieldlog.formats import age
from fieldlog.formats.age import header
from fieldlog.formats.age.armor import ArmorReader, ArmorWriter
from fieldlog.formats.age.source import Source
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret
from support import vectors

FOLDER = vectors.folder("age")
VECTORS = sorted(FOLDER.iterdir()) if FOLDER.is_dir() else []
COUNT = 143
FAILURES: dict[str, type[FieldlogError]] = {
    "header failure": HeaderError,
    "HMAC failure": MacError,
    "payload failure": PayloadError,
    "armor failure": ArmorError,
    "no match": NoMatch,
}


@dataclass
class Vector:
    expect: str = ""
    payload: str | None = None
    file_key: bytes = b""
    armored: bool = False
    identities: list[age.Identity] = field(default_factory=list)
    content: bytes = b""


def load(path: Path) -> Vector:
    vector = Vector()
    head, _, vector.content = path.read_bytes().partition(b"\n\n")
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        match key:
            case "expect":
                assert value == "success" or value in FAILURES
                vector.expect = value
            case "payload":
                vector.payload = value
            case "file key":
                vector.file_key = bytes.fromhex(value)
            case "identity":
                vector.identities.append(age.parse_identity(Secret.from_text(value)))
            case "passphrase":
                vector.identities.append(age.PassphraseIdentity(Secret.from_text(value)))
            case "armored":
                vector.armored = True
            case "compressed":
                assert value == "zlib"
                vector.content = zlib.decompress(vector.content)
            case "comment":
                pass
            case _:
                pytest.fail(f"unknown key {key}")
    return vector


class Pipe:
    """A source that cannot seek or fill a buffer and gives out fewer bytes than asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self._content.read(min(size, 40_009))


def in_one_read(reader: io.BufferedIOBase) -> Iterator[bytes]:
    while piece := reader.read():
        yield piece


def in_small_reads(reader: io.BufferedIOBase) -> Iterator[bytes]:
    while piece := reader.read(9_999):
        yield piece


def in_single_reads(reader: io.BufferedIOBase) -> Iterator[bytes]:
    while piece := reader.read1(4096):
        yield piece


def into_a_buffer(reader: io.BufferedIOBase) -> Iterator[bytes]:
    buffer = bytearray(70_000)
    while count := reader.readinto(buffer):
        yield bytes(buffer[:count])


def collect(
    open_it: Callable[[], io.BufferedIOBase], read_it: Callable[[io.BufferedIOBase], Iterator[bytes]]
) -> tuple[bytes, FieldlogError | None]:
    """Return everything that came out, and the error after it."""
    released = bytearray()
    try:
        with open_it() as reader:
            for piece in read_it(reader):
                released += piece
    except FieldlogError as error:
        return bytes(released), error
    return bytes(released), None


def check(vector: Vector, released: bytes, error: FieldlogError | None) -> None:
    if vector.expect == "success":
        assert error is None
        assert hashlib.sha256(released).hexdigest() == vector.payload
        return
    assert type(error) is FAILURES[vector.expect]
    if vector.payload is not None:
        assert hashlib.sha256(released).hexdigest() == vector.payload
    elif vector.expect != "payload failure":
        assert released == b""


def opened_forward(vector: Vector) -> age.StreamReader:
    return age.decrypt(io.BytesIO(vector.content), vector.identities, armor=vector.armored)


def test_all_vectors_are_there() -> None:
    """The suite is the whole suite; without it continuous integration fails."""
    vectors.require_all(VECTORS, count=COUNT, name="age")


@pytest.mark.parametrize("source", [io.BytesIO, Pipe], ids=["file", "pipe"])
@pytest.mark.parametrize("read_it", [in_one_read, in_small_reads, into_a_buffer])
@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_forward(
    path: Path,
    read_it: Callable[[io.BufferedIOBase], Iterator[bytes]],
    source: Callable[[bytes], io.BytesIO],
) -> None:
    """Reading forward gives the payload, or the right class of failure instead of a short answer."""
    vector = load(path)
    released, error = collect(
        lambda: age.decrypt(source(vector.content), vector.identities, armor=vector.armored), read_it
    )
    if vector.expect == "payload failure":
        assert type(error) is PayloadError
        everything, _ = collect(lambda: opened_forward(vector), in_single_reads)
        assert everything.startswith(released)
    else:
        check(vector, released, error)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_released_before_the_failure(path: Path) -> None:
    """What is genuine comes out before the failure, exactly as much as the vector says."""
    vector = load(path)
    check(vector, *collect(lambda: opened_forward(vector), in_single_reads))


@pytest.mark.parametrize("read_it", [in_small_reads, in_single_reads, into_a_buffer])
@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_seekable(path: Path, read_it: Callable[[io.BufferedIOBase], Iterator[bytes]]) -> None:
    """Reading anywhere gives the payload or the right class of failure, and nothing that is not genuine."""
    vector = load(path)
    if vector.armored:
        with pytest.raises(HeaderError):
            age.open_seekable(io.BytesIO(vector.content), vector.identities)
        return
    forward, _ = collect(lambda: opened_forward(vector), in_single_reads)
    released, error = collect(
        lambda: age.open_seekable(io.BytesIO(vector.content), vector.identities), read_it
    )
    if vector.expect == "payload failure":
        assert type(error) is PayloadError
        assert forward.startswith(released)
    else:
        check(vector, released, error)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_written_again(path: Path) -> None:
    """What was read is written back the same, byte for byte: there is one spelling of everything."""
    vector = load(path)
    binary = vector.content
    if vector.armored:
        if vector.expect == "armor failure":
            return
        armor = ArmorReader(io.BytesIO(vector.content))
        binary = b"".join(iter(lambda: armor.read(50), b""))
        rearmored = io.BytesIO()
        writer = ArmorWriter(rearmored)
        for at in range(0, len(binary), 77):
            writer.write(binary[at : at + 77])
        writer.close()
        assert rearmored.getvalue() == vector.content.replace(b"\r\n", b"\n").strip() + b"\n"
    if vector.expect not in {"success", "HMAC failure", "no match", "payload failure"}:
        return
    if not vector.file_key:
        return
    parsed = header.read(Source(io.BytesIO(binary)))
    file_key = Secret(vector.file_key)
    if vector.expect == "success":
        assert header.build(parsed.stanzas, file_key) == binary[: parsed.length]
        released, _ = collect(lambda: age.decrypt(io.BytesIO(binary), vector.identities), in_one_read)
        payload_nonce = binary[parsed.length : parsed.length + 16]
        payload = io.BytesIO()
        key = hkdf_sha256(file_key, salt=payload_nonce, info=b"payload")
        with age.StreamWriter(payload, key) as stream:
            stream.write(released)
        assert payload.getvalue() == binary[parsed.length + 16 :]
    else:
        covered = header.build(parsed.stanzas, file_key)[: len(parsed.covered)]
        assert covered == parsed.covered
