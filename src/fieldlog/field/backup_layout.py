"""The archive inside a backup: its parts laid out beforehand, then written in one pass.

Implements docs/formats/backup.md sections 3 to 6. The database is read twice, once for its digests, and
nobody writes to it in between; the digests of attachments are known from when they were taken in.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from fieldlog import __version__
from fieldlog.documents.backup_readme import readme_text, recovery_script
from fieldlog.errors import ArchiveError, UsageError, VaultDamaged
from fieldlog.field.backup_source import BackupSource
from fieldlog.field.bundle_writing import AttachedFile, SmallFile
from fieldlog.field.recording_files import open_attachment
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age
from fieldlog.formats.archive import StoredZipWriter, total_size
from fieldlog.formats.backup_manifest import (
    ATTACHMENT_PREFIX,
    ATTACHMENTS_LIMIT,
    DATABASE_PATH,
    ENTRIES_LIMIT,
    KEYS_PATH,
    MANIFEST_PATH,
    SCRIPT_PATH,
    BackupManifest,
    keys_to_bytes,
)
from fieldlog.formats.bag import BagInfo, FileFact, build_tag_files
from fieldlog.formats.keyslots import Head
from fieldlog.model.ids import new_uuid
from fieldlog.primitives.hash import Sha256, Sha512, crc32
from fieldlog.primitives.rng import random_bytes

_TOOL: Final = f"fieldlog/{__version__}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything that goes into the archive, in order."""

    folder: str
    small: tuple[SmallFile, ...]
    database: FileFact
    database_crc32: int
    pages: Callable[[], Iterator[bytes]]
    attached: tuple[AttachedFile, ...]
    head: Head

    def entries(self) -> Iterator[tuple[str, int]]:
        """Name and size of each archive entry but the padding."""
        for small in self.small:
            yield f"{self.folder}/{small.path}", small.size
        yield f"{self.folder}/{self.database.path}", self.database.size
        for attached in self.attached:
            yield f"{self.folder}/{attached.path}", attached.size


def lay_out(source: BackupSource, *, at: str, after_each: Callable[[], None]) -> Layout:
    """Plan the backup of ``source``, made at ``at``; ``after_each`` piece that is read for it may raise.

    Raises:
        UsageError: ``too-many-attachments``.
        VaultDamaged: ``database`` when it cannot be read to its end.
        MachineError: one of its subclasses.
    """
    if len(source.attachments) > ATTACHMENTS_LIMIT:
        raise UsageError("too-many-attachments")
    folder = f"fieldlog-{random_bytes(8).hex()}"
    manifest = BackupManifest(
        backup_id=new_uuid(),
        folder=folder,
        created_at=at,
        tool=_TOOL,
        head=source.head,
        incidents=source.incidents,
        attachments=len(source.attachments),
    )
    database, database_crc32 = _measured(source, after_each=after_each)
    attached = tuple(
        AttachedFile(path=f"{ATTACHMENT_PREFIX}{code}", code=code, stored=stored)
        for code, stored in source.attachments
    )
    payload = (
        SmallFile(path=MANIFEST_PATH, content=manifest.to_bytes()),
        SmallFile(path=KEYS_PATH, content=keys_to_bytes(source.keys)),
        SmallFile(path=SCRIPT_PATH, content=recovery_script()),
    )
    tag_files = build_tag_files(
        [*(part.fact() for part in payload), database, *(part.fact() for part in attached)],
        info=BagInfo(
            external_identifier=f"urn:uuid:{manifest.backup_id}", bagging_date=at[:10], software_agent=_TOOL
        ),
        readme=readme_text(folder=folder).encode(),
    )
    return Layout(
        folder=folder,
        small=(*(SmallFile(path=one.path, content=one.content) for one in tag_files), *payload),
        database=database,
        database_crc32=database_crc32,
        pages=source.pages,
        attached=attached,
        head=source.head,
    )


def sealed_size(layout: Layout, recipient: age.HybridRecipient) -> int:
    """Bytes of the finished file, padding, encryption and header included."""
    header = io.BytesIO()
    # A header for one recipient has one length, whatever the keys drawn for it.
    age.encrypt(header, (recipient,)).abort()
    return len(header.getvalue()) + age.sealed_size(total_size(layout.entries()))


def write_archive(
    vault: OpenVault, layout: Layout, sink: age.Encryptor, *, after_each: Callable[[], None]
) -> None:
    """Write all parts to ``sink``, which is not closed; ``after_each`` piece of them may raise.

    Raises:
        VaultDamaged: ``database`` or ``media``: what is there is not what it was before.
        MachineError: one of its subclasses.
    """
    archive = StoredZipWriter(sink, max_entries=ENTRIES_LIMIT)
    for part in layout.small:
        archive.add_bytes(f"{layout.folder}/{part.path}", part.content)
    try:
        name = f"{layout.folder}/{layout.database.path}"
        with archive.add(name, size=layout.database.size, crc32=layout.database_crc32) as entry:
            for piece in layout.pages():
                entry.write(piece)
                after_each()
    except ArchiveError:
        raise VaultDamaged(str(vault.folder), "database") from None
    for attached in layout.attached:
        _write_attached(vault, layout.folder, attached, archive, after_each=after_each)
    archive.add_padding(after_each=after_each)
    archive.close()


def _write_attached(
    vault: OpenVault,
    folder: str,
    part: AttachedFile,
    archive: StoredZipWriter,
    *,
    after_each: Callable[[], None],
) -> None:
    try:
        with (
            open_attachment(vault, part.code) as source,
            archive.add(
                f"{folder}/{part.path}", size=part.size, crc32=part.stored.crc32, authentic=True
            ) as entry,
        ):
            for piece in source.pieces():
                entry.write(piece)
                after_each()
    except ArchiveError:
        # The size differs from the import: the archive's own shape cannot fail here.
        raise VaultDamaged(str(vault.folder), "media") from None


def _measured(source: BackupSource, *, after_each: Callable[[], None]) -> tuple[FileFact, int]:
    sha256, sha512, checksum = Sha256(), Sha512(), 0
    for piece in source.pages():
        sha256.update(piece)
        sha512.update(piece)
        checksum = crc32(piece, checksum)
        after_each()
    fact = FileFact(
        path=DATABASE_PATH, size=source.database_bytes, sha256=sha256.digest(), sha512=sha512.digest()
    )
    return fact, checksum
