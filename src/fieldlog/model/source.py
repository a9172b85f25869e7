"""Source: how we know it (data-model section 1.3). Reliability is judged by the organisation, not here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Record
from fieldlog.model.kinds import LanguageTag, RecordCode, ShortText, Term, Tri
from fieldlog.model.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Record):
    """One piece of information: who or what it came from, and under which circumstances."""

    type: ClassVar[str] = "source"

    incident: RecordCode
    party: RecordCode | None = None
    reference: ShortText | None = None
    basis: Annotated[str, Term("basis")] = "UNK"
    material: Annotated[str, Term("material")] | None = None
    obtained_at: When | None = None
    language: LanguageTag | None = None
    setting: ShortText | None = None
    interpreter: Tri | None = None
    others_present: ShortText | None = None
    reporter_certainty: Annotated[str, Term("certainty")] | None = None
