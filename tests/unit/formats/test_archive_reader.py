import io
import tracemalloc
from pathlib import Path

import pytest

from fieldlog.errors import ArchiveError
from fieldlog.formats import archive
from fieldlog.formats.archive import layout

from .archive_sources import EndsEarly, FewBytesAtATime, SparseFile
from .bad_archives import make
from .test_archive_writer import FILES, reason_of, written

BAD = Path(__file__).parents[2] / "bad" / "archive"


def read_everything(content: bytes) -> list[tuple[str, bytes]]:
    reader = archive.StrictReader(io.BytesIO(content))
    reader.check_padding()
    return [(entry.name, b"".join(reader.chunks(entry.name))) for entry in reader.entries]


@pytest.mark.parametrize("defect", make.DEFECTS)
def test_defect_is_refused_for_its_reason(defect: str):
    """Each archive with one defect is refused at opening, for that defect, in little memory."""
    reason, build = make.DEFECTS[defect]
    source = io.BytesIO(build())
    tracemalloc.start()
    assert reason_of(lambda: archive.StrictReader(source)) == reason
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_defects_on_disk_are_those_of_the_script():
    """The files kept beside the script are what it makes today."""
    kept = {path.stem: path.read_bytes() for path in BAD.glob("*.zip")}
    assert kept == {
        name: build() for name, (_, build) in make.DEFECTS.items() if name not in make.TOO_LARGE_TO_KEEP
    }


def test_every_numbered_case_is_there():
    """Z01 to Z32 each have an archive, but Z24, which is no defect of the archive itself."""
    numbered = {int(name[1:3]) for name in make.DEFECTS}
    assert set(range(1, 33)) - numbered == {24}


def test_the_script_makes_sound_archives_too():
    """Without a defect the script's records are exactly the writer's."""
    assert make.sound(FILES) == written(padded=False)


def test_nested_archive_stays_closed():
    """Z24: a ZIP inside an archive is a file like any other; its names are not looked at."""
    inner = make.DEFECTS["z01-parent-folder"][1]()
    reader = archive.StrictReader(io.BytesIO(make.sound([("inner.zip", inner)])))
    assert [entry.name for entry in reader.entries] == ["inner.zip"]
    assert reader.read("inner.zip", limit=1000) == inner


def test_every_truncation_is_refused():
    """No beginning of an archive is an archive."""
    whole = written([("bag/a.txt", b"hello"), ("bag/b", b"x" * 40)])
    for size in range(len(whole)):
        assert reason_of(lambda size=size: read_everything(whole[:size]))


@pytest.mark.parametrize("mask", [0x01, 0x20, 0x80, 0xFF])
def test_every_flipped_byte_is_refused(mask: int):
    """One changed byte anywhere, contents included, never goes unnoticed."""
    whole = written([("bag/a.txt", b"hello"), ("bag/b", b"x" * 40)])
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= mask
        assert reason_of(lambda changed=changed: read_everything(bytes(changed)))


def test_every_inserted_byte_is_refused():
    """One byte more anywhere never goes unnoticed."""
    whole = written([("bag/a.txt", b"hello")])
    for position in range(len(whole) + 1):
        assert reason_of(
            lambda position=position: read_everything(whole[:position] + b"P" + whole[position:])
        )


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "padding-missing"),
        ([("a", b"x")], "padding-missing"),
        ([("padding", b""), ("a", b"x")], "padding-missing"),
        ([("a", b"x" * 500), ("padding", bytes(1))], "padding-size"),
        ([("a", b"x" * 500), ("padding", bytes(5000))], "padding-size"),
    ],
)
def test_only_the_one_right_padding_is_accepted(files, reason: str):
    """Padding must be there, last, and of the size that the sum demands."""
    reader = archive.StrictReader(io.BytesIO(make.sound(files)))
    assert reason_of(reader.check_padding) == reason


def test_padding_hides_nothing():
    """Padding with anything but zeros is refused although its CRC is right."""
    zeros = archive.padding_size([("a", 500)])
    assert zeros > 1
    hidden = make.sound([("a", bytes(500)), ("padding", bytes(zeros - 1) + b"!")])
    assert reason_of(archive.StrictReader(io.BytesIO(hidden)).check_padding) == "padding-content"


def test_source_that_returns_little_at_a_time():
    """Short reads of a source are completed."""
    reader = archive.StrictReader(FewBytesAtATime(written()))
    assert reader.read("bag/b/c.bin", limit=1 << 20) == FILES[1][1]


def test_source_that_ends_early_is_refused():
    """A source shorter than its own size stops the reading."""
    whole = written()
    assert (
        reason_of(lambda: archive.StrictReader(EndsEarly(whole, missing_from=len(whole) - 1))) == "truncated"
    )


def test_absurdly_large_source_is_refused():
    """64 TiB are refused before anything is read."""
    source = SparseFile()
    source.skip(layout.MAX_ARCHIVE_BYTES + 1)
    assert reason_of(lambda: archive.StrictReader(source)) == "too-large"


def test_reading_limits():
    """A file is read whole only up to the caller's limit, and only if it is there."""
    reader = archive.StrictReader(io.BytesIO(written()))
    assert reason_of(lambda: reader.read("bag/a.txt", limit=4)) == "entry-too-large"
    assert reason_of(lambda: reader.open("bag/other")) == "no-such-entry"
    assert reason_of(lambda: list(reader.chunks("bag"))) == "no-such-entry"


def test_bounded_reader():
    """A file opened in place behaves as a stream and never shows a byte of its neighbours."""
    reader = archive.StrictReader(io.BytesIO(written()))
    content = FILES[1][1]
    opened = reader.open("bag/b/c.bin")
    assert opened.readable()
    assert opened.seekable()
    assert opened.read(10) == content[:10]
    assert opened.tell() == 10
    assert opened.seek(-5, io.SEEK_END) == len(content) - 5
    assert opened.read(100) == content[-5:]
    assert opened.read(1) == b""
    assert opened.seek(len(content) + 10) == len(content) + 10
    assert opened.read() == b""
    opened.seek(3)
    assert opened.seek(2, io.SEEK_CUR) == 5
    buffer = bytearray(7)
    assert opened.readinto(buffer) == 7
    assert bytes(buffer) == content[5:12]
    assert reason_of(lambda: opened.seek(-1)) == "negative-seek"
    opened.seek(0)
    assert io.BufferedReader(opened).read() == content


def test_bounded_reader_of_a_source_that_shrank():
    """A source that lost its end between opening and reading stops the reading."""
    whole = written()
    source = EndsEarly(whole, missing_from=len(whole))
    opened = archive.StrictReader(source).open("bag/b/c.bin")
    source.missing_from = 100
    with pytest.raises(ArchiveError):
        opened.read()
