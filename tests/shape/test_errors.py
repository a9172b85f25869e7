"""Every error is known, explained in three languages, and documented."""

import re
from collections import Counter
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.keys import VALID_DAYS_LIMIT
from fieldlog.i18n.catalog import LANGUAGES, set_language, translate
from fieldlog.i18n.requests import REASONS
from fieldlog.i18n.sentences import SENTENCES, explain
from support.tools import load_tool

ROOT = Path(__file__).resolve().parents[2]
reference = load_tool("reference")

RANGES = {
    errors.FormatError: range(10, 20),
    errors.AccessError: range(20, 30),
    errors.VaultError: range(30, 40),
    errors.RecordError: range(40, 50),
    errors.IntakeError: range(50, 60),
    errors.MachineError: range(60, 70),
    errors.UsageError: range(2, 3),
    errors.Cancelled: range(130, 131),
}
CLASSES = sorted(set(reference.all_errors()), key=lambda error: error.code)

EXAMPLES = {
    errors.ConsentMissing: lambda: errors.ConsentMissing(("INC-ABC234",)),
    errors.InvalidRecord: lambda: errors.InvalidRecord((object(), object())),
    errors.UnknownTerm: lambda: errors.UnknownTerm("urgency"),
    errors.TextTooLong: lambda: errors.TextTooLong(length=300_000, most=200_000),
    errors.NotEnoughMemory: lambda: errors.NotEnoughMemory(needed=512 * 1024 * 1024),
    errors.NoSpace: lambda: errors.NoSpace("E:/out", needed=3_000_000, free=1_000_000),
    errors.VaultDamaged: lambda: errors.VaultDamaged("E:/vault", "database"),
    errors.BackupRefused: lambda: errors.BackupRefused("E:/backup.age", "payload-altered"),
    errors.EncryptionUnavailable: lambda: errors.EncryptionUnavailable("no-cipher"),
    errors.PassphraseTooShort: errors.PassphraseTooShort,
    errors.PassphraseRepeats: errors.PassphraseRepeats,
}


def _example(error: type[errors.FieldlogError]) -> errors.FieldlogError:
    """One instance, made as the program would."""
    if error in EXAMPLES:
        return EXAMPLES[error]()
    if issubclass(error, errors.PathError):
        return error("E:/place")
    if issubclass(error, errors.ReasonedError):
        return error("some-reason")
    return error()


SOURCE = ROOT / "src" / "fieldlog"
MISTAKES_OF_OURS = {"primitives", "formats", "store"}
"""Packages that no person asks directly: what is wrong there was asked by another part of Fieldlog."""
OURS_ALL_THE_SAME = {"unknown-setting", "no-plan"}


def _reasons(*, of_people: bool) -> set[str]:
    return {
        reason
        for path in SOURCE.rglob("*.py")
        if not of_people or path.relative_to(SOURCE).parts[0] not in MISTAKES_OF_OURS
        for reason in re.findall(r'UsageError\("([a-z-]+)"', path.read_text("utf-8"))
    }


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    set_language("en")


def test_codes_are_unique() -> None:
    """No two errors share a code."""
    assert [code for code, count in Counter(error.code for error in CLASSES).items() if count > 1] == []


def test_every_class_is_exported() -> None:
    """``from fieldlog import errors`` reaches every class."""
    assert [error.__name__ for error in CLASSES if not hasattr(errors, error.__name__)] == []


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.code)
def test_exit_status_is_in_its_range(error: type[errors.FieldlogError]) -> None:
    """A script can tell the kind of failure from the exit status."""
    ranges = [allowed for base, allowed in RANGES.items() if issubclass(error, base)]
    assert len(ranges) == 1 or error is errors.FieldlogError
    assert all(error.exit_status in allowed for allowed in ranges)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.code)
def test_two_sentences_in_every_language(error: type[errors.FieldlogError], language: str) -> None:
    """Every error says what happened and what to do now, in every language, with its fields filled in."""
    set_language(language)
    explanation = explain(_example(error))
    for sentence, english in zip((explanation.what, explanation.advice), SENTENCES[error.code], strict=True):
        assert sentence
        assert not re.search(r"[{}]", sentence)
        if language != "en":
            assert translate(english) != english or english.startswith("fieldlog")


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.code)
def test_text_of_an_error_holds_no_path(error: type[errors.FieldlogError]) -> None:
    """``str()`` of an error, which may end in somebody's log, is its code and safe fields only."""
    text = str(_example(error))
    assert text.startswith(error.code)
    assert "E:/" not in text
    assert "INC-" not in text


def test_no_sentence_without_an_error() -> None:
    """The table of sentences holds exactly the codes that exist."""
    assert set(SENTENCES) == {error.code for error in CLASSES}


def test_every_request_that_cannot_be_met_is_explained() -> None:
    """Each reason of ``UsageError`` that a person can bring about has sentences of its own, and no other has."""
    assert _reasons(of_people=True) - OURS_ALL_THE_SAME == set(REASONS)
    assert _reasons(of_people=False) > set(REASONS)
    assert str(VALID_DAYS_LIMIT) in REASONS["valid-days"][1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
def test_two_sentences_for_every_reason(reason: str, language: str) -> None:
    """They are shown in place of the general ones, in every language, and never name the reason's slug."""
    set_language(language)
    explanation = explain(errors.UsageError(reason))
    assert (explanation.what, explanation.advice) == tuple(map(translate, REASONS[reason]))
    assert (explanation.what != REASONS[reason][0]) == (language != "en")
    assert reason not in explanation.what


def test_reference_pages_are_current() -> None:
    """docs/reference lists every error and every command as they are now."""
    folder = ROOT / "docs" / "reference"
    assert (folder / "errors.md").read_text("utf-8") == reference.errors_page()
    assert (folder / "commands.md").read_text("utf-8") == reference.commands_page()
