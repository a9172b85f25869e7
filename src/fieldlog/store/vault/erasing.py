"""Erasing an incident for good (docs/formats/vault.md section 6.1; security.md sections 1.7 and 9, AT-28).

What goes: every word of every revision and version, the draft, the lines of list and search index, the
keys of attached files, which people and hand-overs belonged to it, and the codes.
What stays: one nameless link for each revision, so that the chain still verifies, and the people who
belong to another incident as well.

It takes many small transactions, because one has to fit into the log whatever was written. The first one
takes the incident out of everybody's sight, so an interruption shows nothing and ``finish`` completes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from fieldlog import errors
from fieldlog.model.base import Record
from fieldlog.model.consent import Consent
from fieldlog.model.ids import new_uuid
from fieldlog.store.database import Database
from fieldlog.store.media import MediaStore
from fieldlog.store.vault import search
from fieldlog.store.vault.chain import ERASED
from fieldlog.store.vault.records import Records

CHUNK_BYTES: Final = 1 << 20
"""Of content erased in one transaction, a fraction of the log; a single version was saved in one as well."""

_ANCHOR_NUMBER: Final = 0
"""Of the one row that erased revisions belong to; incidents are numbered from 1."""

_ANCHOR: Final = (
    "INSERT OR IGNORE INTO incident (number, code, state, version, changed_at, binned_at, title, occurred, "
    "typed_when, place, family, urgency) VALUES (?, ?, 'draft', 0, '', '', '', '', '', '', '', '')"
)
_OUT_OF_SIGHT: Final = (
    "UPDATE incident SET state = 'draft', binned_at = '', changed_at = '', title = '', occurred = '', "
    "typed_when = '', place = '', family = '', urgency = '', files = 0 WHERE code = ?"
)
_SHARED: Final = (
    "SELECT here.code, max(incident.number), revision.incident = here.incident FROM membership AS here "
    "JOIN membership AS there ON there.code = here.code AND there.incident != here.incident "
    "JOIN incident ON incident.code = there.incident AND binned_at IS NOT '' "
    "JOIN current ON current.code = here.code JOIN revision ON revision.seq = current.seq "
    "WHERE here.incident = ? GROUP BY here.code"
)
"""Records of an incident that belong to others too: the newest of these, and where they were saved last."""


class Erasing:
    """Erases incidents. Not inside a transaction: it makes its own."""

    def __init__(self, database: Database, records: Records, media: MediaStore) -> None:
        self._database = database
        self._records = records
        self._media = media

    def erase(self, codes: tuple[str, ...]) -> None:
        """Erase these incidents for good. Once the first step of one is done, nothing brings it back.

        Raises:
            UnknownRecord: no such incident; those before it are erased.
            NoSpace: the disk is full; what was begun is finished at the next unlock.
            FieldlogError: another error of the storage, likewise.
        """
        for code in codes:
            self._take_out_of_sight(code)
        self.finish()

    def finish(self) -> None:
        """Complete what was begun; costs one look-up when there is nothing.

        Raises:
            FieldlogError: as ``erase``.
        """
        begun = self._database.execute(
            "SELECT code FROM incident WHERE (binned_at IS NULL) = 0 AND binned_at = '' AND code != ?",
            (ERASED,),
        )
        if not begun:
            return
        # Before the rows of the incidents go: as long as one is there, an interrupted rewriting is repeated.
        search.rewrite(self._database)
        for (code,) in begun:
            self._erase_versions(code)
            self._erase_revisions(code)
            with self._database.transaction():
                # Once more: a form that was open meanwhile may have kept a draft or a file.
                self._forget_what_leads_to(code)
                self._database.execute("DELETE FROM incident WHERE code = ?", (code,))
        # What was erased still stands in the log until it is written back and emptied.
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _take_out_of_sight(self, code: str) -> None:
        database = self._database
        with database.transaction():
            row = database.row("SELECT number, binned_at FROM incident WHERE code = ?", (code,))
            if row is None or row[1] == "":
                raise errors.UnknownRecord
            database.execute(_ANCHOR, (_ANCHOR_NUMBER, ERASED))
            self._keep_consents_of_others(code)
            self._keep_people_of_others(code)
            search.forget(database, number=row[0])
            self._forget_what_leads_to(code)
            database.execute(_OUT_OF_SIGHT, (code,))

    def _forget_what_leads_to(self, code: str) -> None:
        """Remove the keys of its files, its members, its draft and its hand-overs."""
        database = self._database
        for (attached,) in database.execute(
            "SELECT code FROM membership JOIN attachment USING (code) WHERE incident = ?", (code,)
        ):
            self._media.remove(attached)
        database.execute("DELETE FROM membership WHERE incident = ?", (code,))
        database.execute("DELETE FROM draft WHERE incident = ?", (code,))
        self._forget_hand_overs(code)

    def _keep_consents_of_others(self, incident: str) -> None:
        """Let what people agreed to here, or refused, go with them to the other incidents that name them."""
        for (code,) in self._database.execute(
            "SELECT code FROM membership JOIN current USING (code) WHERE incident = ? AND type = ?",
            (incident, Consent.type),
        ):
            # A consent that cannot be read says nothing that could be kept.
            with suppress(errors.VaultDamaged):
                consent = self._records.newest(code)
                if isinstance(consent, Consent):
                    self._database.execute(
                        "INSERT OR IGNORE INTO membership SELECT incident, ? FROM membership "
                        "JOIN incident ON incident.code = incident "
                        "WHERE membership.code = ? AND incident != ? AND binned_at IS NOT ''",
                        (consent.code, consent.person, incident),
                    )

    def _keep_people_of_others(self, incident: str) -> None:
        """Save once more, in another incident, what belongs there too and was saved here last."""
        for code, number, saved_here in self._database.execute(_SHARED, (incident,)):
            if saved_here:
                other, version = self._database.execute(
                    "SELECT code, version FROM incident WHERE number = ?", (number,)
                )[0]
                record: Record = self._records.newest(code)
                again = replace(record, id=new_uuid(), rev=record.rev + 1, supersedes=record.id)
                self._records.put([again], incident=other, version=version)

    def _forget_hand_overs(self, incident: str) -> None:
        """Forget which bundles it went with, and those bundles that held nothing else."""
        database = self._database
        bundles = database.execute("SELECT bundle FROM bundle_incident WHERE incident = ?", (incident,))
        database.execute("DELETE FROM bundle_incident WHERE incident = ?", (incident,))
        for bundle in bundles:
            if database.row("SELECT 1 FROM bundle_incident WHERE bundle = ?", bundle) is None:
                database.execute("DELETE FROM bundle_card WHERE bundle = ?", bundle)
                database.execute("DELETE FROM bundle WHERE id = ?", bundle)

    def _erase_versions(self, incident: str) -> None:
        sizes = self._database.execute(
            "SELECT number, length(capture) FROM version WHERE incident = ? ORDER BY number", (incident,)
        )
        for numbers in _chunks([(number, size) for number, size in sizes]):
            with self._database.transaction():
                self._database.execute_many(
                    "DELETE FROM version WHERE incident = ? AND number = ?",
                    [(incident, number) for number in numbers],
                )

    def _erase_revisions(self, incident: str) -> None:
        # The oldest first, so that the newest revision of a record is the last to go and stays current.
        sizes = self._database.execute(
            "SELECT seq, ifnull(length(content), 0) FROM revision WHERE incident = ? ORDER BY seq",
            (incident,),
        )
        for numbers in _chunks([(seq, size) for seq, size in sizes]):
            with self._database.transaction():
                for seq in numbers:
                    self._erase_revision(seq)

    def _erase_revision(self, seq: int) -> None:
        database = self._database
        code = database.value("SELECT code FROM revision WHERE seq = ?", (seq,))
        database.execute(
            "UPDATE revision SET content = NULL, incident = ?, version = 0, code = ?, rev = seq "
            "WHERE seq = ?",
            (ERASED, ERASED, seq),
        )
        newest = database.value("SELECT seq FROM revision WHERE code = ? ORDER BY rev DESC LIMIT 1", (code,))
        if newest is None:
            # Somebody may have picked this person in between; there is nothing left to belong anywhere.
            database.execute("DELETE FROM membership WHERE code = ?", (code,))
            database.execute("DELETE FROM current WHERE code = ?", (code,))
        else:
            database.execute("UPDATE current SET seq = ? WHERE code = ? AND seq != ?", (newest, code, newest))


def _chunks(sizes: list[tuple[int, int]]) -> Iterator[list[int]]:
    """The numbers of rows in groups of at most ``CHUNK_BYTES`` each, or one row that is larger."""
    group: list[int] = []
    held = 0
    for number, size in sizes:
        if group and held + size > CHUNK_BYTES:
            yield group
            group, held = [], 0
        group.append(number)
        held += size
    if group:
        yield group
