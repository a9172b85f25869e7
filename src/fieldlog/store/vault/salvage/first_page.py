"""The first page of a database that lost it, made anew.

It holds little but the size of the database and where the list of tables begins, and both can be known:
the list lies where it lies in every vault that was made by the same steps, and how many
pages there are, the file says. Where that does not fit, the list cannot be read and nothing is lost
but the attempt; every record has its own digest besides.
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
_CREATE: Final = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def last_authentic(pages: Image, keys: PageCipher) -> int:
    """The number of the last page that verifies; 0 when none but the first could."""
    for number in range(-(-pages.size // PAGE_BYTES), 1, -1):
        if keys.fits(pages.page(number), number=number):
            return number
    return 0


def rebuilt(*, key: Secret, salt: bytes, size: int) -> bytes:
    """A first page as it lies on the disk, for a database of at most ``size`` pages."""
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
    finally:
        database.close()
    plain[_SIZE] = size.to_bytes(4, "big")
    # Free pages are not needed for reading, and the list of them is what was lost.
    plain[_FREE_LIST] = bytes(8)
    return keys.seal(bytes(plain), number=1)
