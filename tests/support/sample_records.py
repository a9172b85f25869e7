"""Invented records that use every field of every type, for tests of codec, payload and reports."""

from dataclasses import MISSING, is_dataclass

from fieldlog.model.base import Absences
from fieldlog.model.codec import RECORD_TYPES, specs_of
from fieldlog.model.ids import PREFIXES
from fieldlog.model.when import EdtfDate, When
from fieldlog.vocabulary.loader import vocabulary

TEXTS = {
    "id": "6f0e0000-0000-4000-8000-000000000001",
    "supersedes": "6f0e0000-0000-4000-8000-000000000002",
    "created_at": "2026-01-12T14:05:00Z",
    "at_utc": "2026-01-12T14:05:00Z",
    "captured_at": "2026-01-12T14:05:00Z",
    "withdrawn_at": "2026-01-12T14:05:00Z",
    "lang": "kk-Latn",
    "language": "ru",
    "languages": "kk",
    "tz": "Asia/Almaty",
    "country": "KZ",
    "nationality": "KZ",
    "region": "KZ-75",
    "currency": "KZT",
    "lat": "43.2380",
    "lon": "-76.9",
    "path": "attachments/EV-4T8K2M.jpg",
    "media_type": "image/jpeg",
    "sha256": "ab" * 32,
    "object_sha256": "ab" * 32,
    "prev_hash": "ab" * 32,
    "page_hash": "ab" * 32,
    "sha512": "cd" * 64,
    "act": "ACT-3DF8RT",
    "incident": "INC-7K2M4Q",
    "object": "EV-4T8K2M",
    "documents": "EV-4T8K2M",
    "photos": "EV-4T8K2M",
    "derived_from": "EV-4T8K2M",
    "about": "INC-7K2M4Q",
}
REFERENCE = "P-9QW2XY"


def full(owner, *, code="INC-7K2M4Q"):  # noqa: C901 - one case per kind of field
    """A value of ``owner`` with every field filled."""
    if owner is When:
        return When(
            start=EdtfDate(2026, 1, 11), end=EdtfDate(2026, 1, 12, "~"), clock="23:40", end_clock="01:00"
        )
    values = {}
    for spec in specs_of(owner):
        if spec.value_type == Absences:
            one = (("place.geo", "withheld_for_safety"),)
        elif spec.name == "code" and "id" not in {other.name for other in specs_of(owner)} and not spec.term:
            one = code
        elif spec.term:
            one = vocabulary(spec.term).codes[0]
        elif spec.value_type is EdtfDate:
            one = EdtfDate(2025, 11, 3, "~")
        elif is_dataclass(spec.value_type):
            one = full(spec.value_type)
        elif spec.value_type is bool:
            one = True
        elif spec.value_type is int:
            one = spec.bounds.low + 2
        elif spec.name == "code":
            one = code
        elif spec.text.pattern == r"[A-Z]{1,3}-[0-9A-HJKMNP-TV-Z]{6}":
            one = TEXTS.get(spec.name, REFERENCE)
        else:
            one = TEXTS.get(spec.name, f"Өтініш {spec.name} №1")
        values[spec.name] = (one,) if spec.many else one
    return owner(**values)


def least(owner, *, code="INC-7K2M4Q"):
    """A value with only the required fields."""
    filled = full(owner, code=code)
    values = {spec.name: getattr(filled, spec.name) for spec in specs_of(owner) if spec.default is MISSING}
    return owner(**values)


CODES = {
    "incident": "INC-7K2M4Q", "act": "ACT-3DF8RT", "person": "P-9QW2XY", "evidence": "EV-4T8K2M",
}  # fmt: skip


def every_record():
    """One full record of each type."""
    return [
        full(record, code=CODES.get(name, f"{PREFIXES[name]}-0A1B2C"))
        for name, record in RECORD_TYPES.items()
    ]
