"""The tables of a vault, as numbered steps (docs/formats/vault.md section 5).

A table that people's words go into is never the only protection of anything: all pages are encrypted.
Times are RFC 3339 in UTC.
"""

from __future__ import annotations

from typing import Final

from fieldlog.store.migrations import Migration


def _shelf_of(row: str) -> str:
    """SQL: on which shelf an incident is, by its row or by the ``old`` or ``new`` one of a trigger."""
    return (
        f"CASE WHEN {row}.binned_at IS NULL THEN {row}.state "
        f"WHEN {row}.binned_at = '' THEN 'gone' ELSE 'bin' END"
    )


STEPS: Final = (
    Migration(
        number=1,
        name="first form",
        statements=(
            # `number` orders the list and never leaves the vault: it tells how many there are.
            """CREATE TABLE incident (
                 number INTEGER PRIMARY KEY,
                 code TEXT NOT NULL UNIQUE,
                 state TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'handed_over', 'received')),
                 version INTEGER NOT NULL,
                 changed_at TEXT NOT NULL,
                 binned_at TEXT,
                 title TEXT NOT NULL,
                 occurred TEXT NOT NULL,
                 typed_when TEXT NOT NULL,
                 place TEXT NOT NULL,
                 family TEXT NOT NULL,
                 urgency TEXT NOT NULL,
                 files INTEGER NOT NULL DEFAULT 0
               ) STRICT""",
            "CREATE INDEX incident_by_state ON incident (binned_at IS NULL, state, number)",
            """CREATE TABLE version (
                 incident TEXT NOT NULL REFERENCES incident (code),
                 number INTEGER NOT NULL,
                 saved_at TEXT NOT NULL,
                 capture BLOB NOT NULL,
                 PRIMARY KEY (incident, number)
               ) STRICT, WITHOUT ROWID""",
            # `content` becomes NULL when a record is erased; its digest keeps the chain verifiable.
            """CREATE TABLE revision (
                 seq INTEGER PRIMARY KEY,
                 incident TEXT NOT NULL REFERENCES incident (code),
                 version INTEGER NOT NULL,
                 code TEXT NOT NULL,
                 rev INTEGER NOT NULL,
                 content BLOB,
                 content_sha256 BLOB NOT NULL,
                 prev_hash BLOB NOT NULL,
                 hash BLOB NOT NULL,
                 UNIQUE (code, rev)
               ) STRICT""",
            """CREATE TABLE head (
                 only INTEGER PRIMARY KEY CHECK (only = 1),
                 count INTEGER NOT NULL,
                 hash BLOB NOT NULL
               ) STRICT""",
            "INSERT INTO head VALUES (1, 0, zeroblob(32))",
            """CREATE TABLE current (
                 code TEXT PRIMARY KEY,
                 type TEXT NOT NULL,
                 seq INTEGER NOT NULL REFERENCES revision (seq)
               ) STRICT, WITHOUT ROWID""",
            # A person belongs to every incident that names them.
            """CREATE TABLE membership (
                 incident TEXT NOT NULL REFERENCES incident (code),
                 code TEXT NOT NULL REFERENCES current (code),
                 PRIMARY KEY (incident, code)
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE draft (
                 incident TEXT PRIMARY KEY REFERENCES incident (code),
                 capture BLOB NOT NULL,
                 cursor BLOB NOT NULL,
                 kept_at TEXT NOT NULL,
                 folded TEXT NOT NULL
               ) STRICT, WITHOUT ROWID""",
            """CREATE VIRTUAL TABLE search USING fts5 (
                 folded, tokenize = 'unicode61 remove_diacritics 0', prefix = '1 2 3', detail = 'none')""",
            # Without it FTS5 keeps deleted words until the index is merged.
            "INSERT INTO search (search, rank) VALUES ('secure-delete', 1)",
            """CREATE TABLE attachment (
                 code TEXT PRIMARY KEY,
                 key BLOB NOT NULL,
                 bytes INTEGER NOT NULL,
                 sha256 BLOB NOT NULL,
                 sha512 BLOB NOT NULL,
                 crc32 INTEGER NOT NULL
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE media_run (
                 attachment TEXT NOT NULL REFERENCES attachment (code) ON DELETE CASCADE,
                 position INTEGER NOT NULL,
                 first_unit INTEGER NOT NULL UNIQUE,
                 unit_count INTEGER NOT NULL,
                 PRIMARY KEY (attachment, position)
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE card (
                 id TEXT PRIMARY KEY,
                 content BLOB NOT NULL,
                 pinned_at TEXT NOT NULL,
                 checked_at TEXT
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE bundle (
                 id TEXT PRIMARY KEY,
                 handed_over_at TEXT NOT NULL,
                 tag_sha512 BLOB NOT NULL,
                 bytes INTEGER NOT NULL,
                 attributable INTEGER NOT NULL
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE bundle_card (
                 bundle TEXT NOT NULL REFERENCES bundle (id),
                 card TEXT NOT NULL,
                 received_at TEXT,
                 PRIMARY KEY (bundle, card)
               ) STRICT, WITHOUT ROWID""",
            """CREATE TABLE bundle_incident (
                 bundle TEXT NOT NULL REFERENCES bundle (id),
                 incident TEXT NOT NULL REFERENCES incident (code),
                 version INTEGER NOT NULL,
                 PRIMARY KEY (bundle, incident)
               ) STRICT, WITHOUT ROWID""",
            "CREATE INDEX bundle_of_incident ON bundle_incident (incident)",
            """CREATE TABLE setting (
                 name TEXT PRIMARY KEY,
                 value BLOB NOT NULL
               ) STRICT, WITHOUT ROWID""",
        ),
    ),
    Migration(
        number=2,
        name="epoch",
        # Raised by every transaction that writes, so that an older file as a whole is told from this one.
        statements=("ALTER TABLE head ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0",),
    ),
    Migration(
        number=3,
        name="key slots",
        statements=(
            # One row for each writing of a slot of this volume; which of them is on the disk, `sealed` says.
            """CREATE TABLE key_slot (
                 slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 7),
                 sealed BLOB NOT NULL,
                 purpose INTEGER NOT NULL,
                 slot_key BLOB NOT NULL,
                 made_at TEXT NOT NULL,
                 keyfile INTEGER NOT NULL,
                 recipient TEXT NOT NULL,
                 UNIQUE (slot, sealed)
               ) STRICT""",
        ),
    ),
    Migration(
        number=4,
        name="revisions of an incident",
        # Erasing an incident and checking its versions must not read every record of the vault.
        statements=("CREATE INDEX revision_of_incident ON revision (incident, version)",),
    ),
    Migration(
        number=5,
        name="many incidents",
        statements=(
            "CREATE INDEX membership_of_code ON membership (code)",
            # How many incidents are where, kept by the triggers: counting them takes longer with every one.
            # Those of "gone" are being erased, or stand for the revisions that were.
            """CREATE TABLE shelf (
                 name TEXT PRIMARY KEY,
                 incidents INTEGER NOT NULL
               ) STRICT, WITHOUT ROWID""",
            """INSERT INTO shelf VALUES
                 ('draft', 0), ('ready', 0), ('handed_over', 0), ('received', 0), ('bin', 0), ('gone', 0)""",
            f"""UPDATE shelf SET incidents =
                  (SELECT count(*) FROM incident WHERE {_shelf_of("incident")} = shelf.name)""",  # noqa: S608 - own text
            f"""CREATE TRIGGER incident_comes AFTER INSERT ON incident BEGIN
                  UPDATE shelf SET incidents = incidents + 1 WHERE name = {_shelf_of("new")};
                END""",  # noqa: S608 - own text
            f"""CREATE TRIGGER incident_goes AFTER DELETE ON incident BEGIN
                  UPDATE shelf SET incidents = incidents - 1 WHERE name = {_shelf_of("old")};
                END""",  # noqa: S608 - own text
            f"""CREATE TRIGGER incident_moves AFTER UPDATE OF state, binned_at ON incident
                WHEN {_shelf_of("old")} != {_shelf_of("new")} BEGIN
                  UPDATE shelf SET incidents = incidents - 1 WHERE name = {_shelf_of("old")};
                  UPDATE shelf SET incidents = incidents + 1 WHERE name = {_shelf_of("new")};
                END""",  # noqa: S608 - own text
            # The words that the index holds of each incident, and those that it is to lose next.
            """CREATE TABLE indexed (
                 number INTEGER PRIMARY KEY,
                 words TEXT NOT NULL,
                 leaving TEXT NOT NULL
               ) STRICT""",
            "CREATE INDEX indexed_leaving ON indexed (number) WHERE leaving != ''",
            "INSERT INTO indexed SELECT rowid, folded, '' FROM search",
            "DROP TABLE search",
            # Without a copy of the text, so that single words can be put in and taken out.
            """CREATE VIRTUAL TABLE search USING fts5 (
                 folded, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0',
                 prefix = '1 2 3', detail = 'none')""",
            "INSERT INTO search (search, rank) VALUES ('secure-delete', 1)",
            # Its own joining of pieces wrote up to 3.3 MiB of log in one save; see `search.py`.
            "INSERT INTO search (search, rank) VALUES ('automerge', 0)",
            "INSERT INTO search (search, rank) VALUES ('crisismerge', 1000)",
            "INSERT INTO search (rowid, folded) SELECT number, words FROM indexed",
        ),
    ),
)
"""A released step is never changed."""
