"""The register's tables, as numbered steps that are never changed once released."""

from __future__ import annotations

from typing import Final

from fieldlog.store.migrations import Migration

_IDENTITIES: Final = Migration(
    number=1,
    name="identities",
    statements=(
        """CREATE TABLE identity (
             kind TEXT NOT NULL,
             serial INTEGER NOT NULL,
             secret BLOB NOT NULL,
             made_at TEXT NOT NULL,
             PRIMARY KEY (kind, serial)
           ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE card (
             serial INTEGER PRIMARY KEY,
             text TEXT NOT NULL,
             made_at TEXT NOT NULL
           ) STRICT""",
    ),
)

_INTAKE: Final = Migration(
    number=2,
    name="intake",
    statements=(
        """CREATE TABLE sender (
             number INTEGER PRIMARY KEY,
             code TEXT NOT NULL UNIQUE,
             public_key BLOB NOT NULL UNIQUE,
             signing_key BLOB,
             first_seen TEXT NOT NULL
           ) STRICT""",
        """CREATE TABLE bundle (
             bundle_id TEXT NOT NULL,
             tag_manifest_sha512 BLOB NOT NULL,
             sender INTEGER NOT NULL REFERENCES sender,
             first_opened TEXT NOT NULL,
             PRIMARY KEY (bundle_id, tag_manifest_sha512, sender)
           ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX bundle_by_sender ON bundle (sender)",
    ),
)

_AUDIT: Final = Migration(
    number=3,
    name="audit",
    statements=(
        """CREATE TABLE audit (
             seq INTEGER PRIMARY KEY,
             at_utc TEXT NOT NULL,
             action TEXT NOT NULL,
             object TEXT NOT NULL,
             detail TEXT NOT NULL,
             prev_hash BLOB NOT NULL,
             hash BLOB NOT NULL
           ) STRICT""",
        # The chain shows a change; these make one impossible by mistake.
        """CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
           BEGIN SELECT RAISE(ABORT, 'append-only'); END""",
        """CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit
           BEGIN SELECT RAISE(ABORT, 'append-only'); END""",
    ),
)

MIGRATIONS: Final = (_IDENTITIES, _INTAKE, _AUDIT)
