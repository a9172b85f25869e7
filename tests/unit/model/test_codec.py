"""Records to plain values and back: strict, one form, limits."""

import json
from dataclasses import replace

import pytest

from fieldlog.errors import MalformedRecord
from fieldlog.model.codec import RECORD_TYPES, decode, decode_as, decode_tolerant, encode, specs_of
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.kinds import MAX_ITEMS, MAX_NARRATIVE
from fieldlog.model.person import Person
from fieldlog.model.rules import validate
from fieldlog.vocabulary.loader import is_term
from support.sample_records import every_record, full, least


def refused(plain):
    with pytest.raises(MalformedRecord) as caught:
        decode(plain)
    return caught.value.reason


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_every_field_survives(record):
    """A record with every field filled comes back equal, also through JSON text."""
    assert decode(json.loads(json.dumps(encode(record)))) == record


@pytest.mark.parametrize("name", RECORD_TYPES)
def test_least_record(name):
    """A record with only its required fields has no others in its plain form."""
    record = least(RECORD_TYPES[name])
    assert decode(encode(record)) == record
    assert {"type", "schema"} | {spec.name for spec in specs_of(RECORD_TYPES[name]) if spec.required} <= set(
        encode(record)
    )


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_sample_terms_exist(record):
    """Every coded field of a full record is known to the vocabularies."""
    assert not [problem for problem in validate(record, known_term=is_term) if problem.code == "unknown-term"]


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_every_required_field_is_required(record):
    """Without any one of its required fields there is no record."""
    for spec in specs_of(type(record)):
        if spec.required:
            plain = encode(record)
            del plain[spec.name]
            assert refused(plain) == "missing-field"


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_wrong_types_are_refused(record):
    """No field takes a value of another JSON type."""
    for name, value in encode(record).items():
        others = [1.5, float("nan"), 10**30, "\x00" * 300_000, ["x", 1], {"X": {}}, [[]]]
        others += [] if isinstance(value, bool) else [True]
        others += [] if isinstance(value, int) else [1]
        for other in others:
            with pytest.raises(MalformedRecord):
                decode({**encode(record), name: other})


def test_unknown_fields_are_refused_but_can_be_put_aside():
    """An unknown field at any depth is refused; the tolerant reader names it and ignores it (J09)."""
    plain = encode(full(Incident))
    plain["later"] = 1
    plain["place"]["mood"] = "x"
    assert refused(plain) == "unknown-field"
    record, unknown = decode_tolerant(plain)
    assert record == full(Incident)
    assert sorted(unknown) == ["later", "place.mood"]


def test_other_versions():
    """A later minor version is read by the tolerant reader only; anything else by none."""
    plain = encode(full(Incident))
    assert decode_tolerant({**plain, "schema": "1.7"}) == (full(Incident), ("schema",))
    assert refused({**plain, "schema": "1.7"}) == "unknown-field"
    for schema in ("2.0", "1.00", "1.", 1, None, "1.0\n"):
        assert refused({**plain, "schema": schema}) == "unknown-schema"
    for name in ("case", None, 3, []):
        assert refused({**plain, "type": name}) == "unknown-type"
    for other in (None, [], "x", 1):
        assert refused(other) == "not-an-object"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"narrative": {"text": "x" * (MAX_NARRATIVE + 1), "lang": "ru"}}, "too-long"),
        ({"narrative": {"text": "\ud800", "lang": "ru"}}, "bad-text"),
        ({"narrative": {"text": "e\u0301", "lang": "ru"}}, "bad-text"),
        ({"narrative": {"text": "x", "lang": "русский"}}, "bad-form"),
        ({"narrative": "x"}, "not-an-object"),
        ({"rev": 0}, "out-of-range"),
        ({"rev": True}, "not-a-whole-number"),
        ({"rev": 1.0}, "not-a-whole-number"),
        ({"code": "INC-ILOU00"}, "bad-form"),
        ({"code": "P-7K2M4Q\n"}, "bad-form"),
        ({"created_at": "2026-01-12T14:05:00+05:00"}, "too-long"),
        ({"grounds": {}}, "not-a-list"),
        ({"grounds": [{"code": "SO"}] * (MAX_ITEMS + 1)}, "too-many-items"),
        ({"absent": []}, "not-an-object"),
        ({"absent": {"A": "unknown"}}, "bad-form"),
        ({"absent": {"place": 1}}, "not-text"),
        ({"when": {"start": "2026-02-30"}}, "bad-date"),
        ({"when": {"start": 2026}}, "not-text"),
        ({"when": {"start": "2026-01-02", "end": "2026-01-01"}}, "bad-date"),
        ({"when": {"approx": True}}, "bad-date"),
        ({"when": {"start": "2026", "approx": 1}}, "not-yes-or-no"),
        ({"when": {"start": "2026", "clock": "25:00"}}, "bad-form"),
        ({"created_at": "2026-01-12T25:05:00Z"}, "bad-form"),
    ],
)
def test_limits(change, reason):
    """Each limit has its reason; nothing of the record is in the error."""
    plain = {**encode(full(Incident)), **change}
    assert refused(plain) == reason


def test_too_many_absences():
    """The reasons for absence have a limit as well."""
    many = {"a" + "".join(chr(97 + int(d)) for d in f"{i:04}"): "unknown" for i in range(MAX_ITEMS + 1)}
    assert refused({**encode(full(Incident)), "absent": many}) == "too-many-items"


def test_what_stays_in_the_vault():
    """The original name of a file is in the vault's form and never in the one that leaves."""
    evidence = full(Evidence, code="EV-4T8K2M")
    assert encode(evidence)["original_name"]
    assert "original_name" not in encode(evidence, leaving=True)


def test_only_what_can_be_read_is_written():
    """A record built with a value beyond its limits is not encoded."""
    for broken in (replace(full(Person), rev=0), replace(full(Person), code="nobody")):
        with pytest.raises(MalformedRecord):
            encode(broken)
        with pytest.raises(MalformedRecord):
            encode(broken, leaving=True)
    with pytest.raises(MalformedRecord, match="not-a-record"):
        encode(replace(full(Person), roles=["victim"]))


def test_decode_as():
    """Where only one type may be, another is refused."""
    assert decode_as(Person, encode(full(Person))) == full(Person)
    with pytest.raises(MalformedRecord):
        decode_as(Incident, encode(full(Person)))
