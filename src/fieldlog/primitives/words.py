"""Word lists, and passphrases made of them.

The lists are BIP-39's, 2,048 words each, from the package ``mnemonic``. Passphrases are always generated:
seven words are 77 bits (``formats.md`` section 1.1); what people invent is not, whatever a meter says.
"""

from __future__ import annotations

import functools
import unicodedata
from types import MappingProxyType

from mnemonic import Mnemonic

from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret

PASSPHRASE_WORDS = 7
_LIST_NAMES = MappingProxyType({"en": "english", "ru": "russian"})
# No Kazakh list exists in BIP-39; readers of Kazakh in the field read Russian words.
_FALLBACK = MappingProxyType({"kk": "ru"})
WORD_LANGUAGES = tuple(_LIST_NAMES)


def words_language(language: str) -> str:
    """Return the language of the words offered to somebody who reads ``language``: ``"en"`` or ``"ru"``.

    Screens compare it with the chosen language to say when the words are in another one.
    """
    language = _FALLBACK.get(language, language)
    return language if language in _LIST_NAMES else "en"


@functools.cache
def word_list(language: str) -> tuple[str, ...]:
    """Return the 2,048 words offered to somebody who reads ``language``, in NFC and in the list's order."""
    listed = Mnemonic(_LIST_NAMES[words_language(language)]).wordlist
    return tuple(unicodedata.normalize("NFC", word) for word in listed)


def passphrase_words(language: str, count: int = PASSPHRASE_WORDS) -> tuple[str, ...]:
    """Return ``count`` random words, 11 bits each. They may repeat: forbidding that would cost entropy."""
    words = word_list(language)
    return tuple(rng.choose(words) for _ in range(count))


def read_words(typed: str) -> tuple[str, ...]:
    """Return the words somebody typed: NFC, lower case, any white space between them, ``ё`` as ``е``.

    Neither list has a ``ё``, and people write the same word with and without its dots.
    """
    return tuple(unicodedata.normalize("NFC", typed).casefold().replace("ё", "е").split())


def phrase(words: tuple[str, ...]) -> Secret:
    """Return the secret for words: joined by one space, so that typing them any way gives the same.

    Raises:
        KeyTextError: a word cannot be encoded (``Secret.from_text``).
    """
    return Secret.from_text(" ".join(words))
