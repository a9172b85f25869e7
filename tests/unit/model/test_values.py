"""Codes, dates, folding, consent, rules, quick capture: the small values."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fieldlog.errors import MalformedRecord, TextTooLong, UnknownTerm, UnreadableDate
from fieldlog.model.base import PeopleRange, Text
from fieldlog.model.capturing import reading_of_when, records_of
from fieldlog.model.codec import decode, encode
from fieldlog.model.consent import Consent, Scopes, Sealing, may_seal, scopes_of
from fieldlog.model.evidence import Evidence
from fieldlog.model.fold import fold
from fieldlog.model.ids import PREFIXES, is_code, new_code, new_uuid, read_code
from fieldlog.model.incident import Incident
from fieldlog.model.kinds import MAX_NARRATIVE
from fieldlog.model.person import Person
from fieldlog.model.quick import MAX_DRAFT, QuickCapture, Victims, read_victims
from fieldlog.model.rules import Severity, validate
from fieldlog.model.text import clean
from fieldlog.model.when import EdtfDate, When
from fieldlog.vocabulary.loader import is_term
from support.bounded import output_of
from support.sample_records import full, least

NOW = datetime(2026, 3, 2, 17, 15, 30, tzinfo=UTC)
LOCAL = datetime(2026, 3, 2, 22, 15, 30)  # noqa: DTZ001 - local time without a zone is what the form has


def source(seed=1):
    return random.Random(seed).randbytes


# --- identifiers ---


def test_codes_are_random_and_well_formed():
    """A code is its prefix and six characters, each of which can be anything of the alphabet."""
    codes = {new_code("INC", random_bytes=source(seed)) for seed in range(300)}
    assert len(codes) == 300
    assert {letter for code in codes for letter in code[4:]} == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert all(is_code(code, "INC") and not is_code(code, "P") for code in codes)
    assert new_code("P", random_bytes=lambda n: b"\xff" * n) == "P-ZZZZZZ"
    assert new_code("P", random_bytes=lambda n: b"\x00" * n) == "P-000000"
    assert is_code(new_code("EV"), "EV")


def test_uuid_tells_nothing():
    """Identifiers are version 4: no time, no machine."""
    assert new_uuid(random_bytes=lambda n: b"\xff" * n) == "ffffffff-ffff-4fff-bfff-ffffffffffff"
    assert new_uuid() != new_uuid()


@pytest.mark.parametrize(
    "typed",
    ["P-9QW2X1", "p-9qw2x1", "9qw2x1", " p 9qw2xl ", "P\u20139QW2XI", "\u0420-9QW2\u04251", "P9QW2X1"],
)
def test_codes_as_people_type_them(typed):
    """Any case, without prefix, with look-alike letters and a Cyrillic keyboard."""
    assert read_code(typed, "P") == "P-9QW2X1"


@pytest.mark.parametrize(
    "typed", ["", "P-", "INC-9QW2X1", "P-9QW2X", "P-9QW2XU", "P-9QW2X11", "\u0416-9QW2X1"]
)
def test_what_is_no_code(typed):
    """Anything else is refused."""
    with pytest.raises(MalformedRecord):
        read_code(typed, "P")


def test_fold_joins_what_people_mix_up():
    """ё and е, and Kazakh letters and their Russian neighbours, are found by each other."""
    assert fold("Ёлка ҚАРАША әғңөұүһі") == "елка караша агноуухи"
    assert fold("e\u0301") == "\u00e9"


# --- dates ---


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28)),
        ("2024-02~", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-11-03?", date(2025, 11, 3), date(2025, 11, 3)),
        ("2025-11-XX%", date(2025, 11, 1), date(2025, 11, 30)),
        ("2025-XX-XX", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_edtf_dates(text, earliest, latest):
    """Every form of the subset keeps its text and knows its first and last day."""
    read = EdtfDate.parse(text)
    assert (str(read), read.earliest, read.latest) == (text, earliest, latest)
    assert (read.about, read.unsure) == (text[-1] in "~%", text[-1] in "?%")
    assert str(read.with_about()).rstrip("~%") == text.rstrip("~?%")


@pytest.mark.parametrize(
    "text",
    ["", "25", "2025-13", "2025-00", "2025-1", "2025-02-30", "2025-11-00", "2025-XX", "2025-XX-03", "0000",
     "2025-11-03~?", "2025-11-3", "y2025", "2025-24", "198X", "2025-11-03T21:00", "٢٠٢٥", "2025-11-03\n"],
)  # fmt: skip
def test_not_in_the_subset(text):
    """Everything else of EDTF, and everything that is no date, is refused."""
    with pytest.raises(UnreadableDate):
        When.from_edtf(text)


def test_xx_is_not_zero():
    """ "00" is not another way to write "XX"."""
    with pytest.raises(UnreadableDate):
        EdtfDate.parse("2025-00-00")


@pytest.mark.parametrize("text", ["2025", "2025-11-03~/2025-11", "2025-11-03/..", "../2025-11-03"])
def test_when_as_edtf(text):
    """A time and its EDTF string are the same thing."""
    assert When.from_edtf(text).edtf == text


def test_bounds_and_order_of_times():
    """An open end has no last day, an open beginning no first; both can be sorted."""
    since, until = When.from_edtf("2025-11-03/.."), When.from_edtf("../2025-11-05")
    assert (since.earliest, since.latest) == (date(2025, 11, 3), None)
    assert (until.earliest, until.latest) == (None, date(2025, 11, 5))
    evening = When(start=EdtfDate(2025, 11, 4), clock="evening")
    clock = When(start=EdtfDate(2025, 11, 4), clock="17:00")
    assert sorted([until, evening, clock, since], key=lambda when: when.sort_key) == [
        since,
        clock,
        evening,
        until,
    ]
    assert (evening.part_of_day, clock.part_of_day) == ("evening", None)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"start": EdtfDate(2025, 2), "end": EdtfDate(2025, 1)},
        {"start": EdtfDate(2025), "end": EdtfDate(2026), "ongoing": True},
        {"end": EdtfDate(2026), "ongoing": True},
        {"start": EdtfDate(2025), "clock": "9:00"},
        {"start": EdtfDate(2025), "clock": ""},
        {"start": EdtfDate(2025), "end_clock": "evening"},
    ],
)
def test_contradictory_times(values):
    """A time that contradicts itself cannot exist."""
    with pytest.raises(UnreadableDate):
        When(**values)


# --- text ---


def test_clean_text():
    """One Unicode form and one line end; control characters stay, lone surrogates cannot."""
    assert clean(" e\u0301\r\nb\rc\ud800\x1b ") == "\u00e9\nb\nc\ufffd\x1b"
    assert clean(" a ", strip=False) == " a "


@pytest.mark.parametrize("marks", ["\u0323\u0301", "\u0301\u0323", "\u0f73\u0f75", "\u0344"])
def test_marks_without_end_are_cleaned_without_hanging(marks):
    """A letter with hundreds of thousands of marks is taken as it is, within a bounded amount of work."""
    program = (
        "import sys\n"
        "from fieldlog.model.text import clean\n"
        "text = clean(sys.stdin.buffer.read().decode())\n"
        "print(clean(text) == text, len(text.replace(chr(0x34F), '')) > 300_000)\n"
    )
    assert output_of(program, ("x" + marks * 200_000).encode()) == "True True\n"


def test_own_marks_are_kept_and_foreign_ones_refused():
    """Own text loses no mark; a record of somebody else with marks without end is refused at once."""
    typed = "x" + "\u0323\u0301" * 40
    kept = clean(typed)
    assert kept == clean(kept)
    assert kept.replace("\u034f", "").count("\u0301") == 40
    record = replace(full(Incident), narrative=Text(text=kept))
    plain = encode(record)
    assert decode(plain) == record
    with pytest.raises(MalformedRecord) as caught:
        decode({**plain, "narrative": {"text": typed}})
    assert caught.value.reason == "bad-text"


# --- consent ---


def test_ladder_of_presets():
    """Each step of the ladder adds one scope; media and recontact stay questions of their own."""
    asked = ["store", "share_org", "anonymous_use", "un_confidential", "un_to_state", "public_summary"]
    for height, preset in enumerate(["C1", "C2", "C3", "C4", "C5", "C6"], 1):
        scopes = scopes_of(preset)
        assert [getattr(scopes, name) for name in asked] == ["yes"] * height + ["no"] * (6 - height)
        assert (scopes.media, scopes.recontact) == ("not_asked", "not_asked")
    assert scopes_of("C0") == Scopes()
    assert scopes_of("CU") == Scopes(store="yes")
    assert set(encode_scopes(scopes_of("CX"))) == {"no"}
    with pytest.raises(UnknownTerm):
        scopes_of("C9")


def encode_scopes(scopes):
    return [getattr(scopes, name) for name in Scopes.__slots__]


def consent_of(preset, **changes):
    return replace(least(Consent, code="CON-7K2M4Q"), preset=preset, scopes=scopes_of(preset), **changes)


@pytest.mark.parametrize("urgency", ["U0", "U1", "U2", "U3", "UX"])
def test_may_seal(urgency):
    """Not asked blocks; present danger asks for a confirmation; a refusal is never overridden."""
    unasked = Sealing.NEEDS_CONFIRMATION if urgency in {"U2", "U3"} else Sealing.BLOCKED
    assert may_seal(None, urgency) is unasked
    assert may_seal(consent_of("C0"), urgency) is unasked
    assert may_seal(consent_of("CU"), urgency) is unasked
    assert may_seal(consent_of("C1"), urgency) is Sealing.BLOCKED
    assert may_seal(consent_of("CX"), urgency) is Sealing.BLOCKED
    for preset in ("C2", "C3", "C4", "C5", "C6"):
        assert may_seal(consent_of(preset), urgency) is Sealing.ALLOWED
    withdrawn = consent_of("C6", withdrawn_at="2026-01-12T14:05:00Z")
    assert may_seal(withdrawn, urgency) is Sealing.BLOCKED


# --- who was hurt ---


@pytest.mark.parametrize(
    ("typed", "victims"),
    [
        ("", Victims(at_least=1, at_most=1)),
        ("3", Victims(at_least=3, at_most=3)),
        (" 3 - 5 ", Victims(at_least=3, at_most=5)),
        ("3\u20135", Victims(at_least=3, at_most=5)),
        ("20+", Victims(at_least=20, at_most=None)),
        ("0", Victims(at_least=0, at_most=0)),
        ("P-9QW2X1", Victims(codes=("P-9QW2X1",))),
        ("p-9qw2x1, P-ABCDEF", Victims(codes=("P-9QW2X1", "P-ABCDEF"))),
        ("P-9QW2X1 P-ABCDEF", Victims(codes=("P-9QW2X1", "P-ABCDEF"))),
        ("P-9QW2X1,", Victims(codes=("P-9QW2X1",))),
        ("P-9QW2X1, P-9QW2X1", Victims(codes=("P-9QW2X1",))),
        ("P-9QW2X1, 2", Victims(codes=("P-9QW2X1",), at_least=2, at_most=2)),
        ("P-9QW2X1 2", Victims(codes=("P-9QW2X1",), at_least=2, at_most=2)),
        ("2, P-9QW2X1", Victims(codes=("P-9QW2X1",), at_least=2, at_most=2)),
    ],
)
def test_read_victims(typed, victims):
    """Codes, numbers and ranges in any order."""
    assert read_victims(typed) == victims


@pytest.mark.parametrize(
    "typed", ["многие", "5-3", "3, 4", "P-", "INC-9QW2X1", "-1", "3++", "1e5", "99999999"]
)
def test_unreadable_victims(typed):
    """Anything else is refused as a whole."""
    with pytest.raises(MalformedRecord, match="people"):
        read_victims(typed)


# --- quick capture ---


def test_a_draft_survives_half_typed():
    """Whatever was typed so far can be saved and read back."""
    draft = QuickCapture(
        what="\x00 Две", when="вчера око", who="P-", where="[red]", anchor="2026-03-02T22:15"
    )
    assert QuickCapture.from_plain(draft.to_plain()) == draft
    assert QuickCapture.from_plain({}) == QuickCapture()
    assert QuickCapture.begun(LOCAL).is_empty
    assert QuickCapture(what=" \n", where=" ").is_empty
    assert not QuickCapture(what=" ", urgency="U3").is_empty
    assert not draft.is_empty


@pytest.mark.parametrize("plain", [{"other": ""}, {"what": 1}, {"what": "x" * (MAX_DRAFT + 1)}])
def test_what_is_no_draft(plain):
    """A stored draft with other fields, types or sizes is refused."""
    with pytest.raises(MalformedRecord):
        QuickCapture.from_plain(plain)


def test_relative_words_keep_their_day():
    """ "Yesterday" means the day before it was typed, however late the draft is finished."""
    draft = QuickCapture.begun(LOCAL).with_when("вчера 21:00", LOCAL)
    later = datetime(2026, 3, 9, 8, 0)  # noqa: DTZ001
    assert draft.with_when("вчера 21:00", later) is draft
    assert reading_of_when(draft, local_now=later).edtf == "2026-03-01"
    assert reading_of_when(replace(draft, anchor=""), local_now=later).edtf == "2026-03-08"
    assert reading_of_when(replace(draft, anchor="2026-02-31T00:00"), local_now=later).edtf == "2026-03-08"
    assert reading_of_when(QuickCapture.begun(LOCAL), local_now=later).sort_key == "2026-03-02T22:15"


def make(capture, **values):
    return records_of(
        capture, code="INC-7K2M4Q", now=NOW, local_now=LOCAL, tz="Asia/Almaty",
        random_bytes=source(repr((capture, values))), **values,
    )  # fmt: skip


def test_only_the_text_is_needed():
    """One sentence makes an incident, one person without a name, an act, an involvement and consent C0."""
    made = make(QuickCapture(what="  Остановили на улице. "))
    assert made.incident.narrative == Text(text="Остановили на улице.")
    assert made.incident.when.assumed
    assert made.incident.people_affected == PeopleRange(min=1, max=1)
    (person,), (act,), (involvement,), (consent,) = made.persons, made.acts, made.involvements, made.consents
    assert (person.kind, person.roles, person.size) == ("individual", ("victim",), None)
    assert (act.incident, act.victim, act.violation) == ("INC-7K2M4Q", person.code, "UNK-00")
    assert (involvement.act, involvement.perp, involvement.state_link) == (act.code, "UNK", "unknown")
    assert (consent.person, consent.preset, consent.scopes) == (person.code, "C0", Scopes())
    assert made.incident.created_at == "2026-03-02T17:15:30Z"
    assert len({record.id for record in made.all}) == len({record.code for record in made.all}) == 5
    for record in made.all:
        assert decode(encode(record)) == record
        assert not [p for p in validate(record, known_term=is_term) if p.severity is Severity.ERROR]


def test_a_full_capture():
    """Every answer arrives in its record."""
    made = make(
        QuickCapture(what="x", when="вчера 21:00", where=" Алматы ", place_type="STRT", who="3-5",
                     perpetrator="POL", family="LIB", urgency="U2", consent="C3"),
        language="ru",
    )  # fmt: skip
    assert (made.incident.place.text, made.incident.place.type) == ("Алматы", "STRT")
    assert (made.incident.urgency, made.incident.narrative.lang) == ("U2", "ru")
    assert (made.persons[0].kind, made.persons[0].size) == ("group", PeopleRange(min=3, max=5))
    assert made.acts[0].violation == "LIB-00"
    assert (made.involvements[0].perp, made.involvements[0].state_link) == ("POL", "official")
    assert made.consents[0].scopes == scopes_of("C3")


def test_picked_persons():
    """Picked persons get an act each; their consent is touched only when one was chosen."""
    capture = QuickCapture(what="x", who="P-9QW2X1, P-ABCDEF")
    made = make(capture)
    assert [act.victim for act in made.acts] == ["P-9QW2X1", "P-ABCDEF"]
    assert (made.persons, made.consents) == ((), ())
    assert made.incident.people_affected == PeopleRange(min=2, max=2)
    assert [c.person for c in make(replace(capture, consent="C2")).consents] == ["P-9QW2X1", "P-ABCDEF"]
    both = make(replace(capture, who="P-9QW2X1, 20+"))
    assert both.incident.people_affected == PeopleRange(min=21, max=None)
    assert [act.victim for act in both.acts] == ["P-9QW2X1", both.persons[0].code]


def test_revisions_keep_codes_and_change_only_what_changed():
    """A later save writes a new revision of what changed and leaves the rest as it was."""
    capture = QuickCapture(what="x", who="2", family="LIB", perpetrator="POL")
    first = make(capture)
    assert make(capture, previous=first).all == first.all
    second = make(replace(capture, what="y"), previous=first)
    assert (second.incident.rev, second.incident.supersedes) == (2, first.incident.id)
    assert second.incident.id != first.incident.id
    assert second.all[1:] == first.all[1:]
    third = make(replace(capture, who="3", family="TRT", perpetrator="FAM", consent="C2"), previous=second)
    assert [record.rev for record in third.all] == [3, 2, 2, 2, 2]
    assert [record.code for record in third.all] == [record.code for record in first.all]


def test_a_finer_kind_is_kept():
    """Details added in the full form are not thrown away by the quick one."""
    capture = QuickCapture(what="x", family="LIB")
    first = make(capture)
    finer = replace(first, acts=(replace(first.acts[0], violation="LIB-07"),))
    assert make(capture, previous=finer).acts[0].violation == "LIB-07"
    assert make(replace(capture, family="TRT"), previous=finer).acts[0].violation == "TRT-00"


def test_new_person_beside_earlier_picked_ones():
    """A revision can add a person, and one that had none can get one."""
    first = make(QuickCapture(what="x", who="P-9QW2X1"))
    second = make(QuickCapture(what="x", who="P-9QW2X1, 1"), previous=first)
    assert len(second.persons) == len(second.consents) == 1
    assert second.acts[0] == first.acts[0]


@pytest.mark.parametrize(
    ("capture", "error"),
    [
        (QuickCapture(what="x", when="завтра"), UnreadableDate),
        (QuickCapture(what="x", who="все"), MalformedRecord),
        (QuickCapture(what="x" * 200_001), TextTooLong),
        (QuickCapture(what="x", consent="C9"), UnknownTerm),
    ],
)
def test_captures_that_make_no_records(capture, error):
    """What cannot be read makes no records at all."""
    with pytest.raises(error):
        make(capture)


# --- rules ---


def found(record, **values):
    return {(problem.field, problem.code) for problem in validate(record, **values)}


def incident(**changes):
    return replace(least(Incident), **changes)


def test_rules_of_an_incident():
    """What is missing or doubtful in an incident is named."""
    bare = incident(narrative=Text(text=" "), when=When(start=EdtfDate(2026, 3), assumed=True))
    assert found(bare) == {
        ("narrative", "required"), ("when", "assumed"), ("place.text", "missing"), ("urgency", "missing"),
        ("when", "in-the-future"),
    }  # fmt: skip
    assert ("when", "long-ago") in found(incident(when=When(start=EdtfDate(1899))))
    assert not {code for field, code in found(incident(when=When(end=EdtfDate(1899)))) if field == "when"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ИИН 900101300123", "personal-number"),
        ("тел. +7 701 123-45-67", "phone-number"),
        ("8(701)1234567", "phone-number"),
        ("@someone_there", "handle"),
        ("a.b@example.org", "handle"),
        ("P-9QW2X1, 02.03.2026 21:00, 12 000", None),
    ],
)
def test_identifying_text_is_noticed(text, code):
    """Numbers and handles in free text are warned about; codes and dates are not."""
    codes = {c for f, c in found(incident(narrative=Text(text=text))) if f == "narrative.text"}
    assert codes == ({code, "phone-number"} if code == "personal-number" else {code} - {None})


@pytest.mark.parametrize("piece", ["x", "a@", "a.", "1", "1 ", "+7(", "@x", "-", "x\n", "я"])
def test_a_long_text_of_any_shape_is_looked_through(piece):
    """No shape of text, such as the letters of a pasted file, needs time that grows with its square: minutes, here."""
    text = (piece * MAX_NARRATIVE)[:MAX_NARRATIVE]
    assert ("narrative", "required") not in found(incident(narrative=Text(text=text)))


def test_rules_of_other_records():
    """Contradictions inside the other records are named."""
    person = least(Person, code="P-9QW2XY")
    assert found(person) == set()
    assert found(replace(person, kind="group")) == {("size", "missing")}
    assert found(replace(person, code="INC-9QW2XY")) == {("code", "wrong-kind")}
    evidence = least(Evidence, code="EV-4T8K2M")
    assert found(evidence) == set()
    assert found(replace(evidence, code="EV-000000")) == {("path", "contradiction")}
    assert found(replace(evidence, derived_from="P-9QW2XY")) == {("derived_from", "wrong-kind")}
    assert found(replace(person, roles=("king",)), known_term=is_term) == {("roles", "unknown-term")}
    act = make(QuickCapture(what="x")).acts[0]
    assert found(act) == {("violation", "missing")}


def test_rules_of_consent():
    """Scopes agree with their preset, and another's consent is noticed."""
    assert found(consent_of("C0")) == {("preset", "not-asked")}
    assert found(consent_of("C3")) == set()
    assert found(replace(consent_of("C3"), scopes=scopes_of("C2"))) == {("scopes", "contradiction")}
    assert found(replace(consent_of("C3"), preset="C9")) == set()
    assert found(replace(consent_of("CU"), scopes=scopes_of("C3"))) == set()
    assert found(consent_of("C3", given_by="relative")) == {("given_by", "given-by-another")}


def test_rules_of_absence():
    """A reason for absence names an empty field that exists."""
    base = incident()
    assert not {c for _f, c in found(replace(base, absent=(("place.geo", "unknown"),)))} & {"unknown-field"}
    assert ("narrative", "absent-but-given") in found(replace(base, absent=(("narrative", "unknown"),)))
    assert ("nowhere", "unknown-field") in found(replace(base, absent=(("nowhere", "unknown"),)))
    assert ("place.geo.lat", "unknown-field") not in found(
        replace(base, absent=(("place.geo.lat", "unknown"),))
    )


def test_prefixes_are_unique():
    """No two types share a prefix."""
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    assert full(Person).type == "person"
