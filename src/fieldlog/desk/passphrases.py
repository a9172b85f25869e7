"""What opens a register: a generated passphrase or the recovery words, made and read here."""

from __future__ import annotations

from typing import Final

from fieldlog.errors import KeyTextError, PassphraseRepeats, PassphraseTooShort
from fieldlog.primitives import recovery, words
from fieldlog.primitives.secret import Secret

_OWN_LENGTH: Final = 20
"""Characters of a passphrase that was not generated here; seven generated words have over thirty."""


def propose_passphrase(language: str) -> tuple[str, ...]:
    """Seven random words in the list for ``language``."""
    return words.passphrase_words(language)


def propose_recovery(language: str) -> tuple[str, ...]:
    """Twelve recovery words in the list for ``language``."""
    return recovery.words_for(recovery.generate(), language)


def recovery_secret(recovery_words: tuple[str, ...]) -> Secret:
    """The secret behind recovery words, the same in whichever case they are typed.

    Raises:
        KeyTextError: not twelve words of one list with the right checksum.
    """
    return recovery.entropy_of(recovery_words)


def typed_secret(typed: str) -> Secret:
    """The secret behind what was typed: recovery words if it is twelve of them, else the passphrase.

    Raises:
        KeyTextError: a text that cannot be encoded.
    """
    typed_words = words.read_words(typed)
    try:
        return recovery.entropy_of(typed_words)
    except KeyTextError:
        return words.phrase(typed_words)


def require_strong_enough(typed: str) -> None:
    """Refuse a passphrase that is short or says one thing again and again. There is no meter.

    Raises:
        PassphraseTooShort: below twenty characters.
        PassphraseRepeats: words come again and again.
    """
    typed_words = words.read_words(typed)
    if sum(map(len, typed_words)) < _OWN_LENGTH:
        raise PassphraseTooShort
    # Among seven generated words two may be the same by chance.
    if len(set(typed_words)) < min(len(typed_words), words.PASSPHRASE_WORDS - 1):
        raise PassphraseRepeats
