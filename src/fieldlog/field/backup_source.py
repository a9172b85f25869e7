"""What a backup takes out of an open vault: raw pages of the database, its keys, the list of attachments.

While ``source_of`` is open nobody writes to the vault, so everything is of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fieldlog.field.vault import OpenVault
from fieldlog.formats.keyslots import Head, VolumeKeys
from fieldlog.store.media import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSource:
    """One moment of a vault. ``pages`` reads the database from its beginning each time it is called."""

    keys: VolumeKeys
    head: Head
    incidents: int
    database_bytes: int
    pages: Callable[[], Iterator[bytes]]
    attachments: tuple[tuple[str, StoredFile], ...]


@contextmanager
def source_of(vault: OpenVault) -> Iterator[BackupSource]:
    """What is in ``vault`` now; whoever wants to write to it waits until the block ends.

    Raises:
        MachineError: one of its subclasses: the log could not be written back.
    """
    store = vault.store
    with store.database_pages() as (database_bytes, pages):
        counts = store.incidents.counts()
        yield BackupSource(
            keys=store.keys,
            head=store.head,
            incidents=counts.all + counts.bin,
            database_bytes=database_bytes,
            pages=pages,
            attachments=tuple(store.evidence.stored()),
        )
