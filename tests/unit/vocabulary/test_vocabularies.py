"""The closed lists: complete, stable, translated, and fit for every importer."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from fieldlog.errors import UnknownTerm
from fieldlog.i18n import labels
from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.model.codec import RECORD_TYPES, specs_of
from fieldlog.model.consent import Scopes, scopes_of
from fieldlog.model.form import QUICK_CAPTURE
from fieldlog.model.ids import PREFIXES
from fieldlog.model.quick import QuickCapture
from fieldlog.model.when import PARTS_OF_DAY
from fieldlog.vocabulary.loader import is_term, names, violations_of, vocabulary

SNAPSHOT = Path(__file__).with_name("codes.json")


def terms_used(owner, seen=None):
    seen = set() if seen is None else seen
    for spec in specs_of(owner):
        if spec.term:
            seen.add(spec.term)
        elif hasattr(spec.value_type, "__dataclass_fields__"):
            terms_used(spec.value_type, seen)
    return seen


def test_no_code_is_ever_taken_away():
    """Every code of every earlier version is still there: codes are never reused or renamed."""
    known = json.loads(SNAPSHOT.read_text("utf-8"))
    for name, codes in known.items():
        assert set(codes) <= set(vocabulary(name).codes), name


def test_every_code_is_in_the_snapshot():
    """A new code is added to the snapshot in the same change, so that it can never be taken away."""
    known = json.loads(SNAPSHOT.read_text("utf-8"))
    assert {name: list(vocabulary(name).codes) for name in names()} == known


@pytest.mark.parametrize("name", names())
def test_codes_and_labels_are_unique(name):
    """No code and no label stands twice in a list, in any language."""
    found = vocabulary(name)
    assert len(set(found.codes)) == len(found.codes)
    for language in LANGUAGES:
        shown = [text for _code, text in labels.choices(name, language)]
        assert len(set(shown)) == len(shown), language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_labels_can_be_imported_anywhere(name, language):
    """No label has a separator of the importers (data-model section 2), or a comma, or stray blanks."""
    for _code, text in (*labels.choices(name, language), ("", labels.title(name, language))):
        assert not set("|;,\n\t") & set(text)
        assert "::" not in text
        assert not text.startswith("-")
        assert text == text.strip() != ""
        assert len(text) <= 90


@pytest.mark.parametrize("name", names())
def test_labels_are_translated(name):
    """Russian and Kazakh labels are not the English ones, but for names and numbers."""
    same = {"OSCE", "DNA"}
    for code, english in labels.choices(name, "en"):
        for language in ("ru", "kk"):
            assert labels.label(name, code, language) != english or english in same


def test_every_term_field_has_its_vocabulary():
    """Every coded field of every record names a vocabulary that exists."""
    used = set().union(*(terms_used(record) for record in RECORD_TYPES.values()))
    assert used <= set(names())


def test_form_agrees_with_the_vocabularies():
    """Every prompt is translated; every shortcut and default of quick capture is a code of its list."""
    known_fields = {field.name for field in fields(QuickCapture)}
    for field in QUICK_CAPTURE:
        assert field.prompt in labels.FORM_MESSAGES
        assert field.hint in {"", *labels.FORM_MESSAGES}
        assert field.name in known_fields
        if field.vocabulary:
            assert is_term(field.vocabulary, getattr(QuickCapture(), field.name))
            assert all(is_term(field.vocabulary, code) for _key, code in field.shortcuts)
            assert len({key for key, _code in field.shortcuts}) == len(field.shortcuts)
    assert [field.name for field in QUICK_CAPTURE if field.required] == ["what"]


def test_every_family_has_an_unspecific_kind():
    """ "-00" of each family means "kind known, detail not yet", and each kind is of a known family."""
    families = vocabulary("violation_family").codes
    for family in families:
        assert violations_of(family)[0].code == f"{family}-00"
    assert {term.family for term in vocabulary("violation").terms} == set(families)


def test_articles_are_data_and_say_whether_they_were_checked():
    """Article columns are there for lawyers, with the date of the last check or none."""
    found = vocabulary("violation")
    assert found.checked_on == ""
    assert found.get("PEN-02").articles.iccpr == ("19", "26 (Fedotova)")
    assert found.get("LIB-07").articles.other == ("ICPPED 2, 17, 18", "WGEID")
    assert all(term.articles.iccpr for term in found.terms if not term.code.endswith("-00"))


def test_presets_in_the_data_are_those_of_the_model():
    """The consent table and the function that sets the scopes say the same."""
    scopes = {field.name for field in fields(Scopes)}
    assert set(vocabulary("consent_scope").codes) == scopes
    for term in vocabulary("consent").terms:
        given = scopes_of(term.code)
        assert {name for name in scopes if getattr(given, name) == "yes"} == set(term.scopes)


def test_parts_of_the_day():
    """The parts of the day of the model are those of the list."""
    assert set(PARTS_OF_DAY) == set(vocabulary("part_of_day").codes)
    assert set(PREFIXES) == set(RECORD_TYPES)


def test_unknown_list_and_unknown_code():
    """A list that does not exist is a mistake; a code of a newer version is shown as it is."""
    with pytest.raises(UnknownTerm):
        vocabulary("nothing")
    assert labels.label("urgency", "U9") == "U9"
    assert labels.label("urgency", "U0", "ru") == "Прошло и опасности нет"
