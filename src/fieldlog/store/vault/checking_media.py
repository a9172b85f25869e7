"""Every attached byte of a vault, decrypted and compared with its record, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fieldlog import errors
from fieldlog.formats.keyslots import VaultHeader
from fieldlog.model import codec
from fieldlog.model.evidence import Evidence
from fieldlog.store.hashing import Hashers
from fieldlog.store.media import StoredFile
from fieldlog.store.vault import plain
from fieldlog.store.vault.findings import Findings
from fieldlog.store.vault.pace import Pace
from fieldlog.store.vault.salvage.attachments import Differs, require_rows, require_same
from fieldlog.store.vault.salvage.remains import Remains
from fieldlog.store.vault.salvage.tables import Unreadable

_BUFFER_BYTES: Final = 1 << 20
_STORED: Final = "SELECT code, bytes FROM attachment"
_RECORD: Final = (
    "SELECT revision.content, revision.incident FROM current JOIN revision USING (seq) WHERE current.code = ?"
)
_WITHOUT: Final = (
    "SELECT membership.code, membership.incident FROM membership JOIN current USING (code) "
    "LEFT JOIN attachment ON attachment.code = membership.code "
    "WHERE type = 'evidence' AND attachment.code IS NULL"
)
_RUNS: Final = "SELECT attachment, position, first_unit, unit_count FROM media_run"


@dataclass(slots=True)
class CheckedMedia:
    """What was looked at."""

    attachments: int = 0
    bytes: int = 0
    units: int = 0
    free_units: int = 0


def check_media(remains: Remains, header: VaultHeader, findings: Findings, pace: Pace) -> CheckedMedia:
    """Decrypt every attachment in full, and look at the units."""
    checked = CheckedMedia()
    _check_units(remains, header, findings, checked)
    for code, _size in list(remains.tables.keyed("attachment", _STORED, order=("code",))):
        record, incident = _record(remains, code)
        if record is None:
            findings.add("attachment-without-record", code=str(code))
            continue
        checked.attachments += 1
        try:
            require_rows(remains.tables, record)
            require_same(_read(remains, record, pace), record)
            require_same(remains.attached.holding(record.code).facts(record.code), record)
        except Differs:
            findings.add("attachment-altered", code=record.code, incident=incident)
        except (*Unreadable, errors.UnknownRecord):
            findings.add("attachment-damaged", code=record.code, incident=incident)
        checked.bytes += record.bytes
    for code, incident in remains.tables.rows("attachment", _WITHOUT) or ():
        findings.add("record-without-attachment", code=str(code), incident=str(incident))
    return checked


def _check_units(remains: Remains, header: VaultHeader, findings: Findings, checked: CheckedMedia) -> None:
    """Compare the runs with each other and with the size of the file."""
    units = remains.media_bytes // header.unit_bytes
    taken: list[tuple[int, int, str]] = []
    for code, _position, first, count in remains.tables.keyed(
        "media_run", _RUNS, order=("attachment", "position")
    ):
        if not (isinstance(first, int) and isinstance(count, int) and first >= 0 and count > 0):
            findings.add("attachment-units", code=str(code))
            continue
        if first + count > units:
            findings.add("attachment-units", code=str(code))
        taken.append((first, first + count, str(code)))
    end = used = 0
    for first, after, code in sorted(taken):
        if first < end:
            findings.add("attachment-units", code=code)
        used += max(0, after - max(first, end))
        end = max(end, after)
    checked.units = units
    checked.free_units = max(0, units - used)


def _record(remains: Remains, code: object) -> tuple[Evidence | None, str]:
    rows = remains.tables.rows("revision", _RECORD, (code,)) if isinstance(code, str) else None
    for content, incident in rows or ():
        try:
            record = codec.decode(plain.from_bytes(content)) if isinstance(content, bytes) else None
        except (errors.RecordError, ValueError):
            record = None
        if isinstance(record, Evidence) and record.code == code:
            return record, str(incident)
    return None, ""


def _read(remains: Remains, record: Evidence, pace: Pace) -> StoredFile:
    """Read an attachment to its end; everything that comes out was authenticated."""
    with remains.attached.holding(record.code).open(record.code) as reader, Hashers() as hashers:
        while True:
            buffer = hashers.free_buffer(_BUFFER_BYTES)
            count = reader.readinto(buffer)
            if count == 0:
                break
            hashers.take(buffer, count)
            pace.step(count)
        digests = hashers.finish()
    return StoredFile(size=digests.size, sha256=digests.sha256, sha512=digests.sha512, crc32=digests.crc32)
