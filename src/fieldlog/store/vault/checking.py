"""Looking at everything in a vault and saying all that is found, without changing one byte.

Files, slots, every page, the search index, the chain of revisions, lists and versions, and every attached
byte. It does not stop at the first finding, and what it cannot look at is a finding itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.primitives.secret import Secret
from fieldlog.store.media import Progress
from fieldlog.store.vault import chain, schema, slot_table
from fieldlog.store.vault.checking_contents import LINE_COST, REVISION_COST, Contents
from fieldlog.store.vault.checking_files import check_folder
from fieldlog.store.vault.checking_media import check_media
from fieldlog.store.vault.findings import Checked
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage import recovery
from fieldlog.store.vault.salvage.attachments import attached_bytes
from fieldlog.store.vault.salvage.recovery import Damaged
from fieldlog.store.vault.salvage.tables import Unreadable

_PAGE_COST: Final = 7_000
_ENGINE_COST: Final = 15_000
_SEARCH_COST: Final = 10_000
"""Bytes of an attachment that are checked in the time of one page: its tag, by the engine, in the index."""

_SEARCH: Final = "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)"


def check(
    place: Path,
    *,
    secret: Secret,
    available_memory: int,
    keyfile: bytes | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Look at everything that ``secret`` opens in the vault at ``place``.

    ``progress`` is called with what is done and what there is in all; what it raises ends the check.

    Raises:
        VaultMissing: there is none. VaultInUse: somebody has it open.
        VaultTooNew: a later version wrote it.
        CannotUnlock: wrong secret, or its slot is damaged.
        VaultDamaged: ``slots`` or ``database``: so damaged that nothing else can be looked at.
        NotEnoughMemory: before or while the key is derived.
        EncryptionUnavailable: the storage engine is not what it has to be.
        Cancelled: from ``progress``.
    """
    with recovery.opened(place, secret=secret, available_memory=available_memory, keyfile=keyfile) as damaged:
        return _check(damaged, progress)


def _check(damaged: Damaged, progress: Progress | None) -> Checked:
    findings, remains = damaged.findings, damaged.remains
    header = damaged.unlocked.header
    pace = _pace(damaged, progress)
    check_folder(damaged.place, header, findings)
    # An older schema is read as it is: a check does not migrate.
    steps = _check_schema(damaged)
    slots = _check_slots(damaged) if steps >= _STEP_OF_SLOTS else 0
    pages = remains.pages(pace, cost=_PAGE_COST)
    if pages.damaged:
        findings.add("pages-damaged", count=len(pages.damaged))
    if pages.older:
        findings.add("older-pages", count=len(pages.older))
    with remains.database.watched(pace.step):
        _check_engine(damaged, pace, found_pages=bool(pages.damaged))
    contents = Contents(remains.tables, findings, pace)
    contents.check(remembered=damaged.unlocked.slot.payload.head)
    media = check_media(remains, header, findings, pace)
    if remains.tables.incomplete:
        findings.add("tables-damaged", count=len(remains.tables.incomplete))
    pace.end()
    return Checked(
        findings=findings.all(),
        pages=pages.count,
        changes=contents.changes,
        incidents=contents.incidents,
        attachments=media.attachments,
        attachment_bytes=media.bytes,
        units=media.units,
        free_units=media.free_units,
        slots=slots,
    )


def _pace(damaged: Damaged, progress: Progress | None) -> Pace:
    """What there is to look at, as far as it is known beforehand."""
    remains = damaged.remains
    pace = Pace(progress)
    pace.expect(remains.page_count * (_PAGE_COST + _ENGINE_COST + _SEARCH_COST))
    pace.expect(damaged.unlocked.slot.payload.head.count * REVISION_COST)
    pace.expect(remains.line_count() * LINE_COST)
    pace.expect(attached_bytes(remains.tables))
    return pace


_STEP_OF_SLOTS: Final = next(step.number for step in schema.STEPS if step.name == "key slots")


def _check_schema(damaged: Damaged) -> int:
    """Compare the steps that were done with those that are known; returns how many."""
    rows = damaged.remains.tables.rows("schema", "SELECT number, name FROM schema_step ORDER BY number")
    if rows is None:
        return 0
    if rows != [(step.number, step.name) for step in schema.STEPS][: len(rows)]:
        damaged.findings.add("schema-damaged")
    return len(rows)


def _check_slots(damaged: Damaged) -> int:
    """Open every slot of this volume that its table knows; returns how many there are."""
    header, content = damaged.unlocked.header, damaged.unlocked.slots
    try:
        rows = slot_table.rows(damaged.remains.database)
    except Unreadable:
        damaged.remains.tables.incomplete.add("key_slot")
        return 0
    volume = damaged.unlocked.slot.payload.volume
    used = 0
    for index in slot_changes.slots_of(volume):
        of_slot = [row for row in rows if row.slot == index]
        sealed = slot_changes.digest_of(content, index)
        row = next((row for row in of_slot if row.sealed == sealed), None)
        if row is None and of_slot:
            damaged.findings.add("slot-damaged", code=str(index))
        elif row is not None and row.slot_key is not None:
            used += 1
            if not _opens(header, content, index, row.slot_key):
                damaged.findings.add("slot-damaged", code=str(index))
    return used


def _opens(header: VaultHeader, content: bytes, index: int, slot_key: Secret) -> bool:
    try:
        opened = keyslots.open_with(header, content, [slot_key] * keyslots.SLOT_COUNT)
    except (errors.CannotUnlock, errors.KeySlotError):
        return False
    opened.payload.keys.wipe()
    return opened.index == index


def _check_engine(damaged: Damaged, pace: Pace, *, found_pages: bool) -> None:
    """What the storage engine itself finds in tables, indexes and the search index."""
    findings, tables = damaged.findings, damaged.remains.tables
    found = tables.rows("integrity", "PRAGMA integrity_check(1000)")
    pace.step(damaged.remains.page_count * _ENGINE_COST)
    # Damaged pages break the tables on them; they are counted as pages already.
    if found is not None and found != [("ok",)] and not found_pages:
        findings.add("tables-damaged", count=len(found))
    tables.incomplete.discard("integrity")
    if found is None and not found_pages:
        findings.add("tables-damaged")
    if tables.rows("search", _SEARCH) is None:
        findings.add("search-damaged")
        tables.incomplete.discard("search")
    pace.step(damaged.remains.page_count * _SEARCH_COST)
    broken = tables.rows("links", "PRAGMA foreign_key_check")
    if broken:
        findings.add("links-broken", count=len(broken))
    try:
        chain.require_not_behind(damaged.remains.database, damaged.unlocked.slot.payload.head)
    except errors.HistoryAltered:
        findings.add("head-behind")
    except Unreadable:
        tables.incomplete.add("head")
