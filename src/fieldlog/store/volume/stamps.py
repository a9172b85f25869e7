"""Which writing of each page is the newest one (docs/formats/vault.md section 4.7; AT-04).

A page's tag proves that we wrote it, not when. So at each lock the ends of all tags are listed in the log
region, which is empty then, together with the epoch; and while the vault is open, a page that is not as
listed is refused: somebody put an older one back. After a process was killed there is no list, and the
next lock makes a new one from what is there (limit L-15).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.pages import PAGE_BYTES
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.xts import UNIT_BYTES

STAMP_BYTES: Final = 8
"""Of the 64 of a tag: nobody can choose one, so another page has the same one in 1 of 2^64 cases."""
_NUMBER_BYTES: Final = 8
_MAC_BYTES: Final = 32
HEADER_BYTES: Final = 2 * _NUMBER_BYTES + _MAC_BYTES
EMPTY: Final = b"fieldlog: empty\n"
"""The first bytes of a log region that was wiped to its end; like all others they are encrypted."""
_INFO: Final = b"fieldlog-vault-v2/page-stamps"


def stamp_of(page: bytes) -> bytes:
    """What a page as it lies on the disk is told from its older writings by."""
    return page[-STAMP_BYTES:]


@dataclass(frozen=True, slots=True)
class StampList:
    """The stamps of pages 1 to n, one after another, at ``epoch``."""

    epoch: int
    stamps: bytes


class StampKey:
    """Writes and accepts lists, with a key of its own made of the log's."""

    def __init__(self, log_key: Secret) -> None:
        self._key = hkdf_sha256(log_key, salt=b"", info=_INFO)

    def header_of(self, listed: StampList) -> bytes:
        """The 48 bytes that belong to a list: epoch, pages, HMAC-SHA-256 over both and the stamps."""
        numbers = _numbers(listed.epoch, len(listed.stamps) // STAMP_BYTES)
        return numbers + self._mac(numbers, listed.stamps)

    def find(self, read: Callable[[int, int], bytes], *, capacity: int) -> StampList | None:
        """The list in a log region of ``capacity`` bytes, of which ``read`` gives decrypted ones.

        ``None`` where there is none, or not a whole one, which is what a killed process leaves.
        """
        first = read(len(EMPTY) + HEADER_BYTES, 0)
        header = first[len(EMPTY) :]
        numbers, mac = header[: 2 * _NUMBER_BYTES], header[2 * _NUMBER_BYTES :]
        size = int.from_bytes(numbers[_NUMBER_BYTES:], "big") * STAMP_BYTES
        if not first.startswith(EMPTY) or not 0 < size <= capacity - UNIT_BYTES:
            return None
        stamps = read(size, UNIT_BYTES)
        if not hmac.compare_digest(self._mac(numbers, stamps), mac):
            return None
        return StampList(int.from_bytes(numbers[:_NUMBER_BYTES], "big"), stamps)

    def _mac(self, numbers: bytes, stamps: bytes) -> bytes:
        return hmac.digest(self._key.reveal(), numbers + stamps, "sha256")


def _numbers(epoch: int, pages: int) -> bytes:
    return epoch.to_bytes(_NUMBER_BYTES, "big") + pages.to_bytes(_NUMBER_BYTES, "big")


class Authentic(Protocol):
    """Tells pages that were written under our key from bytes that went bad."""

    def fits(self, page: bytes, *, number: int) -> bool:
        """Whether ``page`` is a page of this number."""


class Freshness:
    """The newest stamp of each page of an open database, as far as it is known."""

    def __init__(self, listed: StampList | None) -> None:
        self.listed_epoch = None if listed is None else listed.epoch
        """The epoch of the list that was found; ``None`` where there was none."""
        self._listed = b"" if listed is None else listed.stamps
        self._written: dict[int, bytes] = {}
        self.older_seen = False
        """Whether a page was met that is ours and not the newest."""

    def note(self, page: bytes, *, number: int) -> None:
        """``page`` is the newest one from now on."""
        self._written[number] = stamp_of(page)

    def is_newest(self, page: bytes, *, number: int, cipher: Authentic) -> bool:
        """Whether ``page`` may be read. What went bad may: the engine notices that by itself."""
        expected = self._expected(number)
        if expected in (b"", stamp_of(page)) or not cipher.fits(page, number=number):
            return True
        self.older_seen = True
        return False

    def whole_list(self, epoch: int, pages: int, read: Callable[[int, int], bytes]) -> StampList:
        """The stamps of pages 1 to ``pages``; those that are not known are read from the database.

        ``read`` gives a number of bytes from an offset in it, and raises ``OSError``.
        """
        stamps = bytearray(self._listed[: pages * STAMP_BYTES])
        for number in range(len(stamps) // STAMP_BYTES + 1, pages + 1):
            written = self._written.get(number)
            stamps += written or read(STAMP_BYTES, number * PAGE_BYTES - STAMP_BYTES)
        for number, stamp in self._written.items():
            if number <= pages:
                stamps[(number - 1) * STAMP_BYTES : number * STAMP_BYTES] = stamp
        return StampList(epoch, bytes(stamps))

    def _expected(self, number: int) -> bytes:
        written = self._written.get(number)
        if written is not None:
            return written
        return self._listed[(number - 1) * STAMP_BYTES : number * STAMP_BYTES]
