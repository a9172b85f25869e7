"""``data/backup.json`` and ``data/keys.json``: what a backup says about itself, and the keys it carries.

Owns their fields and their one spelling (docs/formats/backup.md sections 4 and 5). Both are payload files,
so the manifests of the bag cover them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fieldlog.errors import FormatError, MalformedRecord
from fieldlog.formats import canonical
from fieldlog.formats.keyslots import CIPHER_SALT_BYTES, KEY_BYTES, WAL_KEY_BYTES, Head, VolumeKeys
from fieldlog.primitives.rng import random_secret
from fieldlog.primitives.secret import Secret

MANIFEST_PATH: Final = "data/backup.json"
KEYS_PATH: Final = "data/keys.json"
DATABASE_PATH: Final = "data/vault.db"
SCRIPT_PATH: Final = "data/recover.py"
ATTACHMENT_PREFIX: Final = "data/attachments/"

FORMAT: Final = "fieldlog-backup"
KEYS_FORMAT: Final = "fieldlog-backup-keys"
VERSION: Final = 1
FILE_LIMIT: Final = 16 * 1024
"""Bytes of either file; what version 1 writes is below 1 KiB and a later one may add a little."""

ATTACHMENTS_LIMIT: Final = 100_000
"""Each costs 160 bytes of a manifest, and the manifest of a bag has at most 16 MiB."""

ENTRIES_LIMIT: Final = ATTACHMENTS_LIMIT + 20
"""Files of the archive: beside the attachments there are a dozen."""

_FOLDER: Final = re.compile(r"fieldlog-[0-9a-f]{16}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TOOL: Final = re.compile(r"[A-Za-z0-9./+-]{1,60}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupManifest:
    """The content of ``backup.json``.

    ``head`` is that of the history in the database, so that a backup which was put together from two is
    noticed; ``attachments`` is their number.
    """

    backup_id: str
    folder: str
    created_at: str
    tool: str
    head: Head
    incidents: int
    attachments: int

    def to_bytes(self) -> bytes:
        """The file."""
        return canonical.encode(
            {
                "format": FORMAT,
                "version": VERSION,
                "backup": self.backup_id,
                "folder": self.folder,
                "created_at": self.created_at,
                "tool": self.tool,
                "head": {
                    "count": self.head.count,
                    "hash": self.head.hash.hex(),
                    "epoch": self.head.epoch,
                },
                "incidents": self.incidents,
                "attachments": self.attachments,
            }
        )


def read_backup_manifest(raw: bytes) -> BackupManifest:
    """Read ``backup.json``. Fields of a later program are left out and do no harm.

    Raises:
        MalformedRecord: ``too-new`` for a later version; ``file-...`` for another form or format;
            ``manifest-...`` for a field that is missing or of the wrong kind.
    """
    content = _object(raw, FORMAT)
    head = content.get("head")
    if not isinstance(head, dict):
        raise MalformedRecord("manifest-head")
    return BackupManifest(
        backup_id=_text(content.get("backup"), _UUID, "manifest-id"),
        folder=_text(content.get("folder"), _FOLDER, "manifest-folder"),
        created_at=_text(content.get("created_at"), _MOMENT, "manifest-created-at"),
        tool=_text(content.get("tool"), _TOOL, "manifest-tool"),
        head=Head(
            count=_count(head.get("count"), "manifest-head"),
            hash=bytes.fromhex(_text(head.get("hash"), _HASH, "manifest-head")),
            epoch=_count(head.get("epoch"), "manifest-head"),
        ),
        incidents=_count(content.get("incidents"), "manifest-incidents"),
        attachments=_count(content.get("attachments"), "manifest-attachments"),
    )


def keys_to_bytes(keys: VolumeKeys) -> bytes:
    """``keys.json``: what opens the database without the vault. The log's key is no use to anybody."""
    return canonical.encode(
        {
            "format": KEYS_FORMAT,
            "version": VERSION,
            "database_key": keys.database_key.reveal().hex(),
            "database_salt": keys.cipher_salt.hex(),
            "media_key": keys.media_key.reveal().hex(),
        }
    )


def read_keys(raw: bytes) -> VolumeKeys:
    """The keys of ``keys.json``, and a new random one for the log of the vault to come.

    Raises:
        MalformedRecord: ``too-new``, ``file-...`` or ``keys-value``.
    """
    content = _object(raw, KEYS_FORMAT)
    return VolumeKeys(
        database_key=Secret(_hex(content.get("database_key"), KEY_BYTES)),
        wal_key=random_secret(WAL_KEY_BYTES),
        cipher_salt=_hex(content.get("database_salt"), CIPHER_SALT_BYTES),
        media_key=Secret(_hex(content.get("media_key"), KEY_BYTES)),
    )


def _object(raw: bytes, file_format: str) -> Mapping[str, canonical.JsonValue]:
    if len(raw) > FILE_LIMIT:
        raise MalformedRecord("file-too-long")
    try:
        content = canonical.decode(raw)
    except FormatError:
        # Not chained: the parser's message may repeat a key.
        raise MalformedRecord("file-json") from None
    if not isinstance(content, dict) or content.get("format") != file_format:
        raise MalformedRecord("file-format")
    version = content.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < VERSION:
        raise MalformedRecord("file-version")
    if version > VERSION:
        raise MalformedRecord("too-new")
    return content


def _text(value: object, pattern: re.Pattern[str], reason: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise MalformedRecord(reason)
    return value


def _count(value: object, reason: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise MalformedRecord(reason)
    return value


def _hex(value: object, length: int) -> bytes:
    if not isinstance(value, str) or re.fullmatch(f"[0-9a-f]{{{2 * length}}}", value) is None:
        raise MalformedRecord("keys-value")
    return bytes.fromhex(value)
