import io
import zipfile
import zlib

import pytest

from fieldlog.errors import ArchiveError
from fieldlog.formats import archive
from fieldlog.formats.archive import layout
from fieldlog.formats.padme import padded_size

from .archive_sources import OnlyWrites, SparseFile

FILES = [("bag/a.txt", b"hello"), ("bag/b/c.bin", bytes(range(256)) * 300), ("bag/empty", b"")]


def written(files=FILES, *, padded: bool = True) -> bytes:
    sink = OnlyWrites()
    writer = archive.StoredZipWriter(sink)
    for name, content in files:
        writer.add_bytes(name, content)
    if padded:
        writer.add_padding()
    writer.close()
    return bytes(sink.written)


def reason_of(call) -> str:
    with pytest.raises(ArchiveError) as caught:
        call()
    return caught.value.reason


@pytest.mark.parametrize("padded", [True, False])
def test_round_trip(padded: bool):
    """What was written is read back, needing nothing but write() of the sink."""
    made = written(padded=padded)
    reader = archive.StrictReader(io.BytesIO(made))
    assert [(name, reader.read(name, limit=1 << 20)) for name, _ in FILES] == FILES
    assert len(made) == archive.total_size([(n, len(c)) for n, c in FILES], padded=padded)


def test_python_reads_it_and_learns_nothing_but_contents():
    """zipfile finds every file intact; times, modes and systems are constants."""
    with zipfile.ZipFile(io.BytesIO(written())) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [*(name for name, _ in FILES), "padding"]
        for info in opened.infolist():
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.external_attr >> 16 == 0o100644
            assert (info.compress_type, info.flag_bits, info.extra, info.comment) == (0, 0, b"", b"")


@pytest.mark.parametrize("size", [0, 1, 100, 5000, 65_535, 65_536, 200_000, 1 << 20])
def test_padded_archive_is_exactly_a_size_class(size: int):
    """With its padding an archive's size is a Padmé class, and never a larger one than needed."""
    made = written([("a", bytes(size))])
    assert padded_size(len(made)) == len(made)
    assert len(made) == padded_size(archive.total_size([("a", size), ("padding", 0)], padded=False))
    archive.StrictReader(io.BytesIO(made)).check_padding()


def test_empty_archive():
    """An archive without files is one end record."""
    made = written([], padded=False)
    assert len(made) == 22
    assert archive.StrictReader(io.BytesIO(made)).entries == ()


def test_more_bytes_than_announced_are_refused():
    """A file that grew after it was measured stops the writing."""
    writer = archive.StoredZipWriter(OnlyWrites())
    entry = writer.add("a", size=2, crc32=0)
    assert reason_of(lambda: entry.write(b"abc")) == "entry-size"


def test_fewer_bytes_than_announced_are_refused():
    """A file that shrank after it was measured stops the writing."""
    entry = archive.StoredZipWriter(OnlyWrites()).add("a", size=2, crc32=0)
    entry.write(b"a")
    assert reason_of(entry.close) == "entry-size"


def test_other_bytes_than_announced_are_refused():
    """A file that changed after it was measured stops the writing."""
    entry = archive.StoredZipWriter(OnlyWrites()).add("a", size=2, crc32=zlib.crc32(b"ab"))
    entry.write(b"a")
    entry.write(b"x")
    assert reason_of(entry.close) == "entry-checksum"


def test_authentic_bytes_are_only_counted():
    """Bytes out of authenticated encryption are not summed again, but their number still has to fit."""
    sink = io.BytesIO()
    writer = archive.StoredZipWriter(sink)
    with writer.add("a", size=3, crc32=zlib.crc32(b"abc"), authentic=True) as entry:
        entry.write(memoryview(b"abc"))
    entry = writer.add("b", size=3, crc32=0, authentic=True)
    entry.write(b"ab")
    assert reason_of(entry.close) == "entry-size"


def test_failed_entry_leaves_an_unfinished_archive():
    """After an error within a file neither another file nor the directory can be written."""
    writer = archive.StoredZipWriter(OnlyWrites())
    with pytest.raises(RuntimeError), writer.add("a", size=2, crc32=0):
        raise RuntimeError
    assert reason_of(lambda: writer.add("b", size=0, crc32=0)) == "entry-not-complete"
    assert reason_of(writer.close) == "entry-not-complete"


def test_writer_refuses_what_the_reader_would():
    """Bad names, twins, the padding's name, impossible sizes and too many files are never written."""
    writer = archive.StoredZipWriter(OnlyWrites())
    writer.add_bytes("a", b"")
    assert reason_of(lambda: writer.add("../a", size=0, crc32=0)) == "name-dot-segment"
    assert reason_of(lambda: writer.add("A", size=0, crc32=0)) == "name-twin"
    assert reason_of(lambda: writer.add("padding", size=0, crc32=0)) == "name-reserved"
    assert reason_of(lambda: writer.add("b", size=-1, crc32=0)) == "too-large"
    assert reason_of(lambda: writer.add("b", size=layout.MAX_ARCHIVE_BYTES, crc32=0)) == "too-large"
    writer.add_padding()
    assert reason_of(lambda: writer.add("b", size=0, crc32=0)) == "after-padding"
    assert reason_of(writer.add_padding) == "after-padding"


def test_ten_thousand_files_and_no_more():
    """The reader opens what has 10,000 entries; the writer refuses one more."""
    sink = io.BytesIO()
    writer = archive.StoredZipWriter(sink)
    for index in range(archive.MAX_ENTRIES):
        writer.add_bytes(f"f{index}", b"")
    assert reason_of(lambda: writer.add("more", size=0, crc32=0)) == "too-many-entries"
    writer.close()
    assert len(archive.StrictReader(sink).entries) == archive.MAX_ENTRIES


def zeros_crc(size: int) -> int:
    block, checksum = bytes(1 << 24), 0
    for _ in range(size >> 24):
        checksum = zlib.crc32(block, checksum)
    return zlib.crc32(block[: size & 0xFFFFFF], checksum)


class SkippingWriter:
    """Stands for a file of zeros of any size, without passing gigabytes through memory."""

    def __init__(self, sink: SparseFile) -> None:
        self.sink = sink
        self.writer = archive.StoredZipWriter(sink)

    def add_zeros(self, name: str, size: int) -> None:
        entry = self.writer.add(name, size=size, crc32=0)
        self.sink.skip(size)
        entry._written = size
        entry.close()


@pytest.mark.parametrize(
    "size", [layout.ZIP32_LIMIT - 1, layout.ZIP32_LIMIT, layout.ZIP32_LIMIT + 1, 5 << 30, 1 << 40]
)
def test_zip64_sizes(size: int):
    """At and beyond 4 GiB sizes and offsets move to zip64 fields that other tools read too."""
    sink = SparseFile()
    skipping = SkippingWriter(sink)
    skipping.writer.add_bytes("bag/first", b"one")
    skipping.add_zeros("bag/large", size)
    skipping.writer.add_bytes("bag/last", b"two")
    skipping.writer.close()
    names = [("bag/first", 3), ("bag/large", size), ("bag/last", 3)]
    assert sink.size == archive.total_size(names, padded=False)
    reader = archive.StrictReader(sink)
    assert [(entry.name, entry.size) for entry in reader.entries] == names
    assert reader.read("bag/last", limit=9) == b"two"
    with zipfile.ZipFile(sink) as opened:
        assert [(info.filename, info.file_size) for info in opened.infolist()] == names
        assert opened.read("bag/last") == b"two"


@pytest.mark.parametrize("below", [22 + 2 * 47, 100, 60, 20, 8, 4, 0, -1, -20])
def test_directory_offset_around_4_gib(below: int):
    """The end records change form exactly where the directory's offset no longer fits."""
    size = layout.ZIP32_LIMIT - layout.LOCAL.size - 1 - below
    sink = SparseFile()
    skipping = SkippingWriter(sink)
    skipping.add_zeros("a", size)
    skipping.writer.close()
    reader = archive.StrictReader(sink)
    assert sink.size == archive.total_size([("a", size)], padded=False)
    assert reader.entries[0].end_offset == layout.ZIP32_LIMIT - below
    with zipfile.ZipFile(sink) as opened:
        assert opened.infolist()[0].file_size == size


@pytest.mark.parametrize("shift", [-(1 << 27), -(1 << 20), -400, -150, -76, -1, 0, 1, 1 << 20])
def test_padding_around_4_gib(shift: int):
    """Where padding itself calls for zip64 records the sum still ends on a size class."""
    files = [("a", layout.ZIP32_LIMIT + shift)]
    padding = archive.padding_size(files)
    total = archive.total_size(files)
    assert total == archive.total_size([*files, ("padding", padding)], padded=False)
    assert padded_size(total) == total
    assert padding < total * 0.04
