"""What a bundle holds for people to read: safe for every browser and terminal, complete, in three languages."""

import html.parser
import json
import re
from dataclasses import replace

import pytest

from fieldlog.documents import payload
from fieldlog.documents.dossier import dossiers_of
from fieldlog.documents.readme_text import readme_text
from fieldlog.documents.report_html import CONTENT_SECURITY_POLICY, report_html
from fieldlog.documents.report_text import report_text
from fieldlog.documents.schemas import DIALECT, schema_of
from fieldlog.documents.sections import Section
from fieldlog.documents.vocabularies import vocabularies_value
from fieldlog.documents.when_text import describe_when
from fieldlog.errors import MalformedRecord
from fieldlog.formats import canonical
from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.model.base import Note, PeopleRange, Place, Text
from fieldlog.model.codec import RECORD_TYPES, encode
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.person import Person
from fieldlog.model.when import EdtfDate, When
from support.sample_records import every_record, full, least

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</style><style>@import url(http://a.example/x.css)</style>",
    "<img src=http://a.example/x.png><link rel=stylesheet href=//a.example>",
    "<svg onload=alert(1)>&lt;&#60;",
    "\x1b[31m\x1b]52;c;AAAA\x07",
    "photo\u202egpj.exe",
    "\ufeff\u200b\x00",
    "<!--",
    "]]>",
    "{{7*7}}",
]


class Elements(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def hostile(text):
    incident = replace(
        full(Incident), narrative=Text(text=text, lang="ru"), place=Place(text=text),
        bias_indicators=Note(text=text),
    )  # fmt: skip
    person = replace(full(Person, code="P-9QW2XY"), occupation=text)
    return [incident, person, *[r for r in every_record() if r.type not in {"incident", "person"}]]


def page(records, **values):
    return report_html(dossiers_of(records), generated_at="2026-03-02T17:15:30Z", **values)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_r01_nothing_written_by_others_is_markup(text):
    """R01, R04, R07: foreign text adds no element, no attribute and no remote address to the page."""
    plain, foul = Elements(page(hostile("x"))), Elements(page(hostile(text)))
    assert [(tag, sorted(attrs)) for tag, attrs in foul.found] == [(t, sorted(a)) for t, a in plain.found]
    assert {tag for tag, _attrs in foul.found}.isdisjoint(
        {"script", "img", "link", "iframe", "object", "svg"}
    )
    for _tag, attrs in foul.found:
        assert not any(name.startswith("on") for name in attrs)
        assert re.fullmatch(r"#INC-\w{6}|attachments/EV-\w{6}\.\w+|", attrs.get("href") or "")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_invisible_text_is_shown(text):
    """No control, direction or invisible character of foreign text is left in either report."""
    shown = page(hostile(text)) + "\n".join(report_text(dossiers_of(hostile(text))))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff]", shown)


def test_policy_of_the_page():
    """The page itself forbids scripts and every remote load, before anything else in it."""
    elements = Elements(page(every_record()))
    metas = [attrs for tag, attrs in elements.found if tag == "meta"]
    assert metas[1] == {"http-equiv": "Content-Security-Policy", "content": CONTENT_SECURITY_POLICY}
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; img-src data: 'self'; style-src")
    assert "http" not in page(every_record()).replace("http-equiv", "")


@pytest.mark.parametrize("ending", ["svg", "html", "xml", "pdf", "docx", "js", "swf", "exe", "xhtml"])
def test_r02_what_can_run_is_never_linked(ending):
    """R02, R03, R09: a file that a browser could run is named but not linked, and none is shown inside."""
    evidence = replace(full(Evidence, code="EV-4T8K2M"), path=f"attachments/EV-4T8K2M.{ending}")
    elements = Elements(page([full(Incident), evidence]))
    assert f"attachments/EV-4T8K2M.{ending}" in elements.text
    assert not [attrs for tag, attrs in elements.found if "download" in attrs]


def test_harmless_files_are_links_to_download():
    """A picture is a link that downloads, with no referrer."""
    links = [attrs for tag, attrs in Elements(page(every_record())).found if "download" in attrs]
    assert links == [{"href": "attachments/EV-4T8K2M.jpg", "download": None, "rel": "noreferrer"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_reports_hold_everything(language):
    """Every text of every record is in both reports, with codes beside the labels."""
    records = every_record()
    shown = Elements(page(records, language=language, bundle_id="0f")).text
    lines = " ".join(" ".join(report_text(dossiers_of(records), language=language, width=4000)).split())
    for record in records:
        if record.type == "custody":
            continue
        for text in re.findall(
            r"Өтініш \w+ №1", json.dumps(encode(record, leaving=True), ensure_ascii=False)
        ):
            assert text in shown
            assert text in lines
    assert "Өтініш original_name №1" not in shown + lines
    assert "[SO]" in shown
    assert "[SO]" in lines


def test_reports_are_in_the_language_asked_for():
    """Headings and labels are those of the language; the page says which."""
    texts = {language: page(every_record(), language=language) for language in LANGUAGES}
    assert len(set(texts.values())) == 3
    assert '<html lang="kk">' in texts["kk"]
    assert "Оқиға жазбалары" in texts["kk"]
    assert "Записи об инцидентах" in texts["ru"]


def test_text_report_is_folded_to_its_width():
    """No line is wider than asked, but for words that cannot be broken."""
    records = [
        replace(full(Incident), narrative=Text(text="слово " * 200 + "\n\nвторой абзац")),
        *every_record()[1:],
    ]
    assert max(len(line) for line in report_text(dossiers_of(records), width=60)) <= 130
    assert any(line == "" for line in report_text(dossiers_of(records)))
    empty = [replace(least(Incident), narrative=Text(text=""), bias_indicators=Note(text=""))]
    assert next(report_text(dossiers_of(empty))) == "INC-7K2M4Q"


def test_page_per_incident():
    """Each incident begins a page in print and has its own anchor, oldest event first."""
    two = [
        replace(full(Incident), code="INC-000002", when=When(start=EdtfDate(2026))),
        replace(full(Incident), code="INC-000001", when=When(start=EdtfDate(2025))),
        replace(full(Incident), code="INC-000001", rev=9, when=When(start=EdtfDate(2024))),
        full(Evidence, code="EV-4T8K2M"),
    ]
    text = page(two)
    assert re.findall(r'<article id="([^"]+)"', text) == ["INC-000001", "INC-000002"]
    assert "article{break-before:page}" in text
    found = dossiers_of(two)
    assert found[0].incident.when.start == EdtfDate(2024)
    assert [dossier.evidence for dossier in found] == [(two[3],), (two[3],)]
    assert dossiers_of(reversed(two))[0].incident.rev == 9


# --- payload ---


def test_every_line_is_a_record_again():
    """Each record is one canonical line in the file of its type, and comes back."""
    records = every_record()
    files = {f.path: f.content for f in payload.payload_files(records, generated_at="x", bundle_id="0f")}
    for record in records:
        lines = files[payload.RECORD_FILES[record.type]].splitlines(keepends=True)
        assert lines == [payload.line_of(record)]
        back, unknown = payload.record_of(lines[0].rstrip(b"\n"))
        assert unknown == ()
        assert back == (replace(record, original_name=None) if record.type == "evidence" else record)
    assert payload.counts_of(records) == dict.fromkeys(RECORD_TYPES, 1)
    assert files["data/index.html"].startswith(b"<!DOCTYPE html>")
    assert all(path.isascii() and path.startswith("data/") for path in files)
    assert b"original_name" not in b"".join(files.values())


def test_same_records_same_bytes():
    """The order in which records come does not show, and types without records have no file."""
    records = every_record()
    one = list(payload.payload_files(records, generated_at="x", bundle_id="0f"))
    two = list(payload.payload_files(records[::-1], generated_at="x", bundle_id="0f"))
    assert [f for f in one if "index" not in f.path] == [f for f in two if "index" not in f.path]
    few = [f.path for f in payload.payload_files(records[:1], generated_at="x", bundle_id="0f")]
    assert [path for path in few if "records" in path] == ["data/records/incidents.jsonl"]


def test_lines_that_cannot_be():
    """What is not canonical, or is longer than a line may be, is refused on both sides."""
    with pytest.raises(MalformedRecord):
        payload.record_of(b'{"a": 1}')
    long = Text(text="\U0001f600" * 200_000)
    payload.line_of(replace(full(Incident), narrative=long))
    places = tuple("\U0001f600" * 4000 for _ in range(100))
    from fieldlog.model.treatment import Treatment

    with pytest.raises(MalformedRecord, match=r"record-too-long|not-canonical"):
        payload.line_of(replace(full(Treatment, code="TRT-000000"), objects_used=places))
    many = tuple("\U0001f600" * 4000 for _ in range(1000))
    with pytest.raises(MalformedRecord, match="not-canonical"):
        payload.line_of(replace(full(Treatment, code="TRT-000000"), objects_used=many))


def test_a_person_who_was_not_asked_goes_as_a_bare_code():
    """Nothing but the code, the kind and the number is left of somebody who could not be asked."""
    left = payload.bare(full(Person, code="P-9QW2XY"))
    assert set(encode(left)) == {
        "type", "schema", "id", "code", "rev", "supersedes", "created_at", "kind", "size"
    }  # fmt: skip


# --- schemas, vocabularies, README ---


def check(schema, value, root):
    """A small JSON Schema checker for the keywords we use, so that the schemas are tried on real records."""
    if "$ref" in schema:
        return check(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root)
    if "const" in schema:
        assert value == schema["const"]
        return None
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    assert isinstance(value, kinds[schema["type"]])
    if schema["type"] == "string":
        assert len(value) <= schema.get("maxLength", 99)
        assert re.search(schema.get("pattern", ""), value)
    if schema["type"] == "integer":
        assert schema["minimum"] <= value <= schema["maximum"]
    for item in value if schema["type"] == "array" else ():
        check(schema["items"], item, root)
    if schema["type"] == "object":
        assert set(schema.get("required", ())) <= set(value)
        for name, inner in value.items():
            other = schema["additionalProperties"]
            check(schema.get("properties", {}).get(name) or other, inner, root)
    return None


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_schemas_fit_the_records(record):
    """The schema in the bundle accepts what we write, full and least, and no field more."""
    schema = schema_of(type(record))
    for one in (record, least(type(record), code=record.code)):
        check(schema, encode(one, leaving=True), schema)
    assert schema["$schema"] == DIALECT
    assert schema["additionalProperties"] is False
    with pytest.raises((AssertionError, TypeError)):
        check(schema, {**encode(record, leaving=True), "more": 1}, schema)
    canonical.encode(schema)


@pytest.mark.parametrize("record", every_record(), ids=lambda record: record.type)
def test_schemas_by_an_independent_checker(record):
    """The jsonschema package, where it is installed, agrees."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is an optional independent checker")
    jsonschema.Draft202012Validator.check_schema(schema_of(type(record)))
    jsonschema.Draft202012Validator(schema_of(type(record))).validate(encode(record, leaving=True))


def test_vocabularies_file():
    """Every code has its label in every language."""
    value = vocabularies_value()["vocabularies"]
    assert value["urgency"]["terms"][0] == {
        "code": "U0",
        "label": {"en": "Past and no danger now", "ru": "Прошло и опасности нет",
                  "kk": "Өтті және қазір қауіп жоқ"},
    }  # fmt: skip
    canonical.encode(vocabularies_value())


def test_readme():
    """The six steps in three languages, with the bag's own folder and nothing of the reporter."""
    text = readme_text(folder="fieldlog-0123456789abcdef")
    for part in ("age --decrypt", "unzip", "cd fieldlog-0123456789abcdef", "sha512sum -c", "ssh-keygen -Y verify",
                 "data/index.html", "ENGLISH", "РУССКИЙ", "ҚАЗАҚША", "JSON Schema 2020-12"):  # fmt: skip
        assert part in text
    assert max(map(len, text.splitlines())) <= 120
    assert text.isprintable() or "\n" in text


# --- times in words ---


@pytest.mark.parametrize(
    ("when", "english", "russian", "kazakh"),
    [
        (When(start=EdtfDate(2026, 3, 1), clock="21:00"), "Sun, 1 March 2026, 21:00", "вс, 1 марта 2026, 21:00",
         "жс, 2026 ж. 1 наурыз, 21:00"),
        (When(start=EdtfDate(2026, 3, 1), clock="21:00", approx=True), "Sun, 1 March 2026, about 21:00",
         "вс, 1 марта 2026, около 21:00", "жс, 2026 ж. 1 наурыз, шамамен 21:00"),
        (When(start=EdtfDate(2026, 3, 1), clock="night"), "Sun, 1 March 2026, night", "вс, 1 марта 2026, ночь",
         "жс, 2026 ж. 1 наурыз, түн"),
        (When.from_edtf("2025-11~"), "about November 2025", "примерно ноябрь 2025", "шамамен 2025 ж. қараша"),
        (When.from_edtf("2025"), "2025", "2025", "2025"),
        (When.from_edtf("2025-11-XX"), "November 2025 (day not known)", None, None),
        (When.from_edtf("2025-XX-XX?"), "2025 (month and day not known) (not certain)", None, None),
        (When.from_edtf("2025-11-03/2025-11-05"), "Mon, 3 November 2025 – Wed, 5 November 2025", None, None),
        (When.from_edtf("2025-11-03/.."), "Mon, 3 November 2025, still going on", None, None),
        (When.from_edtf("../2025-11-05"), "until Wed, 5 November 2025", None, None),
        (When(start=EdtfDate(2025, 11, 3), clock="21:00", end_clock="23:00"), "Mon, 3 November 2025, 21:00 – 23:00",
         None, None),
        (When(start=EdtfDate(2025, 11, 3), assumed=True), "Mon, 3 November 2025 (assumed)", None, None),
    ],
)  # fmt: skip
def test_times_in_words(when, english, russian, kazakh):
    """A time is told as it was said, with its doubts."""
    assert describe_when(when, "en") == english
    assert russian is None or describe_when(when, "ru") == russian
    assert kazakh is None or describe_when(when, "kk") == kazakh


def test_numbers_of_people():
    """A range, a number and "or more" are told apart."""
    for people, shown in ((PeopleRange(min=2, max=2), "2"), (PeopleRange(min=2, max=4), "2–4"),
                          (PeopleRange(min=20), "20+")):  # fmt: skip
        text = "\n".join(
            report_text(dossiers_of([replace(least(Incident), people_affected=people)]), language="en")
        )
        assert f"People affected: {shown}\n" in text
    assert Section(title="x", code="y", rows=()).file is None
