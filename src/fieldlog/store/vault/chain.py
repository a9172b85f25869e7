"""The chain of revisions: history that cannot be rewritten quietly (docs/formats/vault.md section 6).

Every revision carries a number without gaps and the hash of the one before it; the head row holds the
last of both. It also counts every transaction that wrote (the epoch), so that an older file as a whole
is behind the head that the key slot remembers, also where no revision was added since.
"""

from __future__ import annotations

from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import HASH_BYTES, Head
from fieldlog.primitives.hash import sha256
from fieldlog.store.database import Database

_LABEL: Final = b"fieldlog-revision-v1\x00"
NO_LINK: Final = bytes(HASH_BYTES)
_NEXT_EPOCH: Final = "UPDATE head SET epoch = epoch + 1"
ERASED: Final = ""
"""In place of the codes of incident and record, in a revision of an incident that was erased for good."""

_NOT_NEWEST: Final = (
    f"SELECT 1 FROM (SELECT code, max(rev), seq FROM revision WHERE code != '{ERASED}' GROUP BY code) "  # noqa: S608 - own text
    "AS newest LEFT JOIN current USING (code) WHERE current.seq IS NOT newest.seq LIMIT 1"
)
_VERSIONS_MISSING: Final = (
    "SELECT 1 FROM incident WHERE binned_at IS NOT '' AND "
    "(version != (SELECT count(*) FROM version WHERE incident = code) "
    "OR version < (SELECT ifnull(max(version), 0) FROM revision WHERE incident = incident.code)) LIMIT 1"
)
"""In the words of the tables: rows that do not belong to the newest revision or version.

An incident that is being erased (``binned_at`` empty) has lost some of its versions already.
"""


def head_of(database: Database) -> Head:
    """The head row.

    Raises:
        HistoryAltered: there is none.
    """
    row = database.row("SELECT count, hash, epoch FROM head WHERE only = 1")
    if row is None:
        raise errors.HistoryAltered(str(database.path.parent))
    return Head(count=row[0], hash=row[1], epoch=row[2])


def count_epochs(database: Database) -> None:
    """Raise the epoch in every transaction from now on that writes anything."""
    database.end_writing_with(_NEXT_EPOCH)


def append(database: Database, *, incident: str, version: int, code: str, rev: int, content: bytes) -> int:
    """Add one revision at the end and move the head; returns its number. Part of a transaction.

    Raises:
        EditConflict: this revision of this record exists already.
    """
    head = head_of(database)
    seq = head.count + 1
    digest = sha256(content)
    link = link_of(head.hash, seq, incident, version, digest)
    database.execute(
        "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, incident, version, code, rev, content, digest, head.hash, link),
    )
    database.execute("UPDATE head SET count = ?, hash = ?", (seq, link))
    return seq


def require_not_behind(database: Database, remembered: Head) -> None:
    """Check that this history continues the one that was remembered. Costs two look-ups at any size.

    Being ahead is normal: after a crash the slot is older than the database.

    Raises:
        HistoryAltered: it is shorter, or another one.
    """
    head = head_of(database)
    found = _hash_at(database, remembered.count)
    if (
        head.count < remembered.count
        or head.epoch < remembered.epoch
        or found != remembered.hash
        or _hash_at(database, head.count) != head.hash
    ):
        raise errors.HistoryAltered(str(database.path.parent))


def verify(database: Database) -> int:
    """Recompute every link and compare every content with its digest; returns the number of links.

    Every record's current revision must be its last one, and every row must belong to a row that is there.
    Of a revision that was erased for good the code went with the content, so its link is only compared
    with what its neighbours say of it.

    Raises:
        HistoryAltered: a link is missing, altered or not where it belongs, or the tables are of
            different times.
    """
    altered = errors.HistoryAltered(str(database.path.parent))
    previous, expected = NO_LINK, 1
    for seq, incident, version, content, digest, prev_hash, link in database.each(
        "SELECT seq, incident, version, content, content_sha256, prev_hash, hash FROM revision ORDER BY seq"
    ):
        if seq != expected or prev_hash != previous:
            raise altered
        if incident == ERASED:
            if content is not None:
                raise altered
        elif link != link_of(previous, seq, incident, version, digest):
            raise altered
        if content is not None and sha256(content) != digest:
            raise altered
        previous, expected = link, seq + 1
    head = head_of(database)
    if (head.count, head.hash) != (expected - 1, previous):
        raise altered
    for oddity in ("PRAGMA foreign_key_check", _NOT_NEWEST, _VERSIONS_MISSING):
        if database.row(oddity) is not None:
            raise altered
    return expected - 1


def _hash_at(database: Database, seq: int) -> bytes | None:
    if seq == 0:
        return NO_LINK
    found = database.value("SELECT hash FROM revision WHERE seq = ?", (seq,))
    return found if isinstance(found, bytes) else None


def append_known(
    database: Database,
    *,
    incident: str,
    version: int,
    code: str,
    rev: int | None,
    content: bytes | None,
    digest: bytes,
    original: tuple[int, bytes, bytes],
) -> int:
    """Add a revision of another vault, with the number and link it had there as long as they go on from here.

    ``rev`` of ``None`` is that of an erased one: its number. ``original`` is number, link before it, and
    its own. Part of a transaction.

    Raises:
        EditConflict: this revision of this record exists already.
    """
    head = head_of(database)
    seq = head.count + 1
    same = original[:2] == (seq, head.hash)
    link = original[2] if same else link_of(head.hash, seq, incident, version, digest)
    database.execute(
        "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, incident, version, code, seq if rev is None else rev, content, digest, head.hash, link),
    )
    database.execute("UPDATE head SET count = ?, hash = ?", (seq, link))
    return seq


def link_of(previous: bytes, seq: int, incident: str, version: int, digest: bytes) -> bytes:
    """The hash of one revision and everything before it."""
    return sha256(
        b"".join(
            (
                _LABEL,
                previous,
                seq.to_bytes(8, "big"),
                version.to_bytes(8, "big"),
                digest,
                incident.encode("utf-8"),
            )
        )
    )
