"""Overwriting the bytes of a page that hold nothing any more (docs/formats/vault.md section 4.6; AT-28).

SQLite's ``secure_delete`` overwrites a row where it is deleted. When it moves rows to a neighbouring page
to make room, it leaves copies of them between the list of the rows and the first row, and forgets them:
a row deleted later is then still there. So each page is cleaned on its way into the database, when the
log is written back. Nothing that SQLite reads changes, and after a crash the log is simply written back,
and cleaned, again.
"""

from __future__ import annotations

from typing import Final

from fieldlog.primitives.pages import PAGE_BYTES, PageCipher

_TREE_PAGES: Final = {2: 12, 5: 12, 10: 8, 13: 8}
"""The first byte of a page of rows or of what leads to them, and the length of its header.

Pages of long values and free pages begin with a page number, whose first byte is 0 below 64 GiB.
"""
_FILE_HEADER: Final = 100
_HEADER: Final = 12
_RESERVED: Final = 80
_USABLE: Final = PAGE_BYTES - _RESERVED
_CELLS: Final = slice(3, 5)
_CONTENT: Final = slice(5, 7)


def clean(sealed: bytes, cipher: PageCipher, *, number: int) -> bytes:
    """A page as SQLite hands it over, with nothing in its unused middle."""
    if len(sealed) != PAGE_BYTES:
        return sealed
    plain = cipher.look(sealed, number=number)
    start, end = unused_middle(plain, number=number)
    # Most pages have nothing there; every save pays for this look.
    if plain.count(0, start, end) == end - start or not cipher.fits(sealed, number=number):
        # What is no page as we know them, SQLite has to see as it is.
        return sealed
    return cipher.seal(plain[:start] + bytes(end - start) + plain[end:], number=number)


def unused_middle(plain: bytes, *, number: int) -> tuple[int, int]:
    """Where the unallocated space of a page begins and ends; ``(0, 0)`` where there is none.

    See "B-tree Pages" in SQLite's description of its file format.
    """
    place = _FILE_HEADER if number == 1 else 0
    header = plain[place : place + _HEADER]
    length = _TREE_PAGES.get(header[0])
    if length is None:
        return 0, 0
    start = place + length + 2 * int.from_bytes(header[_CELLS], "big")
    end = int.from_bytes(header[_CONTENT], "big")
    return (start, end) if start <= end <= _USABLE else (0, 0)
