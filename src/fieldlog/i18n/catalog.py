"""The one place that turns an English message into the chosen language.

``translate`` (imported as ``_``) and ``plural`` look up at call time, so a language can change while
the program runs; ``mark`` (imported as ``N_``) only marks a literal for extraction.
Sources are one ``.po`` file per area and language under ``locale/<language>/``;
``tools/messages.py compile`` merges them into the ``fieldlog.mo`` that is read here.
"""

from __future__ import annotations

import gettext
import os.path
import sys
from collections.abc import Mapping

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from typing import Final

LANGUAGES: Final = ("en", "ru", "kk")
"""Languages of the interface, in the order they are offered."""

LANGUAGE_NAMES: Final = {"en": "English", "ru": "Русский", "kk": "Қазақша"}

_WINDOWS_NAMES: Final = {"Russian": "ru", "Kazakh": "kk"}

_LOCALE_FOLDER: Final = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH118, PTH120 - pathlib costs each start


class _Catalogs:
    """The loaded catalogues and the chosen language of this process."""

    def __init__(self) -> None:
        self.language = "en"
        self._loaded: dict[str, gettext.NullTranslations] = {}

    def of(self, language: str) -> gettext.NullTranslations:
        if language not in self._loaded:
            self._loaded[language] = (
                gettext.NullTranslations()
                if language == "en"
                else gettext.translation("fieldlog", _LOCALE_FOLDER, [language])
            )
        return self._loaded[language]


_catalogs = _Catalogs()


def set_language(language: str) -> None:
    """Choose the language of every later look-up. ``language`` is one of ``LANGUAGES``.

    Raises:
        ValueError: an unknown language, which is a mistake of the caller.
    """
    if language not in LANGUAGES:
        raise ValueError("unknown language")
    _catalogs.language = language


def current_language() -> str:
    """The chosen language, ``"en"`` until ``set_language`` was called."""
    return _catalogs.language


def language_of(environment: Mapping[str, str]) -> str:
    """The language this computer is set to, as POSIX names it; English when it is none of ours."""
    wanted = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    if not wanted and sys.platform == "win32":
        import locale  # noqa: PLC0415 - only here, and it costs each start

        spoken = (locale.getlocale()[0] or "").partition("_")[0]
        wanted = _WINDOWS_NAMES.get(spoken, spoken)
    code = wanted.partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else "en"


def translate(message: str, *, language: str | None = None) -> str:
    """``message`` in ``language``, or in the chosen one."""
    return _catalogs.of(language or _catalogs.language).gettext(message)


def translate_in_context(context: str, message: str, *, language: str | None = None) -> str:
    """``message`` as it reads in ``context``, such as the name of a vocabulary."""
    return _catalogs.of(language or _catalogs.language).pgettext(context, message)


def plural(singular: str, several: str, count: int, *, language: str | None = None) -> str:
    """The form of a message that fits ``count`` in the chosen language; fill it with ``.format``."""
    return _catalogs.of(language or _catalogs.language).ngettext(singular, several, count)


def mark(message: str) -> str:
    """Mark a literal for extraction and return it untranslated, for tables filled at import."""
    return message
