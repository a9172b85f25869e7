"""Four words that name one bundle, to compare over the phone: "did exactly this arrive?".

They follow from ``tagmanifest-sha512.txt``, which covers everything in the bundle, so they also fit a
copy with another file name.
"""

from __future__ import annotations

from typing import Final

from fieldlog.primitives.words import word_list

COUNT: Final = 4
_WORD_BITS: Final = 11


def bundle_words(tag_manifest_sha512: bytes, *, language: str) -> tuple[str, ...]:
    """The words in the list offered for ``language``: the first 44 bits of the digest, 11 per word.

    Both lists have the same length, so the same bundle has the same places in each.
    """
    listed = word_list(language)
    number = int.from_bytes(tag_manifest_sha512, "big") >> (len(tag_manifest_sha512) * 8 - COUNT * _WORD_BITS)
    places = [number >> (_WORD_BITS * place) & (len(listed) - 1) for place in reversed(range(COUNT))]
    return tuple(listed[place] for place in places)
