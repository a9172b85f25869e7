"""Opening a backup and verifying all of it, with the recovery words (docs/formats/backup.md section 7).

Header, key, shape of the archive, tag files, manifest, every byte of the payload, and every page of the
database under the key that is in the backup. Nothing is written anywhere, and nothing is given out before
all of it verified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.field.recovery_keys import check_recovery_words, recovery_identity
from fieldlog.field.vault import canonical
from fieldlog.formats import age, bag
from fieldlog.formats.archive import StrictReader
from fieldlog.formats.backup_manifest import (
    ATTACHMENT_PREFIX,
    DATABASE_PATH,
    ENTRIES_LIMIT,
    FILE_LIMIT,
    KEYS_PATH,
    MANIFEST_PATH,
    BackupManifest,
    read_backup_manifest,
    read_keys,
)
from fieldlog.formats.bag import BagTags, VerifiedBag
from fieldlog.formats.keyslots import VolumeKeys
from fieldlog.primitives.hash import sha512
from fieldlog.primitives.pages import PAGE_BYTES, PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.system import files

Progress = Callable[[int, int], None]

_KINDS: Final = ("mlkem768x25519",)
_REQUIRED: Final = frozenset({MANIFEST_PATH, KEYS_PATH, DATABASE_PATH})
_PIECE: Final = 256 * PAGE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBackup:
    """A backup of which everything was verified; its files are read in place."""

    manifest: BackupManifest
    keys: VolumeKeys
    bag: VerifiedBag

    @property
    def database_bytes(self) -> int:
        """Size of the database."""
        return self.bag.payload[DATABASE_PATH].size

    @property
    def attachments(self) -> dict[str, int]:
        """Size in bytes of every attachment by its code."""
        return {
            path.removeprefix(ATTACHMENT_PREFIX): fact.size
            for path, fact in self.bag.payload.items()
            if path.startswith(ATTACHMENT_PREFIX)
        }

    def pages(self) -> Iterator[bytes]:
        """The database from its beginning, encrypted as it is."""
        with self.bag.open(DATABASE_PATH) as source:
            while piece := source.read(_PIECE):
                yield piece


@contextmanager
def opened_backup(path: Path, recovery: Secret, *, progress: Progress | None = None) -> Iterator[OpenBackup]:
    """The backup at ``path``, open for as long as the block lasts.

    Args:
        path: the file.
        recovery: the twelve words, however they were typed.
        progress: told about the bytes that are verified.

    Raises:
        KeyTextError: these are no recovery words: a slip of the pen.
        BackupNotOpened: they are, but of another vault; or the file is sealed to somebody else.
        BackupTooNew: a later version wrote it.
        BackupRefused: it is no backup, cut short or altered; the reason says what.
        FileUnreadable, StorageFailed: the file itself.
        Cancelled: from ``progress``.
    """
    with _beginning(path, recovery) as begun:
        opened = OpenBackup(
            manifest=begun.manifest,
            keys=begun.keys,
            bag=bag.verify_payload(begun.archive, begun.tags, progress=progress),
        )
        _require_all(opened, path)
        yield opened


def look_into_backup(path: Path, recovery: Secret) -> BackupManifest:
    """What the backup at ``path`` says of itself, as soon as the words are known to open it.

    Its shape and its tag files are verified, which is quick; what is in it is not. For telling somebody
    early that the words or the file are the wrong ones.

    Raises:
        FieldlogError: as ``opened_backup``, where the beginning shows it.
    """
    with _beginning(path, recovery) as begun:
        return begun.manifest


def check_backup(path: Path, recovery: Secret, *, progress: Progress | None = None) -> BackupManifest:
    """Verify the backup at ``path`` as a whole and say what it is.

    Raises:
        FieldlogError: as ``opened_backup``.
    """
    with opened_backup(path, recovery, progress=progress) as opened:
        return opened.manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beginning:
    """What stands before the payload, verified."""

    archive: StrictReader
    tags: BagTags
    manifest: BackupManifest
    keys: VolumeKeys


@contextmanager
def _beginning(path: Path, recovery: Secret) -> Iterator[_Beginning]:
    words = canonical(recovery)
    check_recovery_words(words)
    identity = recovery_identity(words)
    with files.open_source(path) as source, _refusing(path):
        if age.header_of(source).kinds != _KINDS:
            raise errors.BackupRefused(str(path), "not-a-backup")
        with age.open_seekable(source, [identity]) as plaintext:
            archive = StrictReader(plaintext, max_entries=ENTRIES_LIMIT)
            tags = bag.verify_tags(archive)
            manifest, keys = _manifest(archive, tags, path)
            yield _Beginning(archive=archive, tags=tags, manifest=manifest, keys=keys)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Turn what formats say about bytes into what is said about a backup."""
    try:
        yield
    except errors.NoMatch:
        raise errors.BackupNotOpened from None
    except errors.HeaderError:
        raise errors.BackupRefused(str(path), "not-a-backup") from None
    except errors.FormatError as error:
        reason = f"{error.code.rpartition('.')[2]}-{error.reason}"
        raise errors.BackupRefused(str(path), reason) from None
    except errors.MalformedRecord as error:
        if error.reason == "too-new":
            raise errors.BackupTooNew(str(path)) from None
        raise errors.BackupRefused(str(path), error.reason) from None


def _manifest(archive: StrictReader, tags: BagTags, path: Path) -> tuple[BackupManifest, VolumeKeys]:
    """``backup.json`` and ``keys.json``, whose digests are checked here: a later version is told first."""
    facts = {fact.path: fact for fact in tags.payload}
    if not facts.keys() >= _REQUIRED:
        raise errors.BackupRefused(str(path), "not-a-backup")
    small: dict[str, bytes] = {}
    for name in (MANIFEST_PATH, KEYS_PATH):
        small[name] = archive.read(f"{tags.folder}/{name}", limit=FILE_LIMIT)
        if sha512(small[name]) != facts[name].sha512:
            raise errors.BagError("payload-altered")
    manifest = read_backup_manifest(small[MANIFEST_PATH])
    if tags.info.external_identifier != f"urn:uuid:{manifest.backup_id}" or manifest.folder != tags.folder:
        raise errors.MalformedRecord("manifest-of-another")
    return manifest, read_keys(small[KEYS_PATH])


def _require_all(opened: OpenBackup, path: Path) -> None:
    """As many attachments as announced, and a database that its key opens, page by page."""
    if len(opened.attachments) != opened.manifest.attachments:
        raise errors.BackupRefused(str(path), "attachments-missing")
    cipher = PageCipher(key=opened.keys.database_key, salt=opened.keys.cipher_salt)
    number = 0
    for piece in opened.pages():
        for start in range(0, len(piece), PAGE_BYTES):
            number += 1
            try:
                cipher.verify(piece[start : start + PAGE_BYTES], number=number)
            except errors.SignatureInvalid:
                raise errors.BackupRefused(str(path), "database-page") from None
    if not number:
        raise errors.BackupRefused(str(path), "database-page")
