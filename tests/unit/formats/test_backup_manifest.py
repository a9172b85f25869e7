"""``backup.json`` and ``keys.json``: one spelling, and everything else is refused with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from fieldlog.errors import MalformedRecord
from fieldlog.formats import canonical
from fieldlog.formats.backup_manifest import (
    FILE_LIMIT,
    BackupManifest,
    keys_to_bytes,
    read_backup_manifest,
    read_keys,
)
from fieldlog.formats.keyslots import Head, VolumeKeys

MANIFEST = BackupManifest(
    backup_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    folder="fieldlog-0123456789abcdef",
    created_at="2026-03-02T12:00:00Z",
    tool="fieldlog/1.2.3",
    head=Head(count=7, hash=bytes(range(32)), epoch=9),
    incidents=3,
    attachments=2,
)


def changed(raw: bytes, **fields: Any) -> bytes:
    content = canonical.decode(raw)
    assert isinstance(content, dict)
    content.update(fields)
    return canonical.encode({name: value for name, value in content.items() if value != "gone"})


def test_there_and_back() -> None:
    """What is written is read, and a field of a later program does no harm."""
    raw = MANIFEST.to_bytes()
    assert read_backup_manifest(raw) == MANIFEST
    assert read_backup_manifest(changed(raw, later={"x": 1})) == MANIFEST


def test_keys_there_and_back() -> None:
    """The keys come back but for that of the log, which is new each time."""
    keys = VolumeKeys.generate()
    first, second = (read_keys(keys_to_bytes(keys)) for _ in range(2))
    assert first.database_key == keys.database_key
    assert first.media_key == keys.media_key
    assert first.cipher_salt == keys.cipher_salt
    assert len(first.wal_key) == 64
    assert first.wal_key != keys.wal_key
    assert first.wal_key != second.wal_key


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"format": "fieldlog-bundle"}, "file-format"),
        ({"format": "gone"}, "file-format"),
        ({"version": "1"}, "file-version"),
        ({"version": True}, "file-version"),
        ({"version": 0}, "file-version"),
        ({"version": 2}, "too-new"),
        ({"backup": "urn:x"}, "manifest-id"),
        ({"backup": 7}, "manifest-id"),
        ({"folder": "../x"}, "manifest-folder"),
        ({"created_at": "yesterday"}, "manifest-created-at"),
        ({"tool": "a b"}, "manifest-tool"),
        ({"head": "gone"}, "manifest-head"),
        ({"head": {"count": -1, "hash": "00" * 32, "epoch": 1}}, "manifest-head"),
        ({"head": {"count": 1, "hash": "00" * 31, "epoch": 1}}, "manifest-head"),
        ({"head": {"count": 1, "hash": "00" * 32, "epoch": True}}, "manifest-head"),
        ({"incidents": "3"}, "manifest-incidents"),
        ({"attachments": "gone"}, "manifest-attachments"),
    ],
)
def test_refused(fields: dict[str, Any], reason: str) -> None:
    """A field that is missing, of the wrong kind or of a later version is refused by name."""
    with pytest.raises(MalformedRecord) as caught:
        read_backup_manifest(changed(MANIFEST.to_bytes(), **fields))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b" " * (FILE_LIMIT + 1), "file-too-long"),
        (b"{", "file-json"),
        (b"[]", "file-format"),
        (b'{"version":1,"format":"fieldlog-backup"}', "file-json"),
    ],
)
def test_other_bytes(raw: bytes, reason: str) -> None:
    """What is too long, no JSON, no object or not in its one spelling is refused, in both files."""
    for read in (read_backup_manifest, read_keys):
        with pytest.raises(MalformedRecord) as caught:
            read(raw)
        assert caught.value.reason == reason


@pytest.mark.parametrize("value", ["00" * 31, "0G" * 32, "AA" * 32, 7, "gone"])
def test_keys_refused(value: object) -> None:
    """A key of another length, of other letters or none at all is refused, and not repeated."""
    raw = keys_to_bytes(VolumeKeys.generate())
    for name in ("database_key", "media_key"):
        with pytest.raises(MalformedRecord) as caught:
            read_keys(changed(raw, **{name: value}))
        assert caught.value.reason == "keys-value"
        assert str(value) not in str(caught.value)
