"""Whole age files: round trips, truncation, alteration, seeking, and who may share a file."""

from __future__ import annotations

import io
import random
import threading
from typing import Any

import pytest

from fieldlog.errors import (
    ArmorError,
    Cancelled,
    FieldlogError,
    FormatError,
    HeaderError,
    KeyTextError,
    MacError,
    NoMatch,
    PayloadError,
    UsageError,
)
from fieldlog.formats import age
from fieldlog.primitives.rng import random_secret
from fieldlog.primitives.secret import Secret

SIZES = [0, 1, 47, 48, 49, 65535, 65536, 65537, 131072, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 9_500_000]
PASSPHRASE = Secret.from_text("кофта выехать отель")


def hybrid() -> tuple[Any, Any]:
    identity = age.HybridIdentity.generate()
    return identity, identity.recipient()


def classic() -> tuple[Any, Any]:
    identity = age.X25519Identity.generate()
    return identity, identity.recipient()


def by_passphrase() -> tuple[Any, Any]:
    return age.PassphraseIdentity(PASSPHRASE), age.PassphraseRecipient(PASSPHRASE, work_factor=4)


KINDS = [hybrid, classic, by_passphrase]


def sealed(plaintext: bytes, *recipients: age.Recipient, armor: bool = False) -> bytes:
    sink = io.BytesIO()
    with age.encrypt(sink, recipients, armor=armor) as file:
        file.write(plaintext)
    return sink.getvalue()


def opened(content: bytes, *identities: age.Identity, armor: bool = False) -> bytes:
    with age.decrypt(io.BytesIO(content), identities, armor=armor) as reader:
        return reader.read()


def sample(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@pytest.mark.parametrize("armor", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES[:8])
def test_round_trip(size: int, kind: Any, armor: bool) -> None:
    """What goes in comes out, for every recipient kind, size at a boundary and armor."""
    identity, recipient = kind()
    content = sealed(sample(size), recipient, armor=armor)
    assert opened(content, identity, armor=armor) == sample(size)
    assert age.looks_armored(content) == armor


@pytest.mark.parametrize("size", SIZES)
def test_sizes(size: int) -> None:
    """The sealed size is what was announced, and seeking to the end gives the plain size."""
    identity, recipient = classic()
    content = sealed(sample(size), recipient)
    length = age.header_of(io.BytesIO(content)).length
    assert len(content) == length + 16 + age.sealed_size(size)
    assert age.opened_size(age.sealed_size(size)) == size
    with age.open_seekable(io.BytesIO(content), [identity]) as reader:
        assert reader.size == size
        assert reader.seek(0, io.SEEK_END) == size
        assert reader.read() == b""
        reader.seek(0)
        assert reader.read() == sample(size)


@pytest.mark.parametrize("step", [1, 1000, 65536, 100_003, 3 << 20])
def test_written_in_pieces(step: int) -> None:
    """How the plaintext was cut into writes does not show."""
    plaintext = sample(9_500_000) if step > 1 else sample(70_000)
    key = random_secret(32)
    whole, pieces = io.BytesIO(), io.BytesIO()
    with age.StreamWriter(whole, key) as stream:
        stream.write(plaintext)
    with age.StreamWriter(pieces, key, write_behind=True) as stream:
        for at in range(0, len(plaintext), step):
            stream.write(plaintext[at : at + step])
    assert whole.getvalue() == pieces.getvalue()


def test_random_access() -> None:
    """Any read anywhere gives the bytes at that place."""
    plaintext = sample(5 << 20)
    identity, recipient = hybrid()
    draw = random.Random(7)
    with age.open_seekable(io.BytesIO(sealed(plaintext, recipient)), [identity]) as reader:
        assert reader.readable()
        assert reader.seekable()
        for _ in range(300):
            at = draw.choice([draw.randrange(len(plaintext) + 10), 65536 * draw.randrange(80)])
            length = draw.choice([0, 1, 100, 65536, 65537, 200_000, 3 << 20])
            reader.seek(at)
            buffer = bytearray(length)
            if draw.random() < 0.5:
                assert reader.read(length) == plaintext[at : at + length]
            else:
                count = reader.readinto(buffer)
                assert buffer[:count] == plaintext[at : at + length]
            assert reader.tell() == max(at, min(at + length, len(plaintext)))
        reader.seek(-5, io.SEEK_END)
        reader.seek(2, io.SEEK_CUR)
        assert reader.read1() == plaintext[-3:]
        for refused in ((-1, 0), (0, 9)):
            with pytest.raises(UsageError):
                reader.seek(*refused)
    with pytest.raises(UsageError):
        reader.read(1)


def test_every_truncation() -> None:
    """A file cut anywhere is refused, by both readers, and nothing false comes out."""
    identity, recipient = classic()
    content = sealed(b"short text", recipient)
    for cut in range(len(content)):
        with pytest.raises((HeaderError, PayloadError)):
            opened(content[:cut], identity)
        with pytest.raises((HeaderError, PayloadError)):
            age.open_seekable(io.BytesIO(content[:cut]), [identity])


@pytest.mark.parametrize("kind", [classic, hybrid])
def test_every_flipped_byte(kind: Any) -> None:
    """A file with any byte changed is refused, by both readers."""
    identity, recipient = kind()
    content = sealed(b"short text", recipient)
    for at in range(len(content)):
        altered = bytearray(content)
        altered[at] ^= 1 << at % 8
        for read in (opened, lambda content, identity: age.open_seekable(io.BytesIO(content), [identity])):
            with pytest.raises((HeaderError, MacError, NoMatch, PayloadError)):
                read(bytes(altered), identity)


def test_every_flipped_byte_of_armor() -> None:
    """Armor with any byte changed is refused, or is only a changed line end or white space around it."""
    identity, recipient = classic()
    content = sealed(b"short text", recipient, armor=True)
    for at in range(len(content)):
        altered = bytearray(content)
        altered[at] ^= 1
        with pytest.raises(FormatError):
            opened(bytes(altered), identity, armor=True)
    for cut in range(len(content) - 1):
        with pytest.raises((ArmorError, HeaderError)):
            opened(content[:cut], identity, armor=True)


@pytest.mark.parametrize("at", [0, 65552, 65552 * 17, 65552 * 30 + 70])
def test_an_altered_chunk(at: int) -> None:
    """Reading stops before an altered chunk with what was genuine; other places can still be read."""
    plaintext = sample(3 << 20)
    identity, recipient = classic()
    content = bytearray(sealed(plaintext, recipient))
    start = age.header_of(io.BytesIO(content)).length + 16
    content[start + at] ^= 1
    good = at // 65552 * 65536
    with age.decrypt(io.BytesIO(content), [identity]) as reader:
        assert b"".join(reader.read(65536) for _ in range(good // 65536)) == plaintext[:good]
        with pytest.raises(PayloadError):
            reader.read(1)
    with age.open_seekable(io.BytesIO(content), [identity]) as seekable:
        assert b"".join(seekable.read(65536) for _ in range(good // 65536)) == plaintext[:good]
        with pytest.raises(PayloadError):
            seekable.read(1)
        seekable.seek(good + 65536)
        assert seekable.read() == plaintext[good + 65536 :]


def test_a_chunk_swapped_doubled_or_dropped() -> None:
    """Chunks have their place."""
    identity, recipient = classic()
    content = sealed(sample(4 * 65536 + 5), recipient)
    start = age.header_of(io.BytesIO(content)).length + 16
    head, chunks = content[:start], [content[at : at + 65552] for at in range(start, len(content), 65552)]
    for wrong in (
        [chunks[1], chunks[0], *chunks[2:]],
        [chunks[0], *chunks],
        [chunks[0], *chunks[2:]],
        chunks[:-1],
        [*chunks, chunks[-1]],
        [*chunks[:-1], b"", chunks[-1] + b"\0"],
    ):
        altered = head + b"".join(wrong)
        with pytest.raises(PayloadError):
            opened(altered, identity)
        with pytest.raises(PayloadError), age.open_seekable(io.BytesIO(altered), [identity]) as seekable:
            seekable.read()


def test_several_recipients() -> None:
    """Each recipient alone opens the file, whichever other identities are tried first; others do not."""
    pairs = [hybrid() for _ in range(3)]
    content = sealed(b"for three", *(recipient for _, recipient in pairs))
    assert age.header_of(io.BytesIO(content)).kinds == ("mlkem768x25519",) * 3
    stranger, _ = hybrid()
    for identity, _ in pairs:
        assert opened(content, stranger, identity) == b"for three"
    for nobody in ([stranger], [], [age.PassphraseIdentity(PASSPHRASE)], [classic()[0]]):
        with pytest.raises(NoMatch):
            opened(content, *nobody)


@pytest.mark.parametrize(
    ("recipients", "reason"),
    [
        ([], "no-recipients"),
        ([hybrid()[1], classic()[1]], "mixed-recipients"),
        ([by_passphrase()[1], classic()[1]], "mixed-recipients"),
        ([by_passphrase()[1]] * 2, "mixed-recipients"),
        ([classic()[1]] * 21, "too-many-recipients"),
    ],
)
def test_who_may_share_a_file(recipients: list[Any], reason: str) -> None:
    """Classic and hybrid never mix, a passphrase is alone, and nothing is written when refused."""
    sink = io.BytesIO()
    with pytest.raises(UsageError) as caught:
        age.encrypt(sink, recipients)
    assert caught.value.reason == reason
    assert sink.getvalue() == b""


def test_twenty_recipients_fit() -> None:
    """The most recipients a file may have stay inside the header limits of the reader."""
    identity, recipient = hybrid()
    content = sealed(b"text", *[recipient] * 20)
    assert opened(content, identity) == b"text"


@pytest.mark.parametrize("armor", [False, True])
def test_an_exception_leaves_no_end(armor: bool) -> None:
    """After any exception the file is not whole, and no thread is left."""
    identity, recipient = classic()
    for size in (10, 5 << 20):
        sink = io.BytesIO()
        with pytest.raises(Cancelled), age.encrypt(sink, [recipient], armor=armor) as file:  # noqa: PT012
            file.write(sample(size))
            raise Cancelled
        file.close()
        with pytest.raises(UsageError):
            file.write(b"more")
        with pytest.raises(FormatError):
            opened(sink.getvalue(), identity, armor=armor)
    assert not [one for one in threading.enumerate() if one.name.startswith("age-stream")]


class Full:
    """A disk with little room."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = 0

    def write(self, piece: Any, /) -> int:
        if self.taken >= self.room:
            raise OSError(28, "full")
        count = min(len(piece), 100_000)
        self.taken += count
        return count


@pytest.mark.parametrize("write_behind", [False, True])
@pytest.mark.parametrize("room", [0, 500_000, 3 << 20])
def test_a_full_disk(room: int, write_behind: bool) -> None:
    """The sink's error reaches the caller, nothing more is written, and no thread is left."""
    sink = Full(room)
    stream = age.StreamWriter(sink, random_secret(32), write_behind=write_behind)
    with pytest.raises(OSError, match="full"), stream:  # noqa: PT012
        for _ in range(30):
            stream.write(bytes(1 << 20))
    assert room <= sink.taken < room + 100_000
    stream.close()
    assert not [one for one in threading.enumerate() if one.name.startswith("age-stream")]


def test_a_full_disk_found_at_the_end() -> None:
    """An error while closing is an error of closing."""
    stream = age.StreamWriter(Full(0), random_secret(32))
    stream.write(b"x")
    with pytest.raises(OSError, match="full"):
        stream.close()


def test_threads_end_with_the_reader() -> None:
    """A reader that is closed early, or dropped, leaves no thread."""
    identity, recipient = classic()
    content = sealed(bytes(9 << 20), recipient)
    reader = age.decrypt(io.BytesIO(content), [identity])
    assert reader.readable()
    assert reader.read(1) == b"\0"
    assert reader.read1(0) == b""
    assert reader.read(None) == bytes((9 << 20) - 1)
    reader.close()
    reader.close()
    with pytest.raises(UsageError):
        reader.read(1)
    dropped = age.open_seekable(io.BytesIO(content), [identity])
    dropped.read(2 << 20)
    del dropped
    assert not [one for one in threading.enumerate() if one.name.startswith("age-stream")]


def test_a_stream_inside_a_file() -> None:
    """A stream between other bytes is read from its place, as attachments are."""
    key = random_secret(32)
    sink = io.BytesIO(b"before")
    sink.seek(6)
    with age.StreamWriter(sink, key) as stream:
        stream.write(sample(200_000))
    end = sink.tell()
    sink.write(b"behind")
    with age.DecryptingReader(sink, key, start=6, end=end) as reader:
        assert reader.read() == sample(200_000)


@pytest.mark.parametrize("kind", [classic, hybrid])
def test_key_texts(kind: Any) -> None:
    """Keys survive being written as text, and a slip in the text is refused without quoting it."""
    identity, recipient = kind()
    content = sealed(b"text", age.parse_recipient(recipient.to_text()))
    assert opened(content, age.parse_identity(identity.to_text())) == b"text"
    assert age.parse_recipient(recipient.to_text()).public == recipient.public
    secret_text = identity.to_text().reveal().decode()
    for wrong in (
        secret_text[:-1],
        secret_text.lower(),
        secret_text + "Q",
        "",
        "é" * 60,
        recipient.to_text(),
    ):
        with pytest.raises(KeyTextError) as caught:
            type(identity).from_text(Secret.from_text(wrong))
        assert not wrong or wrong not in str(caught.value)
        with pytest.raises(KeyTextError):
            age.parse_identity(Secret.from_text(wrong))
    text = recipient.to_text()
    for wrong in (text[:-1], text.upper(), text[:9] + "q" * 4 + text[13:], "age1", "1" + text, text + " "):
        with pytest.raises(KeyTextError):
            age.parse_recipient(wrong)
    with pytest.raises(KeyTextError):
        type(recipient).from_text(secret_text)


def test_passphrases() -> None:
    """Another passphrase does not open; empty ones and absurd work factors are refused."""
    content = sealed(b"text", by_passphrase()[1])
    with pytest.raises(NoMatch):
        opened(content, age.PassphraseIdentity(Secret(b"other")))
    with pytest.raises(HeaderError):
        opened(content, age.PassphraseIdentity(PASSPHRASE, work_factor_max=3))
    for refused in (
        lambda: age.PassphraseIdentity(Secret(b"")),
        lambda: age.PassphraseRecipient(Secret(b"")),
    ):
        with pytest.raises(KeyTextError):
            refused()
    for factor in (0, 21):
        with pytest.raises(UsageError):
            age.PassphraseRecipient(PASSPHRASE, work_factor=factor)


def test_errors_say_nothing_of_the_content() -> None:
    """The text of an error has a code and a reason, whatever the file says."""
    with pytest.raises(FieldlogError) as caught:
        opened(b"age-encryption.org/v1\n-> secret\x1b[31m name\n", classic()[0])
    assert str(caught.value) == "format.header (reason=stanza-argument)"
