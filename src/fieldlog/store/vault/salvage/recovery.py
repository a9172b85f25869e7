"""From a damaged vault into a fresh one: everything that verifies, and a report of what did not.

The damaged folder is only read. The fresh vault is filled before it appears, so that whatever ends this
early leaves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fieldlog import errors
from fieldlog.store.vault import folder, schema
from fieldlog.store.vault.findings import Findings, Recovered
from fieldlog.store.vault.incidents import Incidents
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.records import Records
from fieldlog.store.vault.salvage import keys, traces
from fieldlog.store.vault.salvage.attachments import Attachments, attached_bytes
from fieldlog.store.vault.salvage.batch import Batch
from fieldlog.store.vault.salvage.contents import INCIDENT_COST, Contents, Wording
from fieldlog.store.vault.salvage.keys import Unlocked
from fieldlog.store.vault.salvage.lines import Lines
from fieldlog.store.vault.salvage.others import Others
from fieldlog.store.vault.salvage.remains import Remains, open_remains
from fieldlog.store.vault.salvage.revisions import REVISION_COST, Revisions
from fieldlog.system.locking import FileLock

if TYPE_CHECKING:
    from fieldlog.primitives.secret import Secret
    from fieldlog.store.media import Progress
    from fieldlog.store.vault.making import NewVolume

_PAGE_COST: Final = 3_000
"""Bytes of an attachment that are taken over in the time of looking at one page."""

_NAMELESS: Final = ("incident", "incident-index")
"""Both ways to the list of incidents: where neither reads in full, some may be lost without a name."""


class Damaged:
    """A vault that may be damaged, opened for reading and kept from being opened by others."""

    def __init__(self, place: Path, unlocked: Unlocked, remains: Remains, findings: Findings) -> None:
        self.place = place
        self.unlocked = unlocked
        self.remains = remains
        self.findings = findings


@contextmanager
def opened(
    place: Path, *, secret: Secret, available_memory: int, keyfile: bytes | None = None
) -> Iterator[Damaged]:
    """Open a vault as far as that is possible, without changing anything in its folder.

    At the end the files of each pair have one time of last access, whichever of them was read.

    Raises:
        VaultMissing: there is none. VaultInUse: somebody has it open.
        VaultTooNew: a later version wrote it.
        CannotUnlock: wrong secret, or its slot is damaged.
        VaultDamaged: ``slots`` or ``database``: nothing that could be read is left of it.
        NotEnoughMemory: before or while the key is derived.
        EncryptionUnavailable: the storage engine is not what it has to be.
    """
    with locked(place):
        findings = Findings()
        unlocked = keys.unlock(
            place, secret=secret, available_memory=available_memory, keyfile=keyfile, findings=findings
        )
        try:
            remains = open_remains(place, unlocked, findings=findings)
            try:
                _require_known(place, remains)
                yield Damaged(place, unlocked, remains, findings)
            finally:
                remains.close()
        finally:
            if unlocked.header.wal_bytes:
                traces.even_out(place)
            unlocked.slot.payload.keys.wipe()
            unlocked.slot.slot_key.wipe()


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Keep other Fieldlogs out of a vault, where there is a header to hold.

    Raises:
        VaultInUse: somebody has it open.
    """
    lock: FileLock | None = None
    try:
        lock = FileLock(place / folder.HEADER_NAME)
    except errors.MachineError:
        # Without a header no Fieldlog opens it.
        lock = None
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def pour(damaged: Damaged, fresh: NewVolume, *, wording: Wording, progress: Progress | None) -> Recovered:
    """Take over everything that verifies into ``fresh``, which is empty and in nobody's sight yet.

    ``progress`` is called with what is done and what there is in all; what it raises ends everything.

    Raises:
        NoSpace: what is left does not fit.
        FieldlogError: another error of the fresh vault's storage.
    """
    remains, findings, tables = damaged.remains, damaged.findings, damaged.remains.tables
    remembered = damaged.unlocked.slot.payload.head
    pace = Pace(progress)
    pace.expect(remembered.count * REVISION_COST + remains.line_count() * INCIDENT_COST)
    pace.expect(attached_bytes(tables) + remains.page_count * _PAGE_COST)
    with Batch(fresh.database) as batch:
        lines = Lines(tables, batch, findings)
        lines.take_over()
        revisions = Revisions(tables, batch, lines, findings, pace)
        revisions.take_over(remembered=remembered.count)
        lines.discover()
        if set(_NAMELESS) <= tables.incomplete:
            findings.add("unnamed-lost")
        revisions.name_missing()
        attachments = Attachments(tables, remains.attached, fresh.media, batch, findings, pace)
        incidents = Incidents(fresh.database, Records(fresh.database))
        contents = Contents(tables, batch, incidents, wording, findings, pace)
        contents.take_over(attachments.take_over)
        others = Others(tables, batch, lines, findings)
        others.take_over()
    if older := remains.pages(pace, cost=_PAGE_COST).older:
        findings.add("older-pages", count=len(older))
    if _is_behind(damaged):
        findings.add("head-behind")
    pace.end()
    return Recovered(
        findings=findings.all(),
        incidents=contents.counted.incidents,
        changes=revisions.taken,
        versions=contents.counted.versions,
        drafts=contents.counted.drafts,
        attachments=attachments.taken,
        attachment_bytes=attachments.taken_bytes,
        cards=others.cards,
    )


def _require_known(place: Path, remains: Remains) -> None:
    """Check that no later version has changed the tables: what it wrote there would be lost.

    Raises:
        VaultTooNew: one has.
    """
    rows = remains.tables.rows("schema", "SELECT max(number) FROM schema_step")
    remains.tables.incomplete.discard("schema")
    if any(isinstance(number, int) and number > len(schema.STEPS) for (number,) in rows or ()):
        raise errors.VaultTooNew(str(place))


def _is_behind(damaged: Damaged) -> bool:
    """Whether the database is certainly older than the slot remembers."""
    rows = damaged.remains.tables.rows("head", "SELECT count, epoch FROM head")
    remembered = damaged.unlocked.slot.payload.head
    return any(
        isinstance(count, int)
        and isinstance(epoch, int)
        and (count < remembered.count or epoch < remembered.epoch)
        for count, epoch in rows or ()
    )
