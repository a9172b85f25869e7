"""The log of a database, inside its volume: units of AES-256-XTS (docs/formats/vault.md section 4.5).

SQLite sees a file that begins empty or holds what a killed process left. Bytes are encrypted in units of
4 KiB. What is written one after another is kept until a sync, a read or a mebibyte, because SQLite writes
each frame in two pieces. A frame is durable when SQLite has asked for a sync, as with any file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from fieldlog.primitives.filler import Filler
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.xts import UNIT_BYTES, Xts
from fieldlog.store.volume.stamps import EMPTY, StampKey, StampList


class Region(Protocol):
    """Where the log lies: the first bytes of a file of fixed size."""

    def read(self, count: int, offset: int) -> bytes:
        """Bytes at a place."""

    def write(self, content: bytes, offset: int) -> None:
        """Overwrite bytes."""

    def sync(self) -> None:
        """Make them durable."""


class RegionFull(Exception):
    """A transaction is larger than the log."""


_FRAME_HEADER: Final = 24
_LOG_HEADER: Final = 32
_FRAME: Final = _FRAME_HEADER + UNIT_BYTES
_MAGICS: Final = (bytes.fromhex("377f0682"), bytes.fromhex("377f0683"))
"""The first bytes of a log of SQLite, for the two byte orders of its check sums."""
_STEP: Final = 1 << 20


class Log:
    """The bytes of a log in the first ``capacity`` bytes of ``region``.

    Frames that a process left are shown as a log of the whole capacity, and SQLite finds the end of what is
    valid by its check sums; a region without the header of a log is an empty one.
    ``page_coming`` is called with the number of each page that a frame is for, before it is written.
    """

    def __init__(
        self,
        region: Region,
        key: Secret,
        *,
        capacity: int,
        page_coming: Callable[[int], None],
    ) -> None:
        self._region = region
        self._xts = Xts(key)
        self._stamp_key = StampKey(key)
        self._capacity = capacity
        self._page_coming = page_coming
        self._waiting = bytearray()
        self._waits_at = 0
        # SQLite reads a frame in two pieces, and the next one from where it ended.
        self._seen: tuple[int, bytes] | None = None
        head = bytes(self._plain(0)[: len(EMPTY)])
        self.length = capacity if head[: len(_MAGICS[0])] in _MAGICS else 0
        # Bytes below may have been written since the region was last wiped to its end.
        self._used = 0 if head == EMPTY else capacity
        self.stamps = self._stamp_key.find(self._decrypted, capacity=capacity)
        """What the last lock listed; ``None`` where it could not, or where there was none."""
        self.was_left = head != EMPTY
        """Whether a process was killed, or power failed, while it had this log in use."""
        # Bytes below belong to the present log; the header begins a new one, and what is behind is dead.
        self._live = self.length

    def read(self, count: int, offset: int) -> bytes:
        """Up to ``count`` bytes; fewer only at the end of the log."""
        self._let_go()
        count = max(0, min(count, self.length - offset))
        return self._decrypted(count, offset) if count else b""

    def write(self, content: bytes, offset: int) -> None:
        """Write all of ``content``.

        Raises:
            RegionFull: it does not fit; nothing of it was written.
        """
        end = offset + len(content)
        if end > self._capacity:
            raise RegionFull
        if len(content) == _FRAME_HEADER and offset >= _LOG_HEADER and (offset - _LOG_HEADER) % _FRAME == 0:
            self._page_coming(int.from_bytes(content[:4], "big"))
        if offset == 0:
            self._live = 0
        place = offset - self._waits_at
        if not 0 <= place <= len(self._waiting):
            self._let_go()
        if not self._waiting:
            self._waits_at, place = offset, 0
        self._waiting[place : place + len(content)] = content
        if len(self._waiting) >= _STEP:
            self._let_go()
        self.length = max(self.length, end)
        self._used = max(self._used, end)

    def sync(self) -> None:
        """Make everything written durable."""
        self._let_go()
        self._region.sync()

    def truncate(self, length: int) -> None:
        """Make the log shorter; at zero it is wiped."""
        if length == 0:
            self.wipe()
        else:
            self._let_go()
            self.length = min(self.length, length)

    def wipe(self) -> None:
        """Overwrite every frame there has been with random bytes: they hold older pages, deleted text too."""
        self._waiting.clear()
        self._seen = None
        if self._used:
            filler = Filler()
            # The header first and for good: frames cut off at the end would be a shorter log, and writing
            # that back would put older pages over newer ones.
            self._region.write(filler.read(UNIT_BYTES), 0)
            self._region.sync()
            for offset in range(UNIT_BYTES, self._used, _STEP):
                self._region.write(filler.read(min(_STEP, self._capacity - offset)), offset)
            self._region.sync()
            # Without this mark, which a kill on the way leaves out, the next time wipes all of it.
            self._region.write(self._xts.encrypt(_filled(EMPTY), number=0), 0)
        self.length = self._used = self._live = 0

    def leave_stamps(self, listed: StampList) -> None:
        """Write a list behind the mark of an empty log, durably; one that is too long is left out."""
        units = -(-len(listed.stamps) // UNIT_BYTES)
        if self._used or (1 + units) * UNIT_BYTES > self._capacity:
            return
        for number in range(units):
            piece = listed.stamps[number * UNIT_BYTES : (number + 1) * UNIT_BYTES]
            self._region.write(
                self._xts.encrypt(_filled(piece), number=1 + number), (1 + number) * UNIT_BYTES
            )
        first = _filled(EMPTY + self._stamp_key.header_of(listed))
        self._region.write(self._xts.encrypt(first, number=0), 0)
        self._seen = None
        self._region.sync()

    def _decrypted(self, count: int, offset: int) -> bytes:
        first, last = offset // UNIT_BYTES, (offset + count - 1) // UNIT_BYTES
        content = b"".join(bytes(self._plain(number)) for number in range(first, last + 1))
        start = offset - first * UNIT_BYTES
        return content[start : start + count]

    def _plain(self, number: int) -> bytes | bytearray:
        if self._seen is None or self._seen[0] != number:
            sealed = self._region.read(UNIT_BYTES, number * UNIT_BYTES)
            self._seen = (number, self._xts.decrypt(sealed, number=number))
        return self._seen[1]

    def _let_go(self) -> None:
        """Encrypt and write what waits, as whole units.

        Where the disk refuses, it goes on waiting: the end of a transaction may be in it that was kept.
        """
        if not self._waiting:
            return
        start, end = self._waits_at, self._waits_at + len(self._waiting)
        first, last = start // UNIT_BYTES, (end - 1) // UNIT_BYTES
        plain = self._around(first)[: start - first * UNIT_BYTES] + self._waiting
        plain += self._around(last)[len(plain) - (last - first) * UNIT_BYTES :]
        sealed = b"".join(
            self._xts.encrypt(plain[at : at + UNIT_BYTES], number=first + at // UNIT_BYTES)
            for at in range(0, len(plain), UNIT_BYTES)
        )
        self._seen = None
        self._region.write(sealed, first * UNIT_BYTES)
        self._waiting.clear()
        self._live = max(self._live, end)
        self._seen = (last, bytes(plain[-UNIT_BYTES:]))

    def _around(self, number: int) -> bytes | bytearray:
        """What a unit holds besides what waits; one that is dead needs no look at it."""
        return bytes(UNIT_BYTES) if number * UNIT_BYTES >= self._live else self._plain(number)


def _filled(content: bytes) -> bytes:
    return content + Filler().read(UNIT_BYTES - len(content))
