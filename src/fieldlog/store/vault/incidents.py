"""Incidents: their list, their states, their saved versions and their drafts.

A save is one transaction: revisions, list row, search index and the end of the draft, or none of them.
A draft is one row that is overwritten; it may hold anything that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from fieldlog import errors
from fieldlog.model.base import Record
from fieldlog.model.when import When
from fieldlog.store.database import Bindings, Database, Row
from fieldlog.store.vault import plain, search, shelves
from fieldlog.store.vault.records import Records

State = Literal["draft", "ready", "handed_over", "received"]
Shelf = Literal["draft", "ready", "handed_over", "received", "bin"]

ROWS_LIMIT: Final = 200
"""Rows of one page of the list; a screen shows fewer."""

_TITLE_LENGTH: Final = 160


class Cursor(NamedTuple):
    """Where the person was typing: the name of the field, and row and column in it."""

    field: str = "what"
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the list shows of an incident. ``when`` is ``None`` while only a text was typed."""

    title: str
    when: When | None
    typed_when: str
    place: str
    family: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """One line of the list.

    ``version`` counts saves, 0 for a draft that was never saved; ``has_draft`` says that something is
    typed that is not saved. Times are RFC 3339 in UTC.
    """

    code: str
    state: State
    version: int
    changed_at: str
    has_draft: bool
    in_bin: bool
    files: int
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One save of an incident."""

    number: int
    saved_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed and not saved yet."""

    capture: Mapping[str, object]
    cursor: Cursor
    kept_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many incidents are where; ``all`` leaves the bin out."""

    all: int
    draft: int
    ready: int
    handed_over: int
    received: int
    bin: int


_SHOWN: Final = "binned_at IS NOT ''"
"""True but for an incident that is being erased for good, of which the rest goes at the next unlock."""

_ROW: Final = (
    "SELECT incident.code, state, version, changed_at, draft.incident IS NOT NULL, binned_at IS NOT NULL, "
    "files, title, occurred, typed_when, place, family, urgency "
    "FROM {tables} LEFT JOIN draft ON draft.incident = incident.code WHERE {where}"
)
_ONE_ROW: Final = _ROW.format(tables="incident", where=f"incident.code = ? AND {_SHOWN}")

_WHENS_KEPT: Final = 1024
"""Read times of incidents that are kept: those of a few pages of the list."""


class Incidents:
    """The incidents of a vault."""

    def __init__(self, database: Database, records: Records) -> None:
        self._database = database
        self._records = records
        # While somebody types a query, most lines of a page are those of the page before.
        self._when_of = lru_cache(maxsize=_WHENS_KEPT)(_when_of)

    def is_used(self, code: str) -> bool:
        """Whether an incident has this code."""
        return self._database.value("SELECT 1 FROM incident WHERE code = ?", (code,)) is not None

    def keep_draft(
        self,
        code: str,
        *,
        capture: Mapping[str, object],
        cursor: Cursor,
        at: str,
        summary: Summary,
        words: str,
    ) -> None:
        """Keep what was typed, in place of what was kept before; a new code begins a new incident.

        The list shows the draft only as long as nothing was saved.
        """
        with self._database.transaction():
            row = self._database.row("SELECT version FROM incident WHERE code = ?", (code,))
            if row is None:
                self._insert(code, state="draft", version=0, at=at, summary=summary)
            elif row[0] == 0:
                self._update(code, state="draft", version=0, at=at, summary=summary)
            self._database.execute(
                "INSERT INTO draft VALUES (?, ?, ?, ?, ?) ON CONFLICT (incident) DO UPDATE SET "
                "capture = excluded.capture, cursor = excluded.cursor, kept_at = excluded.kept_at, "
                "folded = excluded.folded",
                (
                    code,
                    plain.to_bytes(dict(capture)),
                    plain.to_bytes([without(cursor.field), cursor.row, cursor.column]),
                    at,
                    search.folded_text(words),
                ),
            )

    def draft(self, code: str) -> Draft | None:
        """What is kept for an incident, or ``None`` when all is saved."""
        row = self._database.row("SELECT capture, cursor, kept_at FROM draft WHERE incident = ?", (code,))
        if row is None:
            return None
        capture, cursor = self._plain(row[0]), self._plain(row[1])
        if not isinstance(capture, dict) or not isinstance(cursor, list):
            raise errors.VaultDamaged(str(self._database.path.parent), "record")
        return Draft(capture=capture, cursor=Cursor(*cursor), kept_at=row[2])

    def newest_draft(self) -> str | None:
        """The code of the incident whose draft was kept last."""
        found = self._database.value(
            "SELECT incident FROM draft JOIN incident ON incident.code = draft.incident "
            "WHERE binned_at IS NULL ORDER BY kept_at DESC, number DESC LIMIT 1"
        )
        return None if found is None else str(found)

    def discard_draft(self, code: str) -> None:
        """Forget what was typed since the last save; an incident that was never saved disappears.

        Raises:
            UnknownRecord: no such incident.
        """
        with self._database.transaction():
            row = self.row(code)
            self._database.execute("DELETE FROM draft WHERE incident = ?", (code,))
            if row.version == 0 and not row.files:
                self._database.execute("DELETE FROM incident WHERE code = ?", (code,))

    def save(
        self,
        code: str,
        *,
        records: Sequence[Record],
        capture: Mapping[str, object],
        state: State,
        at: str,
        summary: Summary,
        words: str,
        pruned: Sequence[str] = (),
    ) -> int:
        """Save a version and return its number.

        ``pruned`` names the record types of which the incident keeps only those in ``records``.

        Raises:
            EditConflict: a record was changed since it was read; nothing was written.
        """
        with self._database.transaction():
            row = self._database.row("SELECT number, version FROM incident WHERE code = ?", (code,))
            if row is None:
                number, version = self._insert(code, state=state, version=1, at=at, summary=summary), 1
            else:
                number, version = int(row[0]), int(row[1]) + 1
                self._update(code, state=state, version=version, at=at, summary=summary)
            self._records.put(records, incident=code, version=version)
            # Before the first version there is nothing to let go.
            for record_type in pruned if version > 1 else ():
                keep = [record.code for record in records if record.type == record_type]
                self._records.drop_members(code, record_type=record_type, keep=keep)
            self._database.execute(
                "INSERT INTO version VALUES (?, ?, ?, ?)", (code, version, at, plain.to_bytes(dict(capture)))
            )
            self._database.execute("DELETE FROM draft WHERE incident = ?", (code,))
            search.index(self._database, number=number, words=words)
        return version

    def row(self, code: str) -> IncidentRow:
        """One line of the list.

        Raises:
            UnknownRecord: no such incident.
        """
        found = self._database.row(_ONE_ROW, (code,))
        if found is None:
            raise errors.UnknownRecord
        return self._read_row(found)

    def rows(
        self, *, query: str = "", shelf: Shelf | None = None, limit: int = ROWS_LIMIT, offset: int = 0
    ) -> tuple[IncidentRow, ...]:
        """A page of the list, newest first. Every word of ``query`` must begin a word of the incident.

        ``shelf`` is a state, ``"bin"``, or ``None`` for all outside the bin.
        """
        count, skipped = max(0, min(limit, ROWS_LIMIT)), max(0, offset)
        page = shelves.chosen(self._database, shelf, query, limit=skipped + count)
        statement = _ROW.format(tables=page.tables, where=page.where)
        newest_first = f" ORDER BY {page.number} DESC LIMIT ? OFFSET ?"
        found = self._database.execute(statement + newest_first, (*page.bindings, count, skipped))
        return tuple(self._read_row(row) for row in found)

    def counts(self) -> Counts:
        """How many incidents are where."""
        on: dict[str, int] = dict(self._database.execute("SELECT name, incidents FROM shelf"))
        return Counts(
            all=sum(on[state] for state in ("draft", "ready", "handed_over", "received")),
            draft=on["draft"],
            ready=on["ready"],
            handed_over=on["handed_over"],
            received=on["received"],
            bin=on["bin"],
        )

    def settle(self) -> None:
        """Finish in the search index what one save of a long text could not; see ``search.settle``."""
        search.settle(self._database)

    def versions(self, code: str) -> tuple[Version, ...]:
        """Every save, the last first."""
        rows = self._database.execute(
            "SELECT number, saved_at FROM version WHERE incident = ? ORDER BY number DESC", (code,)
        )
        return tuple(Version(number=number, saved_at=at) for number, at in rows)

    def capture_of(self, code: str, version: int) -> Mapping[str, object]:
        """What had been typed when a version was saved.

        Raises:
            UnknownRecord: no such version.
            VaultDamaged: ``record`` when a part of it is of another time.
        """
        content = self._database.value(
            "SELECT capture FROM version WHERE incident = ? AND number = ?", (code, version)
        )
        capture = None if content is None else self._plain(content)
        if not isinstance(capture, dict):
            raise errors.UnknownRecord
        return capture

    def set_binned(self, code: str, *, at: str | None) -> None:
        """Move an incident to the bin at this time, or with ``None`` back out of it.

        Raises:
            UnknownRecord: no such incident.
        """
        with self._database.transaction():
            self.row(code)
            self._database.execute("UPDATE incident SET binned_at = ? WHERE code = ?", (at, code))

    def set_files(self, code: str, *, files: int, at: str, state: State) -> None:
        """Set the number of attached files shown in the list. Part of a transaction."""
        self._database.execute(
            "UPDATE incident SET files = ?, changed_at = ?, state = ? WHERE code = ?",
            (files, at, state, code),
        )

    def rewrite_line(self, code: str, *, state: State, version: int, at: str, summary: Summary) -> None:
        """Make the line of an incident anew from what was saved. Part of a transaction."""
        self._update(code, state=state, version=version, at=at, summary=summary)

    def _plain(self, content: bytes) -> object:
        try:
            return plain.from_bytes(content)
        except ValueError:
            # A long text lies on several pages: one of them as it was before leaves what is no JSON.
            raise errors.VaultDamaged(str(self._database.path.parent), "record") from None

    def _insert(self, code: str, *, state: State, version: int, at: str, summary: Summary) -> int:
        return int(
            self._database.value(
                "INSERT INTO incident (code, state, version, changed_at, title, occurred, typed_when, place, "
                "family, urgency) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
                (code, state, version, at, *_summary_columns(summary)),
            )
        )

    def _update(self, code: str, *, state: State, version: int, at: str, summary: Summary) -> None:
        self._database.execute(
            "UPDATE incident SET state = ?, version = ?, changed_at = ?, title = ?, occurred = ?, "
            "typed_when = ?, place = ?, family = ?, urgency = ? WHERE code = ?",
            (state, version, at, *_summary_columns(summary), code),
        )

    def _read_row(self, row: Row) -> IncidentRow:
        code, state, version, changed_at, has_draft, in_bin, files, title, occurred, typed_when = row[:10]
        return IncidentRow(
            code=code,
            state=state,
            version=version,
            changed_at=changed_at,
            has_draft=bool(has_draft),
            in_bin=bool(in_bin),
            files=files,
            summary=Summary(
                title=title,
                when=self._when_of(occurred),
                typed_when=typed_when,
                place=row[10],
                family=row[11],
                urgency=row[12],
            ),
        )


def without(text: str) -> str:
    """``text`` with nothing that cannot be stored; see ``plain.without_surrogates``."""
    return plain.without_surrogates(text)


def shown_texts(title: str, typed_when: str, place: str, family: str, urgency: str) -> tuple[str, ...]:
    """The texts of a line as they are stored."""
    shortened = " ".join(title.split())[:_TITLE_LENGTH]
    return tuple(without(text) for text in (shortened, typed_when, place, family, urgency))


def _summary_columns(summary: Summary) -> Bindings:
    title, *others = shown_texts(
        summary.title, summary.typed_when, summary.place, summary.family, summary.urgency
    )
    return (title, without(_when_text(summary.when)), *others)


def _when_text(when: When | None) -> str:
    if when is None:
        return ""
    parts = (when.edtf, when.clock, when.end_clock, when.approx, when.tz, when.assumed)
    return plain.to_bytes(list(parts)).decode("utf-8")


def _when_of(text: str) -> When | None:
    if not text:
        return None
    parts = plain.from_bytes(text.encode("utf-8"))
    if not isinstance(parts, list):
        return None
    edtf, clock, end_clock, approx, zone, assumed = parts
    days = When.from_edtf(edtf)
    return When(
        start=days.start,
        end=days.end,
        ongoing=days.ongoing,
        clock=clock,
        end_clock=end_clock,
        approx=approx,
        tz=zone,
        assumed=assumed,
    )
