import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldlog.errors import BagError
from fieldlog.formats.bag.manifest import format_manifest, parse_general, parse_strict

PATH = st.from_regex(r"data/[A-Za-z0-9_]{1,12}(\.[a-z]{1,3})?", fullmatch=True)
LISTED = st.dictionaries(PATH, st.binary(max_size=9).map(lambda seed: hashlib.sha256(seed).digest()))


@given(listed=LISTED)
def test_manifest_round_trip(listed: dict[str, bytes]):
    """Both readers read back what is written, the strict one and the general one."""
    written = format_manifest(listed.items())
    assert parse_strict(written, digest_bytes=32) == listed
    assert parse_general(written, digest_bytes=32) == listed


@given(content=st.binary(max_size=300))
def test_arbitrary_bytes_raise_nothing_else(content: bytes):
    """Whatever the bytes, both readers answer with a list or with BagError."""
    for parse in (parse_strict, parse_general):
        with contextlib.suppress(BagError):
            parse(content, digest_bytes=32)


@given(listed=LISTED.filter(bool), position=st.integers(min_value=0), value=st.integers(1, 255))
def test_a_changed_byte_never_reads_the_same(listed: dict[str, bytes], position: int, value: int):
    """A changed manifest says something else or nothing."""
    changed = bytearray(format_manifest(listed.items()))
    changed[position % len(changed)] ^= value
    with contextlib.suppress(BagError):
        assert parse_strict(bytes(changed), digest_bytes=32) != listed


@given(listed=LISTED.filter(bool))
def test_strict_reader_refuses_what_the_general_one_lets_vary(listed: dict[str, bytes]):
    """Line ends and blanks have one spelling in a bundle."""
    written = format_manifest(listed.items())
    for varied in (written.replace(b"\n", b"\r\n"), written.replace(b"  ", b"\t"), written[:-1]):
        assert parse_general(varied, digest_bytes=32) == listed
        with pytest.raises(BagError):
            parse_strict(varied, digest_bytes=32)
