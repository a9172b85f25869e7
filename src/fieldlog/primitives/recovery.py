"""Recovery words: twelve BIP-39 words for 128 bits, with a 4-bit checksum against slips of the pen.

Only the entropy is used, never BIP-39's own seed derivation: callers derive with HKDF under a label.
The coding is here because the package that carries the lists cannot read its own Russian list back: it
looks up decomposed words in a composed list.
"""

from __future__ import annotations

from collections.abc import Sequence

from fieldlog.errors import KeyTextError
from fieldlog.primitives import rng
from fieldlog.primitives.hash import sha256
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.words import WORD_LANGUAGES, word_list

WORD_COUNT = 12
ENTROPY_BYTES = 16
_WORD_BITS = 11
_CHECKSUM_BITS = 4  # one for each 32 bits of entropy (BIP-39)


def generate() -> Secret:
    """Return 16 random bytes to write down as words."""
    return rng.random_secret(ENTROPY_BYTES)


def words_for(entropy: Secret, language: str) -> tuple[str, ...]:
    """Return the twelve words for ``entropy`` in the word list offered for ``language``.

    Raises:
        KeyTextError: ``entropy`` is not 16 bytes long.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise KeyTextError("recovery-length")
    listed = word_list(language)
    number = int.from_bytes(entropy.reveal()) << _CHECKSUM_BITS | _checksum(entropy)
    places = range(_WORD_BITS * (WORD_COUNT - 1), -1, -_WORD_BITS)
    return tuple(listed[number >> place & (1 << _WORD_BITS) - 1] for place in places)


def entropy_of(words: Sequence[str]) -> Secret:
    """Return the 16 bytes that ``words`` stand for, in whichever language they are.

    The lists share no word, so the language needs no asking. Pass what ``words.read_words`` returns.

    Raises:
        KeyTextError: not twelve words, a word of no list, or a checksum that does not fit.
    """
    if len(words) != WORD_COUNT:
        raise KeyTextError("recovery-word-count")
    for language in WORD_LANGUAGES:
        listed = word_list(language)
        if set(words) <= set(listed):
            return _checked(tuple(listed.index(word) for word in words))
    raise KeyTextError("recovery-word-unknown")


def _checked(positions: tuple[int, ...]) -> Secret:
    number = 0
    for position in positions:
        number = number << _WORD_BITS | position
    entropy = Secret((number >> _CHECKSUM_BITS).to_bytes(ENTROPY_BYTES))
    if number & (1 << _CHECKSUM_BITS) - 1 != _checksum(entropy):
        raise KeyTextError("recovery-checksum")
    return entropy


def _checksum(entropy: Secret) -> int:
    return sha256(entropy.reveal())[0] >> (8 - _CHECKSUM_BITS)
