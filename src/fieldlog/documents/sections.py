"""A dossier as headings, labelled values and texts in one language; both reports print exactly this.

Values are as recorded and not yet safe to show: each report makes them visible and escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Final

from fieldlog.documents.dossier import Dossier
from fieldlog.documents.when_text import describe_date, describe_when
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate
from fieldlog.i18n.labels import label, title
from fieldlog.model.base import Note, PeopleRange, Record, Text
from fieldlog.model.codec import specs_of
from fieldlog.model.consent import Consent, Scopes
from fieldlog.model.evidence import Evidence
from fieldlog.model.when import EdtfDate, When

_RECORD_TITLES: Final = {
    "act": N_("What was done"),
    "person": N_("Person or group"),
    "involvement": N_("Who did it"),
    "consent": N_("Consent"),
    "source": N_("Source"),
    "detention": N_("Detention"),
    "treatment": N_("Treatment"),
    "step": N_("Step taken"),
    "evidence": N_("File"),
}

_FIELDS: Final = {
    "when": N_("When"),
    "text": N_("Where"),
    "victim": N_("Affected person"),
    "act": N_("Act"),
    "person": N_("Person"),
    "people_affected": N_("People affected"),
    "size": N_("How many"),
    "path": N_("File"),
    "media_type": N_("Kind of file"),
    "bytes": N_("Size in bytes"),
    "captured_when": N_("Taken"),
    "conditions": N_("Conditions"),
    "date": N_("Date"),
    "stated_reason": N_("Reason that was given"),
    "law_cited": N_("Law that was cited"),
    "bias_indicators": N_("Signs of bias"),
    "account_verbatim": N_("Account in their own words"),
    "descriptor": N_("Description"),
    "party": N_("Party"),
    "plate": N_("Number plate"),
    "given_when": N_("Date of consent"),
    "country": N_("Country"),
    "region": N_("Region"),
    "settlement": N_("Town or village"),
    "language": N_("Language"),
    "uniform": N_("Uniform"),
    "unit": N_("Unit"),
    "rank": N_("Rank"),
    "badge": N_("Badge"),
    "mask": N_("Mask"),
    "appearance": N_("Appearance"),
    "count": N_("How many"),
    "relation_to_victim": N_("Relation to the affected person"),
    "would_recognise": N_("Would be recognised"),
    "effects_physical": N_("Effects on the body"),
    "effects_psych": N_("Effects on the mind"),
    "age_at_time": N_("Age at the time"),
    "occupation": N_("Occupation"),
    "activity": N_("Activity"),
    "birth": N_("Birth"),
    "nationality": N_("Nationality"),
    "languages": N_("Languages"),
    "safe_contact_rule": N_("Safe contact"),
    "may_share_photos": N_("Photos may be shared"),
    "may_share_medical": N_("Medical facts may be shared"),
    "valid_until": N_("Valid until"),
    "withdrawn_at": N_("Withdrawn"),
    "withdrawn_scope": N_("What was withdrawn"),
    "change_note": N_("Change"),
    "derived_from": N_("Made from"),
    "captured_by": N_("Taken by"),
    "capture_basis": N_("How it was taken"),
}
"""Fields with a name of their own; a coded field is called as its vocabulary, any other by its field name."""

_LEFT_OUT: Final = frozenset(
    {"id", "code", "rev", "supersedes", "created_at", "absent", "narrative", "incident", "sha256", "about"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled value. ``long`` values are somebody's own words and keep their line ends."""

    label: str
    value: str
    long: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One record: its title, its code, its rows; a file also has its path inside ``data/``."""

    title: str
    code: str
    rows: tuple[Row, ...]
    file: str | None = None


def head_rows(dossier: Dossier, language: str | None = None) -> tuple[Row, ...]:
    """The facts of the incident itself, without its narrative."""
    return tuple(_rows(dossier.incident, language))


def sections_of(dossier: Dossier, language: str | None = None) -> tuple[Section, ...]:
    """Every other record of the dossier."""
    records: tuple[Record, ...] = (
        *dossier.acts,
        *dossier.involvements,
        *dossier.persons,
        *dossier.consents,
        *dossier.sources,
        *dossier.detentions,
        *dossier.treatments,
        *dossier.steps,
        *dossier.evidence,
    )
    return tuple(
        Section(
            title=translate(_RECORD_TITLES[record.type], language=language),
            code=record.code,
            rows=tuple(_rows(record, language)),
            file=record.path if isinstance(record, Evidence) else None,
        )
        for record in records
    )


def _rows(owner: object, language: str | None) -> Iterator[Row]:
    for spec in specs_of(type(owner)):  # type: ignore[arg-type]
        value = getattr(owner, spec.name)
        if (
            (spec.name in _LEFT_OUT and isinstance(owner, Record))
            or spec.vault_only
            or value is None
            or value in ((), "")
        ):
            continue
        name = _field_name(spec.name, spec.term, language)
        items = value if spec.many else (value,)
        if isinstance(items[0], Scopes):
            yield from _scopes(items[0], language)
        elif spec.many and not is_dataclass(items[0]):
            shown = [_shown(item, spec.term, language) for item in items]
            yield Row(label=name, value=", ".join(shown))
        else:
            for item in items:
                yield from _row(name, item, spec.term, language)


def _row(name: str, value: object, term: str | None, language: str | None) -> Iterator[Row]:
    if isinstance(value, (Text, Note)):
        if value.text:
            yield Row(label=name, value=value.text, long=True)
    elif is_dataclass(value) and not isinstance(value, (When, EdtfDate, PeopleRange)):
        yield from _rows(value, language)
    else:
        yield Row(label=name, value=_shown(value, term, language))


def _scopes(scopes: Scopes, language: str | None) -> Iterator[Row]:
    for field in fields(scopes):
        answer = label("consent_answer", getattr(scopes, field.name), language)
        yield Row(label=label("consent_scope", field.name, language), value=answer)


def _field_name(name: str, term: str | None, language: str | None) -> str:
    if term not in {None, "tri"}:
        return title(str(term), language)
    if name in _FIELDS:
        return translate(_FIELDS[name], language=language)
    return name.replace("_", " ")


def _shown(value: object, term: str | None, language: str | None) -> str:
    if isinstance(value, When):
        return describe_when(value, language)
    if isinstance(value, EdtfDate):
        return describe_date(value, language)
    if isinstance(value, PeopleRange):
        most = "+" if value.max is None else "" if value.max == value.min else f"–{value.max}"
        return f"{value.min}{most}"
    if term is not None:
        return f"{label(term, str(value), language)} [{value}]"
    return str(value)


def consent_summary(dossier: Dossier, language: str | None = None) -> tuple[str, ...]:
    """One line per person: the code and what they agreed to, for the top of a report."""
    return tuple(_consent_line(consent, language) for consent in dossier.consents)


def _consent_line(consent: Consent, language: str | None) -> str:
    return f"{consent.person}: {label('consent', consent.preset, language)} [{consent.preset}]"
