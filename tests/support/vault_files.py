"""Where things lie in a vault's files: which volume is ours, which bytes of it are pages and which are not.

Which volume a vault uses is a coin toss, so tests ask an open vault. They may: they know its passphrase.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fieldlog.formats import keyslots
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault import folder as vault_folder
from fieldlog.store.vault.session import VaultStore
from fieldlog.store.volume.twins import path_of

PAGE = 4096
SLOT_BYTES = 480
"""In ``slots``, after 32 bytes of salt."""


@dataclass(frozen=True)
class VaultFiles:
    """One vault of format 2 and the volume in it that some secret opens."""

    folder: Path
    volume: int
    log_bytes: int
    pages: int
    unit_bytes: int

    @property
    def database(self) -> Path:
        """Our volume: its log, its database, and random bytes."""
        return path_of(self.folder, "vol", self.volume)

    @property
    def other_database(self) -> Path:
        """The other one."""
        return path_of(self.folder, "vol", 1 - self.volume)

    @property
    def media(self) -> Path:
        """Our attachment area."""
        return path_of(self.folder, "media", self.volume)

    @property
    def other_media(self) -> Path:
        """The other one."""
        return path_of(self.folder, "media", 1 - self.volume)

    def page(self, number: int) -> slice:
        """Where page ``number`` of the database, counted from 1, lies in its file."""
        start = self.log_bytes + (number - 1) * PAGE
        return slice(start, start + PAGE)


def files_of(store: VaultStore) -> VaultFiles:
    """The files of an open vault."""
    return VaultFiles(
        folder=store._place,
        volume=store._slot.payload.volume,
        log_bytes=store._header.wal_bytes,
        pages=int(store._database.value("PRAGMA page_count")),
        unit_bytes=store._header.unit_bytes,
    )


def locked_files(folder: Path, secret: Secret) -> VaultFiles:
    """The files of a locked vault, which is opened for it and not changed: the copy of its slots is enough."""
    header = vault_folder.read_header(folder)
    opened = keyslots.open_slots(header, vault_folder.read_slots(folder), secret)
    return VaultFiles(
        folder=folder,
        volume=opened.payload.volume,
        log_bytes=header.wal_bytes,
        pages=0,
        unit_bytes=header.unit_bytes,
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a vault."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def put_back(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make ``folder`` have exactly ``files``; only what differs is written."""
    for path in folder.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            path.chmod(0o600)


def older_pages(files: VaultFiles, newer: bytes, older: bytes) -> Iterator[tuple[int, bytes]]:
    """``newer``, a whole volume, once for each page that was another in ``older``, with that page put back."""
    for number in range(1, (min(len(newer), len(older)) - files.log_bytes) // PAGE + 1):
        at = files.page(number)
        if newer[at] != older[at]:
            yield number, newer[: at.start] + older[at] + newer[at.stop :]
