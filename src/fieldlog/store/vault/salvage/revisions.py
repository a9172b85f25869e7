"""The revisions of a damaged vault, taken over into a fresh one.

A revision is taken over when its content has the digest of its row, when row and digest give the link that
is stored with it, when that link continues the one before it (where that one was read), and when it is a
record of the code and number that the row says. Everything else is named.
As long as nothing is missing, numbers and links stay the same; after a gap the links are made anew.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from fieldlog import errors
from fieldlog.model import codec
from fieldlog.model.base import Record
from fieldlog.model.ids import PREFIXES
from fieldlog.primitives.hash import sha256
from fieldlog.store.database import Row
from fieldlog.store.vault import chain, plain
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.lines import Lines
from fieldlog.store.vault.salvage.tables import Tables

REVISION_COST: Final = 35_000
"""Bytes of an attachment that are taken over in the time of one revision."""

_REVISIONS: Final = (
    "SELECT seq, incident, version, code, rev, content, content_sha256, prev_hash, hash "
    "FROM revision NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq"
)
_NAMES: Final = "SELECT code, rev, seq FROM revision INDEXED BY sqlite_autoindex_revision_1"
_CURRENT: Final = "SELECT code, type, seq FROM current"

_TYPES: Final = {prefix: name for name, prefix in PREFIXES.items()}


class Missing:
    """Numbers of revisions that were not taken over, as ranges: there may be very many."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.count = 0

    def add(self, first: int, end: int) -> None:
        """Numbers from ``first`` to before ``end``, above all that were added."""
        if first < end:
            self._starts.append(first)
            self._ends.append(end)
            self.count += end - first

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._starts, number) - 1
        return place >= 0 and number < self._ends[place]


class Revisions:
    """Takes revisions over and knows afterwards which ones are missing."""

    def __init__(self, tables: Tables, batch: Batch, lines: Lines, findings: Findings, pace: Pace) -> None:
        self._tables = tables
        self._batch = batch
        self._target = batch.database
        self._lines = lines
        self._findings = findings
        self._pace = pace
        self.missing = Missing()
        self.taken = 0

    def take_over(self, *, remembered: int) -> None:
        """Take over everything that verifies; ``remembered`` is the number of revisions the slot knows of."""
        previous: tuple[int, bytes] | None = (0, chain.NO_LINK)
        expected = 1
        last = max(remembered, self._last())
        rows = self._tables.numbered("revision", _REVISIONS, last=last)
        for row in self._pace.each(rows, cost=REVISION_COST):
            before = previous[1] if previous is not None and previous[0] == row[0] - 1 else None
            previous = (row[0], row[8]) if isinstance(row[8], bytes) else None
            self._batch.begin()
            if not self._take(row, before):
                continue
            self._batch.wrote(len(row[5] or b""))
            self.missing.add(expected, row[0])
            expected = row[0] + 1
            self.taken += 1
        self._batch.flush()
        self.missing.add(expected, last + 1)

    def name_missing(self) -> None:
        """Say which records lost what, as far as indexes and lists still know."""
        named: set[int] = set()
        for code, rev, seq in self._known("revision-index", _NAMES, ("code", "rev")):
            if seq in self.missing and seq not in named:
                named.add(seq)
                self._name(code, rev)
        for code, _type, seq in self._known("current", _CURRENT, ("code",)):
            if seq in self.missing and seq not in named:
                named.add(seq)
                self._name(code, None)
        unnamed = self.missing.count - len(named)
        if unnamed > 0:
            self._findings.add("changes-lost", count=unnamed)

    def _known(self, table: str, statement: str, order: tuple[str, ...]) -> Iterator[tuple[str, object, int]]:
        if not self.missing.count:
            return
        for code, second, seq in self._tables.keyed(table, statement, order=order):
            if isinstance(code, str) and isinstance(seq, int):
                yield code, second, seq

    def _name(self, code: str, rev: object) -> None:
        if code == chain.ERASED:
            # A nameless link of something that was erased: its content was gone before.
            self._findings.add("revision-lost")
            return
        newest = self._target.row(
            "SELECT max(rev), incident FROM revision WHERE code = ? GROUP BY code", (code,)
        )
        if newest is None:
            self._findings.add("record-lost", code=code)
        elif isinstance(rev, int) and rev < newest[0]:
            self._findings.add("revision-lost", code=code, incident=newest[1])
        else:
            self._findings.add("record-older", code=code, incident=newest[1])

    def _last(self) -> int:
        """The highest number that anything in the database knows."""
        found = [0]
        for statement in (
            "SELECT max(count) FROM head",
            "SELECT seq FROM revision NOT INDEXED ORDER BY seq DESC LIMIT 1",
        ):
            found += [row[0] for row in self._tables.rows("head", statement) or () if isinstance(row[0], int)]
        if len(found) < 3:
            for statement, order in ((_NAMES, ("code", "rev")), (_CURRENT, ("code",))):
                for row in self._tables.keyed("revision-index", statement, order=order):
                    found[0] = max(found[0], row[2] if isinstance(row[2], int) else 0)
        return max(found)

    def _take(self, row: Row, before: bytes | None) -> bool:
        seq, incident, version, code, rev, content, digest, prev_hash, link = row
        try:
            record = verified(row, before)
        except errors.HistoryAltered:
            if well_formed(row):
                self._findings.add("record-altered", code=code, incident=incident)
            return False
        erased = incident == chain.ERASED
        if self._target.row("SELECT 1 FROM revision WHERE code = ? AND rev = ?", (code, rev)) is not None:
            self._findings.add("record-altered", code=code, incident=incident)
            return False
        self._lines.require(incident)
        added = chain.append_known(
            self._target,
            incident=incident,
            version=version,
            code=code,
            # Of erased revisions it is the number, so that no two of them are alike.
            rev=rev if not erased else None,
            content=content,
            digest=digest,
            original=(seq, prev_hash, link),
        )
        record_type = _TYPES.get(code.partition("-")[0], "") if record is None else record.type
        if not erased:
            self._target.execute(
                "INSERT INTO current VALUES (?, ?, ?) ON CONFLICT (code) DO UPDATE SET seq = excluded.seq "
                "WHERE (SELECT rev FROM revision WHERE seq = current.seq) < ?",
                (code, record_type, added, rev),
            )
        return True


def well_formed(row: Row) -> bool:
    """Whether a row has the types of a revision; a page of another table put in its place has not."""
    seq, incident, version, code, rev, content, digest, prev_hash, link = row
    return (
        all(isinstance(number, int) for number in (seq, version, rev))
        and all(isinstance(text, str) for text in (incident, code))
        and all(isinstance(value, bytes) for value in (digest, prev_hash, link))
        and (content is None or isinstance(content, bytes))
    )


def verified(row: Row, before: bytes | None) -> Record | None:
    """The record of a row of a revision; ``None`` where its content was erased.

    ``before`` is the link of the revision before it, where that one was read.

    Raises:
        HistoryAltered: types, digest, link or content do not fit together.
    """
    altered = errors.HistoryAltered("")
    if not well_formed(row):
        raise altered
    seq, incident, version, code, rev, content, digest, prev_hash, link = row
    if before is not None and prev_hash != before:
        raise altered
    # Of what was erased for good the code went with the content, and so a part of what was linked.
    if incident != chain.ERASED and link != chain.link_of(prev_hash, seq, incident, version, digest):
        raise altered
    if content is None:
        return None
    if incident == chain.ERASED or sha256(content) != digest:
        raise altered
    try:
        record = codec.decode(plain.from_bytes(content))
    except (errors.RecordError, ValueError):
        raise altered from None
    if (record.code, record.rev) != (code, rev):
        raise altered
    return record
