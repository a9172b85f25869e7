"""Which language is spoken, and that the compiled catalogues speak it."""

import pytest

from fieldlog.i18n import catalog


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    catalog.set_language("en")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "kk_KZ.UTF-8"}, "kk"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "kk_KZ"}, "kk"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "../../etc"}, "en"),
    ],
)
def test_language_of_this_computer(environment: dict[str, str], language: str) -> None:
    """The first language is the one the computer is set to, in POSIX order, and English otherwise."""
    assert catalog.language_of(environment) == language


def test_unknown_language_is_a_mistake_of_the_caller() -> None:
    """Only the offered languages can be chosen."""
    with pytest.raises(ValueError, match="unknown language"):
        catalog.set_language("fr")


def test_language_can_change_while_running() -> None:
    """The same message is looked up anew after the language changed."""
    spoken = []
    for language in catalog.LANGUAGES:
        catalog.set_language(language)
        spoken.append(catalog.translate("This date cannot be read."))
    assert len(set(spoken)) == len(catalog.LANGUAGES)
    assert catalog.translate("This date cannot be read.", language="en") == "This date cannot be read."


def test_missing_message_stays_english() -> None:
    """A message without a translation is shown in English rather than not at all."""
    assert catalog.translate("no such message", language="ru") == "no such message"
    assert catalog.plural("one file", "many files", 5, language="kk") == "many files"
