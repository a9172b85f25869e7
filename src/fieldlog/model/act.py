"""The act: one violation against one victim in one incident (data-model section 1.3, decision 1).

Legal articles, categories and assessments are the organisation's and have no field here on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Note, Place, Record
from fieldlog.model.kinds import Bounds, RecordCode, ShortText, Term
from fieldlog.model.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Record):
    """What was done to whom. ``victim`` is a person's code; a group is a person of kind ``group``."""

    type: ClassVar[str] = "act"

    incident: RecordCode
    victim: RecordCode
    violation: Annotated[str, Term("violation")] = "UNK-00"
    when: When | None = None
    place: Place | None = None
    methods: tuple[Annotated[str, Term("method")], ...] = ()
    methods_text: ShortText | None = None
    stated_reason: Note | None = None
    law_cited: Note | None = None
    effects_physical: Note | None = None
    effects_psych: Note | None = None
    age_at_time: Annotated[int, Bounds(0, 130)] | None = None
    age_band: Annotated[str, Term("age_band")] | None = None
    status_after: Annotated[str, Term("status_after")] | None = None
