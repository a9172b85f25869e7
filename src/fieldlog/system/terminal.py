"""The terminal: typed secrets, its size, and the one form in which foreign text may reach it.

``safe_text`` is the choke point of security.md section 6.1: every text that somebody else could have
written passes it before a widget, a line of output or an error sentence shows it.
It is for showing only; what is stored and sealed stays as it was typed.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
import unicodedata
from typing import Final, Literal, NamedTuple

from fieldlog import errors

_POSIX: Final = os.name == "posix"

MARKS_PER_LETTER: Final = 8
"""Combining marks shown on one letter; more only serve to paint over other lines."""

LINE_LENGTH: Final = 4_000
"""Characters in one shown line; longer ones took a terminal seconds to lay out."""

_SECRET_LENGTH: Final = 4_096
"""Bytes of a secret read from a descriptor; the longest generated phrase has about 200."""

# Written as escapes so that this file shows what it talks about.
_CONTROLS: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_SURROGATES: Final = "\ud800-\udfff"
_NONCHARACTERS: Final = "\ufdd0-\ufdef" + "".join(
    chr((plane << 16) | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
_TAGS: Final = "\U000e0000-\U000e007f"
_EMBEDDINGS: Final = "\u202a-\u202e"
_LINE_SEPARATORS: Final = "\u2028\u2029"
_DEPRECATED: Final = "\u206a-\u206f\ufff9-\ufffb\ufeff\u2061-\u2064\U0001d173-\U0001d17a"

_NEVER: Final = (
    _CONTROLS + _SURROGATES + _NONCHARACTERS + _TAGS + _EMBEDDINGS + _LINE_SEPARATORS + _DEPRECATED
)
_INVISIBLE: Final = (
    "\t\n\u00a0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202f\u205f\u2060"
    "\u2065-\u2069\u2800\u3000\u3164\ufe00-\ufe0f\uffa0\U000e0080-\U000e0fff"
)
_ISOLATES: Final = "\u2066-\u2069"
_OPENING: Final = frozenset("\u2066\u2067\u2068")
_CLOSING: Final = "\u2069"
_MANY_MARKS: Final = r"(?:(?![\w\s])[\u0300-\U0010ffff]){" + str(MARKS_PER_LETTER + 1) + ",}"


_BODY: Final = re.compile(f"[{_NEVER}]")
_NAME: Final = re.compile(f"[{_NEVER}{_INVISIBLE}]")
_ANY_ISOLATE: Final = re.compile(f"[{_ISOLATES}]")
_MARK_RUN: Final = re.compile(_MANY_MARKS)


def safe_text(text: str, *, kind: Literal["body", "name"] = "body") -> str:
    """``text`` in a form that cannot command, repaint or mislead a terminal.

    A ``"body"`` keeps line ends, tabs, joiners and direction marks, which Persian, Arabic and Indic
    scripts need; isolates left open are closed at each line end.
    A ``"name"`` (also codes, file names, anything of one line) shows every invisible character.
    What is replaced is shown as ``⟨U+001B⟩``. Markup is not touched: widgets get it with markup off.
    """
    if not text.isascii():
        text = _MARK_RUN.sub(_cut_marks, text)
    if kind == "name":
        text = _NAME.sub(_escape, text)
        return text if len(text) <= LINE_LENGTH else text[: LINE_LENGTH - 1] + "…"
    text = _BODY.sub(_escape, text.replace("\r\n", "\n"))
    if _ANY_ISOLATE.search(text) is None and len(max(text.split("\n"), key=len)) <= LINE_LENGTH:
        return text
    return "\n".join(_fold(_balance(line)) for line in text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match.group()):04X}⟩"


def _cut_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for character in match.group():
        category = unicodedata.category(character)
        if category[0] == "M":
            marks += 1
            if marks == MARKS_PER_LETTER + 1:
                kept.append("…")
            if marks > MARKS_PER_LETTER:
                continue
        elif category != "Cf":  # a joiner between marks does not begin a new letter
            marks = 0
        kept.append(character)
    return "".join(kept)


def _balance(line: str) -> str:
    """Close what is open and show what closes nothing, so that no line turns its neighbours."""
    if _ANY_ISOLATE.search(line) is None:
        return line
    pieces: list[str] = []
    opened = 0
    for character in line:
        if character in _OPENING:
            opened += 1
        elif character == _CLOSING:
            if opened == 0:
                pieces.append(f"⟨U+{ord(_CLOSING):04X}⟩")
                continue
            opened -= 1
        pieces.append(character)
    return "".join(pieces) + _CLOSING * opened


def _fold(line: str) -> str:
    return "\n".join(line[start : start + LINE_LENGTH] for start in range(0, len(line), LINE_LENGTH) or (0,))


class Size(NamedTuple):
    """Columns and rows of the terminal."""

    columns: int
    rows: int


def is_interactive() -> bool:
    """Whether keyboard and screen are a terminal."""
    return sys.stdin is not None and sys.stdout is not None and sys.stdin.isatty() and sys.stdout.isatty()


def can_draw() -> bool:
    """Whether there is a terminal for the screens, and all of it.

    They are drawn on standard error, so one that leads into a file would hold everything that is shown.
    """
    return is_interactive() and sys.stderr is not None and sys.stderr.isatty()


def size() -> Size:
    """Size of the terminal of standard output.

    Raises:
        MissingTerminal: standard output is not a terminal.
    """
    try:
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        raise errors.MissingTerminal from None
    return Size(columns, rows)


def prompt_secret(prompt: str) -> str:
    """Ask for a secret on the terminal, without echo, without a history and without readline.

    Raises:
        MissingKeyboard: there is no terminal to ask on; it is never asked with echo instead.
        Cancelled: the person pressed Ctrl+C or Ctrl+D.
    """
    if _POSIX:
        try:
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
        except OSError:
            raise errors.MissingKeyboard from None
    elif not is_interactive():
        raise errors.MissingKeyboard
    try:
        return getpass.getpass(prompt)
    except (KeyboardInterrupt, EOFError):
        raise errors.Cancelled from None
    except (OSError, getpass.GetPassWarning):
        raise errors.MissingKeyboard from None


def read_secret(descriptor: int) -> str:
    """Read a secret from an open descriptor, up to its end or first line end. Scripts use this.

    Raises:
        UsageError: nothing can be read there, it is not UTF-8, or it is longer than 4,096 bytes.
    """
    content = bytearray()
    try:
        while b"\n" not in content and len(content) <= _SECRET_LENGTH:
            chunk = os.read(descriptor, _SECRET_LENGTH)
            if not chunk:
                break
            content += chunk
        line = bytes(content).partition(b"\n")[0].removesuffix(b"\r")
        if len(line) > _SECRET_LENGTH:
            raise errors.UsageError("secret-too-long")
        return line.decode("utf-8")
    except (OSError, OverflowError, UnicodeDecodeError):
        raise errors.UsageError("secret-unreadable") from None
