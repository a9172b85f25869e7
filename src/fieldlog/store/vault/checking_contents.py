"""Records, chain, versions and lines of a vault against each other, as far as each of them can be read."""

from __future__ import annotations

from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import Head
from fieldlog.model.quick import QuickCapture
from fieldlog.store.database import Row
from fieldlog.store.vault import chain, plain
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.incidents import shown_texts
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage.revisions import verified
from fieldlog.store.vault.salvage.tables import Tables

REVISION_COST: Final = 40_000
LINE_COST: Final = 12_000
"""Bytes of an attachment that are checked in the time of one row."""

_REVISIONS: Final = (
    "SELECT seq, incident, version, code, rev, content, content_sha256, prev_hash, hash "
    "FROM revision NOT INDEXED WHERE seq BETWEEN ? AND ? ORDER BY seq"
)
_STALE: Final = (
    "SELECT newest.code, newest.incident FROM (SELECT code, max(rev), seq, incident FROM revision "
    "WHERE code != '' GROUP BY code) AS newest LEFT JOIN current USING (code) "
    "WHERE current.seq IS NOT newest.seq"
)
_VERSIONS: Final = (
    "SELECT code FROM incident WHERE binned_at IS NOT '' AND "
    "(version != (SELECT count(*) FROM version WHERE incident = code) "
    "OR version < (SELECT ifnull(max(version), 0) FROM revision WHERE incident = incident.code))"
)
_LINES: Final = (
    "SELECT incident.code, files, (SELECT count(*) FROM membership JOIN attachment USING (code) "
    "WHERE membership.incident = incident.code), title, typed_when, place, family, urgency, "
    "ifnull(version.capture, draft.capture) FROM incident "
    "LEFT JOIN version ON version.incident = incident.code AND version.number = incident.version "
    "LEFT JOIN draft ON draft.incident = incident.code WHERE binned_at IS NOT ''"
)


class Contents:
    """Checks what a vault says; ``changes`` and ``incidents`` count what was looked at."""

    def __init__(self, tables: Tables, findings: Findings, pace: Pace) -> None:
        self._tables = tables
        self._findings = findings
        self._pace = pace
        self.changes = 0
        self.incidents = 0

    def check(self, *, remembered: Head) -> None:
        """Look at every revision, every version and every line."""
        self._chain(remembered)
        for code, incident in self._tables.rows("revision", _STALE) or ():
            self._findings.add("record-stale", code=str(code), incident=str(incident))
        for (code,) in self._tables.rows("version", _VERSIONS) or ():
            self._findings.add("versions-differ", code=str(code), incident=str(code))
        lines = self._tables.keyed("incident", _LINES, order=("incident.code",))
        for row in self._pace.each(lines, cost=LINE_COST):
            self.incidents += 1
            if not _agrees(row):
                self._findings.add("list-differs", code=str(row[0]), incident=str(row[0]))

    def _chain(self, remembered: Head) -> None:
        """Follow the chain from its beginning to the head."""
        rows = self._tables.rows("head", "SELECT count, hash FROM head WHERE only = 1")
        head = rows[0] if rows else None
        last = max(remembered.count, head[0] if head and isinstance(head[0], int) else 0)
        highest = self._tables.rows("revision", "SELECT max(seq) FROM revision NOT INDEXED")
        last = max([last, *(row[0] or 0 for row in highest or ())])
        previous, broken = chain.NO_LINK, 0
        expected = 1
        revisions = self._tables.numbered("revision", _REVISIONS, last=last)
        for row in self._pace.each(revisions, cost=REVISION_COST):
            self.changes += 1
            # What lies before a gap is counted with the revision after it.
            broken += row[0] - expected
            try:
                verified(row, previous if row[0] == expected else None)
            except errors.HistoryAltered:
                self._findings.add("record-altered", code=str(row[3]), incident=str(row[1]))
            expected, previous = row[0] + 1, row[8] if isinstance(row[8], bytes) else b""
        broken += last - expected + 1
        if broken:
            self._findings.add("history-altered", count=broken)
        elif (head is not None and (head[0], head[1]) != (expected - 1, previous)) or rows == []:
            self._findings.add("history-altered")


def _agrees(row: Row) -> bool:
    """Whether a line shows what was saved, or kept where nothing was saved yet."""
    _code, files, attached, title, typed_when, place, family, urgency, capture = row
    if files != attached:
        return False
    if capture is None:
        return (title, typed_when, place) == ("", "", "")
    try:
        kept = plain.from_bytes(capture)
        typed = QuickCapture.from_plain(kept) if isinstance(kept, dict) else None
    except (errors.RecordError, ValueError):
        return False
    if typed is None:
        return False
    return (title, typed_when, place, family, urgency) == shown_texts(
        typed.what, typed.when, typed.where, typed.family, typed.urgency
    )
