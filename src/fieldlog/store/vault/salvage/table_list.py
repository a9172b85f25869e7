"""The list of tables of a database that lost it, made anew: its first page and those that this one names.

They hold nothing but which tables there are and where each begins, and that is the same in every vault
that was made by the same steps. Where it does not fit, the list cannot be read and nothing is lost but the
attempt; every row is checked for itself besides.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import apsw

from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.store import cipher
from fieldlog.store.database import Database
from fieldlog.store.migrations import migrate
from fieldlog.store.vault import schema
from fieldlog.store.vault.salvage.image import CIPHER_VFS, Image, Images, empty

_SIZE: Final = slice(28, 32)
_FREE_LIST: Final = slice(32, 40)
# The head of a page of a tree begins behind the 100 bytes of the database's own head (SQLite file format).
_KIND: Final = 100
_CELLS: Final = slice(103, 105)
_RIGHTMOST: Final = slice(108, 112)
_POINTERS: Final = 112
_INTERIOR: Final = 5
_CREATE: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def last_authentic(pages: Image, keys: PageCipher) -> int:
    """The number of the last page that verifies; 0 when none but the first could."""
    for number in range(-(-pages.size // PAGE_BYTES), 1, -1):
        if keys.fits(pages.page(number), number=number):
            return number
    return 0


def put_back(pages: Image, *, key: Secret, salt: bytes, size: int) -> None:
    """Write the pages of the list that do not verify anew, for a database of at most ``size`` pages."""
    keys = PageCipher(key=key, salt=salt)
    for number, page in _fresh(key=key, salt=salt, size=size).items():
        if not keys.fits(pages.page(number), number=number):
            pages.write(page, (number - 1) * PAGE_BYTES)


def _fresh(*, key: Secret, salt: bytes, size: int) -> dict[int, bytes]:
    """The pages of the list, of a database that was just made, as they lie on the disk."""
    keys = PageCipher(key=key, salt=salt)
    images = Images(empty(), empty())
    connection = cipher.connect(images.name, key, salt, flags=_CREATE, vfs=CIPHER_VFS)
    database = Database(connection, Path(images.name), images)
    try:
        cipher.configure(connection, salt)
        # As the opener proves a new database; the table leaves a page behind, which counts here.
        connection.execute("CREATE TABLE schema_step (number, name)")
        connection.execute("DROP TABLE schema_step")
        migrate(database, schema.STEPS)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain = bytearray(keys.open(images.pages.page(1), number=1))
        found = {number: images.pages.page(number) for number in _children(plain)}
    finally:
        database.close()
    plain[_SIZE] = size.to_bytes(4, "big")
    # Free pages are not needed for reading, and the list of them is what was lost.
    plain[_FREE_LIST] = bytes(8)
    return found | {1: keys.seal(bytes(plain), number=1)}


def _children(first: bytearray) -> list[int]:
    """The pages that the first page of a database refers to, if its list does not fit into it alone."""
    if first[_KIND] != _INTERIOR:
        return []
    count = int.from_bytes(first[_CELLS], "big")
    starts = (
        int.from_bytes(first[place : place + 2], "big")
        for place in range(_POINTERS, _POINTERS + 2 * count, 2)
    )
    left = [int.from_bytes(first[start : start + 4], "big") for start in starts]
    return [*left, int.from_bytes(first[_RIGHTMOST], "big")]
