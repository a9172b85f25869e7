import io
import json
import tracemalloc

import pytest

from fieldlog.errors import FormatError
from fieldlog.formats import canonical
from support.bounded import output_of

DEEPEST = 32


def nested(depth: int):
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-(2**53 - 1), "-9007199254740991"),
        ("", '""'),
        ('"\\\n\x00/\x7f', '"\\"\\\\\\n\\u0000/\x7f"'),
        ("й\u2028𐍈", '"й\u2028𐍈"'),
        ([], "[]"),
        ({"b": 1, "a": {"я": [True, None], "Z": ""}}, '{"a":{"Z":"","я":[true,null]},"b":1}'),
        ({"\uffff": 1, "\U00010000": 2}, '{"\uffff":1,"\U00010000":2}'),
    ],
)
def test_one_byte_string_per_value(value, encoded: str):
    """Each value has one encoding, which decodes to it."""
    assert canonical.encode(value) == encoded.encode()
    assert canonical.decode(encoded.encode()) == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0.5, "json-fraction"),
        (float("nan"), "json-fraction"),
        (2**53, "json-integer"),
        (-(2**53), "json-integer"),
        ({1: 2}, "json-type"),
        ({"a": b"bytes"}, "json-type"),
        ((1,), "json-type"),
        ("и\u0306", "json-not-nfc"),
        ({"и\u0306": 1}, "json-not-nfc"),
        (["\ud800"], "json-surrogate"),
        (nested(DEEPEST + 1), "json-depth"),
        ("x" * canonical.MAX_DOCUMENT_BYTES, "json-too-large"),
    ],
)
def test_values_without_an_encoding(value, reason: str):
    """What has no one encoding, or none that every program reads alike, is refused when written."""
    with pytest.raises(FormatError) as caught:
        canonical.encode(value)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" * 100_000, "json-depth"),
        (b'{"a":' * 100_000, "json-depth"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "json-depth"),
        (b"1e400", "json-fraction"),
        (b"NaN", "json-fraction"),
        (b"-Infinity", "json-fraction"),
        (b"1.0", "json-fraction"),
        (b"9" * 1_000_000, "json-integer"),
        (b"9007199254740992", "json-integer"),
        (b"-0", "json-not-canonical"),
        (b'{"a":1,"a":1}', "json-duplicate-key"),
        (b'{"a":1,"\\u0061":1}', "json-duplicate-key"),
        (b'"' + b"x" * (3 << 20) + b'"', "json-too-large"),
        (b'"\\ud800"', "json-surrogate"),
        ('"и\u0306"'.encode(), "json-not-nfc"),
        (b'"\xff"', "json-encoding"),
        (b'\xef\xbb\xbf"a"', "json-syntax"),
        (b"", "json-syntax"),
        (b"1 2", "json-syntax"),
        (b'"unfinished', "json-syntax"),
        (b"]" * 50, "json-syntax"),
        (b" 1", "json-not-canonical"),
        (b"1\n", "json-not-canonical"),
        (b'{"b":1,"a":2}', "json-not-canonical"),
        (b'["\\u0041"]', "json-not-canonical"),
        (b'["\\/"]', "json-not-canonical"),
        (b"[1, 2]", "json-not-canonical"),
    ],
)
def test_bytes_that_are_no_encoding(content: bytes, reason: str):
    """J05-J08: bombs, twins, huge numbers and every other spelling are refused, in bounded memory."""
    tracemalloc.start()
    with pytest.raises(FormatError) as caught:
        canonical.decode(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.reason == reason
    assert peak < 16 << 20


UNFINISHED = {
    "string of escaped quotes": b'["' + b'\\"' * 500_000,
    "string that ends in a backslash": b'["' + b'\\"' * 500_000 + b"\\",
    "string of escaped backslashes": b'["' + b"\\\\" * 500_000,
    "only quotes": b'"' * 1_000_000 + b"\\",
    "quotes and backslashes": b'"\\' * 500_000,
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_unfinished_strings_are_refused_without_hanging(name: str):
    """A megabyte of quotes in a string without an end is refused within a bounded amount of work."""
    program = (
        "import sys\n"
        "from fieldlog.errors import FormatError\n"
        "from fieldlog.formats import canonical\n"
        "try:\n"
        "    canonical.decode(sys.stdin.buffer.read())\n"
        "except FormatError as error:\n"
        "    print(error.reason)\n"
    )
    assert output_of(program, UNFINISHED[name]) == "json-syntax\n"


@pytest.mark.parametrize("marks", ["\u0323\u0301", "\u0f73\u0f75"])
def test_long_runs_of_marks_are_refused_before_anything_is_sorted(marks: str):
    """Marks without end on one letter are refused; as many as any writing needs are not."""
    with pytest.raises(FormatError) as caught:
        canonical.encode("x" + marks * 400_000)
    assert caught.value.reason == "json-not-nfc"
    assert canonical.encode("x" + "\u0301" * 30) == ("x" + "\u0301" * 30).join('""').encode()
    with pytest.raises(FormatError):
        canonical.encode("x" + "\u0301" * 31)


def test_deepest_value():
    """A value of exactly the deepest level passes both ways; brackets within text do not count."""
    for value in (nested(DEEPEST), "[" * 1000, ['\\"[' * 100]):
        assert canonical.decode(canonical.encode(value)) == value


def test_costliest_document_stays_within_memory():
    """The document that grows most when decoded stays below 100 MB."""
    content = b"[" + b"[]," * (canonical.MAX_DOCUMENT_BYTES // 3 - 1) + b"1]"
    tracemalloc.start()
    canonical.decode(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 << 20


def test_every_truncation_and_every_flipped_byte_is_another_value_or_refused():
    """No two byte strings are one value."""
    value = {"code": "INC-1", "text": "Ер\n", "list": [1, -20, None, True], "map": {}}
    whole = canonical.encode(value)
    for size in range(len(whole)):
        with pytest.raises(FormatError):
            canonical.decode(whole[:size])
    for position in range(len(whole)):
        for mask in (0x01, 0x20, 0x80):
            changed = bytearray(whole)
            changed[position] ^= mask
            try:
                decoded = canonical.decode(bytes(changed))
            except FormatError:
                continue
            assert decoded != value
            assert canonical.encode(decoded) == changed


def lines_of(content: bytes, **options):
    return list(canonical.read_lines(io.BytesIO(content), **options))


def test_lines_are_read_one_by_one():
    """Objects come in order, however their keys stand, and text in whatever Unicode form."""
    assert lines_of(b'{"b":1,"a":2}\n{ "c" : [ ] }\n') == [{"b": 1, "a": 2}, {"c": []}]
    assert lines_of('{"a":"и\u0306"}\n'.encode()) == [{"a": "и\u0306"}]
    assert lines_of(b"") == []
    many = b"".join(json.dumps({"n": n, "x": "y" * 500}).encode() + b"\n" for n in range(1000))
    assert [line["n"] for line in lines_of(many)] == list(range(1000))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a":1}', "json-line-unfinished"),
        (b'{"a":1}\n{"b"', "json-line-unfinished"),
        (b"\n", "json-syntax"),
        (b"[1]\n", "json-not-an-object"),
        (b'{"a":1,"a":1}\n', "json-duplicate-key"),
        (b'{"a":1.5}\n', "json-fraction"),
        (b'{"a":"\\ud800"}\n', "json-surrogate"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}\n", "json-depth"),
        (b'{"a":"' + b"x" * 2000 + b'"}\n', "json-line-too-long"),
        (b"x" * 300_000, "json-line-too-long"),
    ],
)
def test_lines_that_are_refused(content: bytes, reason: str):
    """Bad lines are refused as canonical documents are, and long ones before they are held."""
    with pytest.raises(FormatError) as caught:
        lines_of(content, limit=1000)
    assert caught.value.reason == reason


def test_a_gigabyte_line_is_not_held():
    """J08: a source that never ends a line is left after little more than the limit."""

    class Endless:
        taken = 0

        def read(self, size: int = -1, /) -> bytes:
            self.taken += size
            return b"x" * size

    source = Endless()
    with pytest.raises(FormatError, match="json-line-too-long"):
        list(canonical.read_lines(source))
    assert source.taken < canonical.MAX_LINE_BYTES + (2 << 16)
