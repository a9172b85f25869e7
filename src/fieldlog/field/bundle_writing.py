"""Writing one bundle: its parts laid out beforehand, then one pass from the vault to the target.

Every size, CRC and digest is known before the first byte (those of attachments from import), so the
manifests come first, nothing is read twice and nothing but the encrypted file ever lies on a disk.
Promises that the file is there whole or not at all, whatever ends the pass (docs/formats/bundle.md).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog.errors import ArchiveError, VaultDamaged
from fieldlog.field.recording_files import open_attachment
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age
from fieldlog.formats.archive import StoredZipWriter, total_size
from fieldlog.formats.bag import FileFact
from fieldlog.primitives.hash import sha256, sha512
from fieldlog.primitives.rng import random_bytes
from fieldlog.store.media import StoredFile
from fieldlog.system import files

Progress = Callable[[int, int], None]
SUFFIX: Final = ".age"
_NAME_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallFile:
    """A file of the bag that is in memory; ``path`` is within the bag."""

    path: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    def fact(self) -> FileFact:
        """Its line in the manifests."""
        return FileFact(
            path=self.path, size=self.size, sha256=sha256(self.content), sha512=sha512(self.content)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file of the bag that is streamed from the vault."""

    path: str
    code: str
    stored: StoredFile

    @property
    def size(self) -> int:
        """In bytes."""
        return self.stored.size

    def fact(self) -> FileFact:
        """Its line in the manifests, from its import."""
        return FileFact(path=self.path, size=self.size, sha256=self.stored.sha256, sha512=self.stored.sha512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything that goes into the archive, in order, and for whom the file is."""

    folder: str
    small: tuple[SmallFile, ...]
    attached: tuple[AttachedFile, ...]
    recipients: tuple[age.Recipient, ...]

    def entries(self) -> Iterator[tuple[str, int]]:
        """Name and size of each archive entry but the padding."""
        for small in self.small:
            yield f"{self.folder}/{small.path}", small.size
        for attached in self.attached:
            yield f"{self.folder}/{attached.path}", attached.size


def sealed_size(layout: Layout) -> int:
    """Bytes of the finished file, padding, encryption and header included."""
    header = io.BytesIO()
    # A header for these recipients has one length, whatever the keys drawn for it.
    age.encrypt(header, layout.recipients).abort()
    return len(header.getvalue()) + age.sealed_size(total_size(layout.entries()))


def write_bundle(vault: OpenVault, layout: Layout, folder: Path, *, progress: Progress | None) -> Path:
    """Write the file under a random name into ``folder`` and return its path.

    Raises:
        NoSpace: it does not fit, which is known before anything is written.
        VaultDamaged: ``media`` when an attachment is not what was taken in.
        Cancelled: from ``progress``.
        MachineError: another subclass. In every case nothing is left in ``folder``.
    """
    needed = sealed_size(layout)
    files.require_space(folder, needed=needed)
    # Nothing in a name tells what it is, when it was made or which one of several it is.
    path = folder / f"{random_bytes(_NAME_BYTES).hex()}{SUFFIX}"
    with (
        files.atomic_write(path, replace=False) as target,
        age.encrypt(target, layout.recipients) as sealed,
    ):
        archive = StoredZipWriter(sealed)
        for part in layout.small:
            archive.add_bytes(f"{layout.folder}/{part.path}", part.content)
        _write_attached(vault, layout, archive, progress=progress)
        archive.add_padding()
        archive.close()
    return path


def _write_attached(
    vault: OpenVault, layout: Layout, archive: StoredZipWriter, *, progress: Progress | None
) -> None:
    done, total = 0, sum(part.size for part in layout.attached)
    for part in layout.attached:
        name = f"{layout.folder}/{part.path}"
        try:
            with (
                open_attachment(vault, part.code) as source,
                archive.add(name, size=part.size, crc32=part.stored.crc32, authentic=True) as entry,
            ):
                for piece in source.pieces():
                    done += entry.write(piece)
                    if progress is not None:
                        progress(done, total)
        except ArchiveError:
            # The size differs from the import: the archive's own shape cannot fail here.
            raise VaultDamaged(str(vault.folder), "media") from None
    if progress is not None and not total:
        progress(0, 0)
