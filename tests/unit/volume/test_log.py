"""The log inside a volume: what SQLite wrote is what it reads, and nothing of it is left when it is wiped."""

from __future__ import annotations

import random

import pytest

from fieldlog.errors import UsageError
from fieldlog.primitives.filler import Filler
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.xts import UNIT_BYTES, Xts
from fieldlog.store.volume.log import Log, RegionFull

KEY = Secret(bytes(range(64)))
CAPACITY = 16 * UNIT_BYTES
HEADER = bytes.fromhex("377f0682") + bytes(28)


class Memory:
    """A region that remembers what was done to it."""

    def __init__(self) -> None:
        self.content = bytearray(random.Random(1).randbytes(CAPACITY))
        self.done: list[tuple[str, int, int]] = []

    def read(self, count: int, offset: int) -> bytes:
        return bytes(self.content[offset : offset + count])

    def write(self, content: bytes, offset: int) -> None:
        self.content[offset : offset + len(content)] = content
        self.done.append(("write", offset, len(content)))

    def sync(self) -> None:
        self.done.append(("sync", 0, 0))


def log_in(memory: Memory, pages: list[int] | None = None) -> Log:
    return Log(memory, KEY, capacity=CAPACITY, page_coming=(pages if pages is not None else []).append)


def test_ieee_1619_vector() -> None:
    """AES-256-XTS is the standard's: its vector 10 begins with these bytes (data unit number 0xff, 512 bytes)."""
    key = bytes.fromhex(
        "2718281828459045235360287471352662497757247093699959574966967627"
        "3141592653589793238462643383279502884197169399375105820974944592"
    )
    plain = bytes(range(256)) * 16
    sealed = Xts(Secret(key)).encrypt(plain, number=0xFF)
    assert sealed[:32].hex() == "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
    assert Xts(Secret(key)).decrypt(sealed, number=0xFF) == plain


def test_a_unit_is_written_again_under_its_own_number() -> None:
    """One object encrypts many units many times, each as a new object would."""
    xts = Xts(KEY)
    for number in (0, 1, 0, 2, 1):
        for byte in (b"a", b"b"):
            sealed = xts.encrypt(byte * UNIT_BYTES, number=number)
            assert sealed == Xts(KEY).encrypt(byte * UNIT_BYTES, number=number)
            assert xts.decrypt(sealed, number=number) == byte * UNIT_BYTES


def test_only_whole_units_and_whole_keys() -> None:
    """A short key or a part of a unit is refused."""
    with pytest.raises(UsageError):
        Xts(Secret(bytes(32)))
    with pytest.raises(UsageError):
        Xts(KEY).encrypt(bytes(UNIT_BYTES - 16), number=0)
    with pytest.raises(UsageError):
        Xts(KEY).decrypt(bytes(UNIT_BYTES + 16), number=0)


def test_random_bytes_are_an_empty_log() -> None:
    """A region that was never written, or was wiped, shows no log."""
    log = log_in(Memory())
    assert log.length == 0
    assert log.read(32, 0) == b""


@pytest.mark.parametrize("seed", range(20))
def test_any_sequence_of_writes_reads_back(seed: int) -> None:
    """Bytes written anywhere, in any order and size, are read as from a plain file, also after reopening."""
    draw, memory, model = random.Random(seed), Memory(), bytearray()
    log = log_in(memory)
    log.write(HEADER, 0)
    model[:] = HEADER
    for _ in range(60):
        offset = draw.randrange(len(HEADER), len(model) + 1)
        content = draw.randbytes(min(draw.choice([1, 24, 4096, 5000, 9000]), CAPACITY - offset))
        log.write(content, offset)
        model[offset : offset + len(content)] = content
        if draw.random() < 0.2:
            log.sync()
        begin = draw.randrange(len(model))
        assert log.read(3000, begin) == bytes(model[begin : begin + 3000])
    log.sync()
    again = log_in(memory)
    assert again.length == CAPACITY
    assert again.read(len(model), 0) == bytes(model)


def test_too_much_is_refused_whole() -> None:
    """What does not fit leaves everything as it was."""
    memory = Memory()
    log = log_in(memory)
    log.write(HEADER, 0)
    with pytest.raises(RegionFull):
        log.write(b"x" * 10, CAPACITY - 9)
    assert log.length == len(HEADER)


def test_page_numbers_are_told_before_the_frame_is_written() -> None:
    """Whoever makes room hears of each page in time."""
    pages: list[int] = []
    log = log_in(Memory(), pages)
    log.write(HEADER, 0)
    log.write((7).to_bytes(4, "big") + bytes(20), 32)
    log.write(bytes(4096), 56)
    log.write((9).to_bytes(4, "big") + bytes(20), 32 + 4120)
    assert pages == [7, 9]


def test_wiping_takes_the_header_first_and_everything_else_after() -> None:
    """The header is gone for good before any frame is: a shorter log would bring older pages back."""
    memory = Memory()
    log = log_in(memory)
    log.write(HEADER, 0)
    log.write(b"frame" * 4000, 32)
    log.sync()
    before, memory.done = bytes(memory.content), []
    log.wipe()
    assert memory.done[0] == ("write", 0, UNIT_BYTES)
    assert memory.done[1][0] == "sync"
    assert memory.done[-2:] == [("sync", 0, 0), ("write", 0, UNIT_BYTES)]
    used = -(-(32 + 20_000) // UNIT_BYTES) * UNIT_BYTES
    same = [at for at in range(0, used, 64) if before[at : at + 64] == memory.content[at : at + 64]]
    assert same == []
    assert log_in(memory).length == 0


def test_after_a_crash_the_whole_region_is_wiped() -> None:
    """Nobody knows how much a killed process wrote, so all of it goes."""
    memory = Memory()
    log = log_in(memory)
    log.write(HEADER, 0)
    log.sync()
    before = bytes(memory.content)
    log_in(memory).truncate(0)
    assert not [at for at in range(0, CAPACITY, 64) if before[at : at + 64] == memory.content[at : at + 64]]


def test_a_kill_inside_wiping_is_made_good_by_the_next_one() -> None:
    """Frames that a killed process did not get to are overwritten when the log is wiped again."""

    class Killed(Exception):
        pass

    memory = Memory()
    log = log_in(memory)
    log.write(HEADER, 0)
    log.write(b"older page" * 6000, 32)
    log.sync()
    before, write = bytes(memory.content), memory.write

    def killed(content: bytes, offset: int) -> None:
        if offset:
            raise Killed
        write(content, offset)

    memory.write = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        log.wipe()
    memory.write = write  # type: ignore[method-assign]
    again = log_in(memory)
    assert again.length == 0
    again.wipe()
    assert not [at for at in range(0, CAPACITY, 64) if before[at : at + 64] == memory.content[at : at + 64]]
    memory.done = []
    log_in(memory).wipe()
    assert memory.done == []


def test_a_log_cut_in_the_middle_keeps_its_beginning() -> None:
    """Shortening to something else than nothing changes the length only."""
    memory = Memory()
    log = log_in(memory)
    log.write(HEADER + b"z" * 100, 0)
    log.truncate(40)
    assert log.length == 40
    assert log.read(100, 0) == HEADER + b"z" * 8


def test_filler_never_repeats() -> None:
    """Two streams and two pieces of one stream have nothing in common."""
    first, second = Filler(), Filler()
    pieces = [first.read(4096), first.read(4096), second.read(4096)]
    assert len(set(pieces)) == 3
    assert all(len(piece) == 4096 for piece in pieces)


def test_filler_takes_a_new_key_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before its counter could come round, a stream begins anew."""
    monkeypatch.setattr("fieldlog.primitives.filler._STREAM_BYTES", 100)
    filler = Filler()
    assert len({filler.read(64) for _ in range(8)}) == 8
