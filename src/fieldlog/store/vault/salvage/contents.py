"""What belongs to each incident: versions, drafts, which records, and the line of the list made anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from fieldlog import errors
from fieldlog.model import codec
from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.quick import QuickCapture
from fieldlog.store.vault import plain, search
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.incidents import Cursor, Incidents, Summary
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.tables import Tables

INCIDENT_COST: Final = 250_000
"""Bytes of an attachment that are taken over in the time of one incident."""

_PAGE: Final = 100
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_NO_TIME: Final = "1970-01-01T00:00:00Z"


class Wording(Protocol):
    """How recording makes lines and search words out of what was typed."""

    def summary(self, capture: QuickCapture, incident: Incident | None) -> Summary:
        """What the list shows."""

    def words(self, capture: QuickCapture, codes: Sequence[str]) -> str:
        """What an incident is found by."""

    def rebuilt(self, records: Sequence[Record]) -> QuickCapture:
        """What may have been typed for these records."""


@dataclass(slots=True)
class Counted:
    """What was taken over so far."""

    incidents: int = 0
    versions: int = 0
    drafts: int = 0


class Contents:
    """Takes over what belongs to each incident; the revisions are in the fresh vault already.

    Not of one that is being erased for good: what is left of it goes at the next unlock.
    """

    def __init__(
        self,
        tables: Tables,
        batch: Batch,
        incidents: Incidents,
        wording: Wording,
        findings: Findings,
        pace: Pace,
    ) -> None:
        self._tables = tables
        self._batch = batch
        self._target = batch.database
        self._incidents = incidents
        self._wording = wording
        self._findings = findings
        self._pace = pace
        self.counted = Counted()

    def take_over(self, each: Callable[[str, tuple[Evidence, ...]], int]) -> None:
        """Take over every incident. ``each`` takes over the files of one and says how many there are now."""
        for code in self._pace.each(self._codes(), cost=INCIDENT_COST):
            self._batch.begin()
            newest = self._versions(code)
            records = self._members(code)
            draft = self._draft(code)
            if newest == 0 and draft is None and not records and not self._has_history(code):
                # Only its code is left; a line that opens nothing would look like a record.
                self._findings.add("incident-lost", code=code, incident=code)
                self._batch.write("DELETE FROM incident WHERE code = ?", (code,))
                continue
            self._line(code, newest, records, draft)
            self.counted.incidents += 1
            files = tuple(record for record in records if isinstance(record, Evidence))
            if files:
                # Files are committed one by one, with the transaction of their own rows.
                self._batch.flush()
                kept = each(code, files)
                self._batch.write("UPDATE incident SET files = ? WHERE code = ?", (kept, code))
        self._batch.flush()

    def _codes(self) -> Iterator[str]:
        number = 0
        while rows := self._target.execute(
            "SELECT number, code FROM incident WHERE number > ? AND binned_at IS NOT '' "
            "ORDER BY number LIMIT ?",
            (number, _PAGE),
        ):
            for number, code in rows:  # noqa: B007 - the last one is where the next page begins
                yield code

    def _has_history(self, code: str) -> bool:
        return self._target.row("SELECT 1 FROM revision WHERE incident = ?", (code,)) is not None

    def _versions(self, code: str) -> int:
        """Take over the versions of an incident; returns the number of the newest one there ever was."""
        statement = "SELECT number, saved_at, capture FROM version WHERE incident = ?"
        highest = max(
            int(self._target.value("SELECT version FROM incident WHERE code = ?", (code,))),
            int(
                self._target.value("SELECT ifnull(max(version), 0) FROM revision WHERE incident = ?", (code,))
            ),
        )
        rows = self._tables.rows("version", statement, (code,))
        if rows is None:
            rows = [
                row
                for number in range(1, highest + 1)
                for row in self._tables.rows("version", f"{statement} AND number = ?", (code, number)) or ()
            ]
        taken = set()
        for number, saved_at, capture in rows:
            if (
                isinstance(number, int)
                and number > 0
                and _is_time(saved_at)
                and _capture(capture) is not None
            ):
                self._batch.write(
                    "INSERT OR IGNORE INTO version VALUES (?, ?, ?, ?)", (code, number, saved_at, capture)
                )
                taken.add(number)
        highest = max([highest, *taken])
        self.counted.versions += len(taken)
        if len(taken) < highest:
            self._findings.add("versions-lost", code=code, incident=code, count=highest - len(taken))
            # An empty form stands where the words are lost, so that the numbers go on as the records say.
            for number in set(range(1, highest)) - taken:
                self._batch.write(
                    "INSERT INTO version VALUES (?, ?, ?, ?)", (code, number, _NO_TIME, plain.to_bytes({}))
                )
        return highest

    def _members(self, code: str) -> tuple[Record, ...]:
        """Take over which records belong to an incident, as far as these were taken over."""
        rows = self._tables.rows("membership", "SELECT code FROM membership WHERE incident = ?", (code,))
        if rows is None:
            self._findings.add("links-rebuilt", code=code, incident=code)
            rows = self._target.execute("SELECT DISTINCT code FROM revision WHERE incident = ?", (code,))
            rows += [(victim,) for victim in self._victims(row[0] for row in rows)]
        records: list[tuple[int, Record]] = []
        members = list(dict.fromkeys(row[0] for row in rows if isinstance(row[0], str)))
        version = int(self._target.value("SELECT version FROM incident WHERE code = ?", (code,)))
        if version and code not in members:
            members.append(code)
        for member in members:
            found = self._target.row(
                "SELECT content, (SELECT min(seq) FROM revision WHERE code = current.code) "
                "FROM current JOIN revision USING (seq) WHERE current.code = ?",
                (member,),
            )
            if found is None:
                self._findings.add("record-lost", code=member, incident=code)
            elif found[0] is not None:
                self._batch.write("INSERT OR IGNORE INTO membership VALUES (?, ?)", (code, member))
                records.append((found[1], codec.decode(plain.from_bytes(found[0]))))
        return tuple(record for _first, record in sorted(records, key=lambda pair: pair[0]))

    def _victims(self, codes: Iterable[str]) -> list[str]:
        """The people whom acts among ``codes`` name: they may have been picked from another incident."""
        victims = []
        for code in codes:
            content = self._target.value(
                "SELECT content FROM current JOIN revision USING (seq) WHERE current.code = ? AND type = ?",
                (code, Act.type),
            )
            act = codec.decode(plain.from_bytes(content)) if content is not None else None
            if isinstance(act, Act):
                victims.append(act.victim)
        return victims

    def _draft(self, code: str) -> QuickCapture | None:
        """Take over what was typed and not saved."""
        rows = self._tables.rows(
            "draft", "SELECT capture, cursor, kept_at FROM draft WHERE incident = ?", (code,)
        )
        if rows is None:
            self._findings.add("draft-lost", code=code, incident=code)
        for content, cursor, kept_at in rows or ():
            capture = _capture(content)
            if capture is None:
                self._findings.add("draft-lost", code=code, incident=code)
                continue
            self._batch.write(
                "INSERT INTO draft VALUES (?, ?, ?, ?, ?)",
                (
                    code,
                    content,
                    cursor if _is_cursor(cursor) else plain.to_bytes(list(Cursor())),
                    kept_at if _is_time(kept_at) else _NO_TIME,
                    search.folded_text(self._wording.words(capture, (code,))),
                ),
            )
            self.counted.drafts += 1
            return capture
        return None

    def _line(self, code: str, newest: int, records: tuple[Record, ...], draft: QuickCapture | None) -> None:
        """Make the line of the list anew, and what it is found by."""
        number, state, changed_at = self._target.execute(
            "SELECT number, state, changed_at FROM incident WHERE code = ?", (code,)
        )[0]
        incident = next(
            (record for record in records if isinstance(record, Incident) and record.code == code), None
        )
        shown: QuickCapture | None = draft if newest == 0 else None
        if newest:
            content = self._target.value(
                "SELECT capture FROM version WHERE incident = ? AND number = ?", (code, newest)
            )
            shown = _capture(content)
            if shown is None:
                shown = self._wording.rebuilt(records)
                self._findings.add("form-rebuilt", code=code, incident=code)
                self._batch.write(
                    "INSERT INTO version VALUES (?, ?, ?, ?)",
                    (code, newest, changed_at or _NO_TIME, plain.to_bytes(shown.to_plain())),
                )
        shown = shown or QuickCapture()
        self._incidents.rewrite_line(
            code,
            state="draft" if newest == 0 else state,
            version=newest,
            at=changed_at or _NO_TIME,
            summary=self._wording.summary(shown, incident),
        )
        if newest:
            codes = [record.code for record in records]
            search.index(self._target, number=number, words=self._wording.words(shown, (code, *codes)))


def _is_time(value: object) -> bool:
    return isinstance(value, str) and bool(_TIME.fullmatch(value))


def _capture(content: object) -> QuickCapture | None:
    with suppress(errors.RecordError, ValueError):
        found = plain.from_bytes(content) if isinstance(content, bytes) else None
        if isinstance(found, Mapping):
            return QuickCapture.from_plain(found)
    return None


def _is_cursor(content: object) -> bool:
    with suppress(ValueError):
        found = plain.from_bytes(content) if isinstance(content, bytes) else None
        return isinstance(found, list) and [type(part) for part in found] == [str, int, int]
    return False
