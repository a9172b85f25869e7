"""Whatever bytes arrive, the age readers answer with a value or with one of our errors."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldlog.errors import FormatError, KeyTextError
from fieldlog.formats import age
from fieldlog.formats.age import bech32
from fieldlog.primitives.secret import Secret

IDENTITIES = [
    age.X25519Identity.generate(),
    age.HybridIdentity.generate(),
    age.PassphraseIdentity(Secret(b"x"), work_factor_max=2),
]
PIECES = st.sampled_from(
    [
        b"age-encryption.org/v1\n",
        b"-> ",
        b"X25519 ",
        b"scrypt ",
        b"mlkem768x25519 ",
        b"---",
        b" ",
        b"\n",
        b"\r",
        b"A" * 64 + b"\n",
        b"A" * 43,
        b"A" * 22,
        b"1",
        b"=",
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
        b"-----END AGE ENCRYPTED FILE-----\n",
        b"\x00",
        b"\xff",
    ]
)
HEADERS = st.lists(st.one_of(PIECES, st.binary(max_size=5)), max_size=40).map(b"".join)


@settings(deadline=None, max_examples=400)
@given(HEADERS, st.booleans())
def test_any_bytes(content: bytes, armor: bool) -> None:
    """No input makes anything but a FormatError."""
    for prefix in (b"", b"age-encryption.org/v1\n"):
        try:
            age.decrypt(io.BytesIO(prefix + content), IDENTITIES, armor=armor).read()
            age.open_seekable(io.BytesIO(prefix + content), IDENTITIES).read()
        except FormatError:
            continue


@settings(deadline=None, max_examples=300)
@given(HEADERS)
def test_one_spelling(content: bytes) -> None:
    """A header that is accepted is the only spelling of its stanzas."""
    try:
        parsed = age.header_of(io.BytesIO(b"age-encryption.org/v1\n" + content))
    except FormatError:
        return
    written = b"age-encryption.org/v1\n" + b"".join(one.to_bytes() for one in parsed.stanzas) + b"---"
    assert written == parsed.covered


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=3000), st.binary(max_size=40), st.integers(0, 10_000))
def test_malleability(plaintext: bytes, noise: bytes, place: int) -> None:
    """A sealed file with bytes put in, over or taken out does not open."""
    identity = IDENTITIES[0]
    sink = io.BytesIO()
    with age.encrypt(sink, [identity.recipient()]) as file:
        file.write(plaintext)
    content = sink.getvalue()
    at = place % len(content)
    for altered in (
        content[:at] + noise + content[at:],
        content[:at] + noise + content[at + len(noise) :],
        content[:at],
    ):
        if altered == content:
            continue
        try:
            read = age.decrypt(io.BytesIO(altered), [identity]).read()
        except FormatError:
            continue
        raise AssertionError(f"{len(read)} bytes came out of an altered file")


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200), st.sampled_from(["age", "AGE-SECRET-KEY-", "age1pq"]))
def test_bech32_round_trip(content: bytes, prefix: str) -> None:
    """Every content has a text and comes back from it."""
    assert bech32.decode(bech32.encode(prefix, content)) == (prefix, content)


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=80))
def test_any_key_text(text: str) -> None:
    """No text makes anything but a KeyTextError."""
    for parse in (age.parse_recipient, lambda text: age.parse_identity(Secret.from_text(text))):
        try:
            parse(text)
        except KeyTextError:
            continue
        raise AssertionError("a random text is a key")
