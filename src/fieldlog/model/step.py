"""Step: what was tried for help or justice, and with what result (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Record
from fieldlog.model.kinds import Name, RecordCode, ShortText, Term, Tri
from fieldlog.model.when import EdtfDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Record):
    """One complaint, appeal or other step, or the reason why none was taken."""

    type: ClassVar[str] = "step"

    incident: RecordCode
    person: RecordCode | None = None
    kind: Annotated[str, Term("step")]
    by: ShortText | None = None
    to: ShortText | None = None
    date: EdtfDate | None = None
    reference_no: Name | None = None
    result: Annotated[str, Term("result")] | None = None
    documents: tuple[RecordCode, ...] = ()
    reason_not_taken: ShortText | None = None
    reprisal_after: Tri | None = None
