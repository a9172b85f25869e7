import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldlog.errors import ArchiveError
from fieldlog.formats import archive
from fieldlog.formats.padme import padded_size

SEGMENT = st.from_regex(r"[a-z_][a-z0-9_]{0,8}(\.[a-z0-9]{1,4})?", fullmatch=True)
NAME = st.lists(SEGMENT, min_size=1, max_size=4).map("/".join)
FILES = st.dictionaries(NAME, st.binary(max_size=2000), max_size=8)


def written(files: dict[str, bytes]) -> bytes | None:
    """The archive of these files, or nothing where their names are refused."""
    sink = io.BytesIO()
    writer = archive.StoredZipWriter(sink)
    try:
        for name, content in files.items():
            writer.add_bytes(name, content)
    except ArchiveError as refused:
        if refused.reason.startswith("name-"):
            return None
        raise
    writer.add_padding()
    writer.close()
    return sink.getvalue()


@given(files=FILES)
def test_whatever_is_written_is_read_back_by_us_and_by_others(files: dict[str, bytes]):
    """Every archive written is exactly a size class, passes the strict reader, and zipfile agrees."""
    whole = written(files)
    if whole is None:
        return
    assert padded_size(len(whole)) == len(whole)
    assert len(whole) == archive.total_size([(name, len(content)) for name, content in files.items()])
    reader = archive.StrictReader(io.BytesIO(whole))
    reader.check_padding()
    assert {name: reader.read(name, limit=2000) for name in files} == files
    with zipfile.ZipFile(io.BytesIO(whole)) as other:
        assert {name: other.read(name) for name in files} == files


@given(files=FILES.filter(bool), position=st.integers(min_value=0), value=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(files: dict[str, bytes], position: int, value: int):
    """One byte changed to anything else, anywhere, is refused by the time all files are read."""
    whole = written(files)
    if whole is None:
        return
    changed = bytearray(whole)
    changed[position % len(whole)] ^= value
    with pytest.raises(ArchiveError):
        read_all(bytes(changed))


@given(content=st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"PK\5\6" + tail))
def test_arbitrary_bytes_raise_nothing_else(content: bytes):
    """Whatever the bytes, the reader answers with an archive or with ArchiveError."""
    with contextlib.suppress(ArchiveError):
        read_all(content)


@given(files=FILES.filter(bool), data=st.data())
def test_spliced_archives_raise_nothing_else(files: dict[str, bytes], data: st.DataObject):
    """Parts cut out, doubled or swapped never raise anything but ArchiveError."""
    whole = written(files)
    if whole is None:
        return
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), min_size=2, max_size=4)))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    spliced = b"".join(data.draw(st.permutations(pieces)))
    with contextlib.suppress(ArchiveError):
        assert read_all(spliced) == read_all(whole)


def read_all(content: bytes) -> list[bytes]:
    reader = archive.StrictReader(io.BytesIO(content))
    reader.check_padding()
    return [b"".join(reader.chunks(entry.name)) for entry in reader.entries]


@given(size=st.integers(0, 1 << 46))
def test_size_classes(size: int):
    """A class holds its size at 12 % cost at most and is its own class."""
    padded = padded_size(size)
    assert size <= padded <= size * 1.12
    assert padded_size(padded) == padded


@given(sizes=st.lists(st.integers(0, 1 << 34), max_size=6))
def test_padding_always_lands_on_a_class(sizes: list[int]):
    """Whatever the sizes, also beyond 4 GiB, the padded total is a class and padding stays small."""
    files = [(f"f{index}", size) for index, size in enumerate(sizes)]
    total = archive.total_size(files)
    assert padded_size(total) == total
    assert total <= archive.total_size([*files, ("padding", 0)], padded=False) * 1.13 + 100
