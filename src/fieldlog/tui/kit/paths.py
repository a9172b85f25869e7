r"""Paths as terminals paste them when files are dropped on the window (ui.md 3.1).

Nine forms: bare; in double quotes; in single quotes; with ``\ `` escapes; several in a row, quoted or
escaped; one per line; ``file://`` with percent signs; Windows drive paths; Windows paths in quotes
(also with PowerShell's leading ``&``).
Nothing is looked up here: the caller says which of the readings exist.
Paths on other computers are not even asked about: looking one up sends this computer's name, and on Windows
a hash of the person's password, to a server that somebody else put into the pasted text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

MAX_PASTED_CHARACTERS: Final = 8 * 1024
"""A drop of a hundred files stays below; more is a text and not a list of paths."""

_SCHEME: Final = "file://"
_SEPARATORS: Final = "\\/"
_HEX: Final = "0123456789abcdefABCDEF"


def read_paths(pasted: str, *, is_file: Callable[[str], bool]) -> tuple[str, ...]:
    """The paths in ``pasted``, or ``()`` when some part of it is not the path of a file.

    The reading that takes most of the text literally wins: a bare path with blanks in it is one path.
    """
    text = pasted.strip()
    if not text or len(text) > MAX_PASTED_CHARACTERS or "\0" in text:
        return ()
    for reading in (_literal, _whole, _by_lines, _by_words):
        paths = tuple(reading(text))
        if paths and not any(map(is_elsewhere, paths)) and all(is_file(path) for path in paths):
            return tuple(dict.fromkeys(paths))
    return ()


def guess_path(typed_text: str) -> str:
    """The most likely single path in ``typed_text``, for the message that there is no such file."""
    return _one(typed_text[:MAX_PASTED_CHARACTERS].strip())


def is_elsewhere(path: str) -> bool:
    r"""Whether ``path`` names another computer, as ``\\server\share`` and ``//server/share`` do."""
    return len(path) > 1 and path[0] in _SEPARATORS and path[1] in _SEPARATORS


def _literal(text: str) -> Iterator[str]:
    if "\n" not in text and "\r" not in text:
        yield text


def _whole(text: str) -> Iterator[str]:
    if "\n" not in text and "\r" not in text:
        yield _one(text)


def _by_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip():
            yield _one(line.strip())


def _by_words(text: str) -> Iterator[str]:
    for word in _words(text):
        yield _from_url(word) if word.startswith(_SCHEME) else word


def _one(text: str) -> str:
    if text.startswith("& ") and text[2:3] in ("'", '"'):
        text = text[2:]  # PowerShell's call operator, added when a file is dropped there
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in text[1:-1]:
        text = text[1:-1]
    elif not _windows(text) and "\\" in text:
        words = tuple(_words(text))
        text = words[0] if len(words) == 1 else text
    return _from_url(text) if text.startswith(_SCHEME) else text


def _windows(text: str) -> bool:
    return text.startswith("\\\\") or (len(text) > 2 and text[1] == ":" and text[0].isalpha())


def _words(text: str) -> Iterator[str]:
    r"""Shell words: quotes group, ``\`` escapes the next character, except in a Windows path."""
    word: list[str] = []
    quote = ""
    begun = False
    position = 0
    while position < len(text):
        letter = text[position]
        position += 1
        if quote:
            if letter == quote:
                quote = ""
            else:
                word.append(letter)
        elif letter in "'\"":
            quote, begun = letter, True
        elif letter == "\\" and position < len(text) and not _windows(_beginning(word, text, position - 1)):
            word.append(text[position])
            position, begun = position + 1, True
        elif letter.isspace():
            if begun:
                yield "".join(word)
            word, begun = [], False
        else:
            word.append(letter)
            begun = True
    if begun:
        yield "".join(word)


def _beginning(word: list[str], text: str, position: int) -> str:
    """The first three letters of ``word`` with what follows at ``position``: all ``_windows`` looks at.

    Joining whole words here made the time for a paste grow with its square.
    """
    return "".join(word[:3]) + text[position : position + 3]


def _from_url(url: str) -> str:
    """``file://`` with an empty or ``localhost`` host; percent signs stand for UTF-8 bytes."""
    rest = url[len(_SCHEME) :]
    if rest.startswith("localhost/"):
        rest = rest[len("localhost") :]
    raw = bytearray()
    position = 0
    while position < len(rest):
        pair = rest[position + 1 : position + 3]
        if rest[position] == "%" and len(pair) == 2 and all(digit in _HEX for digit in pair):
            raw.append(int(pair, 16))
            position += 3
        else:
            raw += rest[position].encode("utf-8", "surrogatepass")
            position += 1
    path = raw.decode("utf-8", "replace")
    return path[1:] if path[:1] == "/" and _windows(path[1:]) else path
