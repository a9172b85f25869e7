"""Custody event: one link of the chain of who did what to which object (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Record
from fieldlog.model.kinds import Name, RecordCode, Sha256Hex, ShortText, Size, Term, Timestamp, Tri


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent(Record):
    """What happened to a record or file. ``prev_hash`` binds it to the event before; the first has none."""

    type: ClassVar[str] = "custody"

    seq: Size
    event: Annotated[str, Term("custody_event")]
    at_utc: Timestamp
    clock_ok: Tri = "unknown"
    actor: Name
    object: RecordCode
    object_sha256: Sha256Hex | None = None
    prev_hash: Sha256Hex | None = None
    note: ShortText | None = None
