"""Archives of more files than a plain ZIP can count, as the backup of a large vault is."""

from __future__ import annotations

import functools
import io
import zipfile

import pytest

from fieldlog.errors import ArchiveError
from fieldlog.formats.archive import StoredZipWriter, StrictReader, total_size
from fieldlog.formats.archive.layout import ZIP16_LIMIT, end_records

LIMIT = ZIP16_LIMIT + 10


@functools.cache
def archive_of(count: int) -> bytes:
    sink = io.BytesIO()
    writer = StoredZipWriter(sink, max_entries=LIMIT)
    for number in range(count):
        writer.add_bytes(f"a/{number}", b"")
    writer.close()
    return sink.getvalue()


@pytest.mark.parametrize("count", [ZIP16_LIMIT - 1, ZIP16_LIMIT])
def test_more_than_a_plain_zip_can_count(count: int) -> None:
    """Around the limit of 65,535 our reader and Python's read the same names, and the size was foreseen."""
    content = archive_of(count)
    reader = StrictReader(io.BytesIO(content), max_entries=LIMIT)
    assert len(reader.entries) == count
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == [entry.name for entry in reader.entries]
    names = ((entry.name, entry.size) for entry in reader.entries)
    assert total_size(names, padded=False) == len(content)


def test_who_did_not_ask_for_many_gets_none() -> None:
    """Without a higher limit such an archive is neither read nor written."""
    content = archive_of(ZIP16_LIMIT)
    with pytest.raises(ArchiveError, match="too-many-entries"):
        StrictReader(io.BytesIO(content))
    with pytest.raises(ArchiveError, match="too-many-entries"):
        StrictReader(io.BytesIO(content), max_entries=ZIP16_LIMIT - 1)
    claimed = bytearray(content)
    record = claimed.rindex(b"PK\x06\x06")
    claimed[record + 24 : record + 40] = (LIMIT + 1).to_bytes(8, "little") * 2
    with pytest.raises(ArchiveError, match="too-many-entries"):
        StrictReader(io.BytesIO(bytes(claimed)), max_entries=LIMIT)
    writer = StoredZipWriter(io.BytesIO(), max_entries=1)
    writer.add_bytes("a", b"")
    with pytest.raises(ArchiveError, match="too-many-entries"):
        writer.add_bytes("b", b"")


def test_wide_records_only_where_they_are_needed() -> None:
    """A zip64 count that the plain record could hold, or a plain mark without zip64, is refused."""
    content = archive_of(3)
    plain_end = end_records(count=3, directory_size=0, directory_offset=0)
    marked = bytearray(content)
    at = len(content) - len(plain_end)
    marked[at + 8 : at + 12] = b"\xff\xff\xff\xff"
    with pytest.raises(ArchiveError, match="zip64-end"):
        StrictReader(io.BytesIO(bytes(marked)), max_entries=LIMIT)
    wide = bytearray(archive_of(ZIP16_LIMIT))
    record = wide.rindex(b"PK\x06\x06")
    wide[record + 24 : record + 40] = (3).to_bytes(8, "little") * 2
    with pytest.raises(ArchiveError, match="zip64-end"):
        StrictReader(io.BytesIO(bytes(wide)), max_entries=LIMIT)
