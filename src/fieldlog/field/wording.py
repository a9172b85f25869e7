"""What the list shows of an incident, what it is found by, and its form again where that was lost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import time

from fieldlog.errors import UnreadableDate
from fieldlog.model.act import Act
from fieldlog.model.base import Record
from fieldlog.model.incident import Incident
from fieldlog.model.involvement import Involvement
from fieldlog.model.person import Person
from fieldlog.model.quick import QuickCapture
from fieldlog.model.typed_when import read_typed_when
from fieldlog.model.when import When
from fieldlog.store.vault.incidents import Summary


def summary_of(capture: QuickCapture, incident: Incident | None) -> Summary:
    """What the list shows of an incident."""
    return Summary(
        title=capture.what,
        when=None if incident is None else incident.when,
        typed_when=capture.when,
        place=capture.where,
        family=capture.family,
        urgency=capture.urgency,
    )


def words_of(capture: QuickCapture, *codes: str) -> str:
    """What an incident is found by."""
    return "\n".join((capture.what, capture.where, capture.who, *codes))


class RecordedWording:
    """The wording of quick capture, for ``store.vault.salvage``."""

    def summary(self, capture: QuickCapture, incident: Incident | None) -> Summary:
        """What the list shows."""
        return summary_of(capture, incident)

    def words(self, capture: QuickCapture, codes: Sequence[str]) -> str:
        """What an incident is found by."""
        return words_of(capture, *codes)

    def rebuilt(self, records: Sequence[Record]) -> QuickCapture:
        """A form that says what the records say, for an incident whose typed form was lost.

        People are named by their codes, so that saving it again leaves them and what they agreed to as
        they are. A clock that the form cannot write beside its date stays in the record only.
        """
        answers: dict[str, str] = {}
        for record in records:
            if isinstance(record, Incident):
                answers |= {
                    "what": record.narrative.text,
                    "when": _typed(record.when),
                    "where": record.place.text,
                    "place_type": record.place.type,
                    "urgency": record.urgency,
                }
            elif isinstance(record, Act):
                answers["family"] = record.violation.partition("-")[0]
            elif isinstance(record, Involvement):
                answers["perpetrator"] = record.perp
        people = [record.code for record in records if isinstance(record, Person)]
        if people:
            answers["who"] = ", ".join(people)
        return QuickCapture(**answers)


def _typed(when: When) -> str:
    """A text that is read as ``when``, with its clock if there is one such text."""
    if when.start is not None and when.start.day and when.clock is not None:
        text = f"{when.start.earliest:%d.%m.%Y} {when.clock}"
        with suppress(UnreadableDate):
            read = read_typed_when(text, today=when.start.earliest, now=time(23, 59), tz=when.tz)
            if replace(when, approx=False, assumed=False) == read:
                return text
    return when.edtf
