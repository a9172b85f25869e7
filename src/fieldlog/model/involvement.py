"""Involvement: who did it, for one act (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Record
from fieldlog.model.kinds import RecordCode, ShortText, Term, Tri


@dataclass(frozen=True, slots=True, kw_only=True)
class Involvement(Record):
    """One perpetrator of one act: a party's code, or a description, and at least a kind."""

    type: ClassVar[str] = "involvement"

    act: RecordCode
    party: RecordCode | None = None
    descriptor: ShortText | None = None
    perp: Annotated[str, Term("perpetrator")] = "UNK"
    state_link: Annotated[str, Term("state_link")] = "unknown"
    role: Annotated[str, Term("involvement_role")] | None = None
    count: ShortText | None = None
    uniform: ShortText | None = None
    unit: ShortText | None = None
    rank: ShortText | None = None
    badge: ShortText | None = None
    plate: ShortText | None = None
    mask: ShortText | None = None
    language: ShortText | None = None
    appearance: ShortText | None = None
    relation_to_victim: ShortText | None = None
    would_recognise: Tri | None = None
