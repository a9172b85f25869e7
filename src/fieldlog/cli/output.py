"""The only writer of stdout. Every text passes ``safe_text`` on its way (security.md 6.1).

Tables have two shapes: aligned columns for eyes, and "Header: value" lines for screen readers and
scripts (``--plain``; ui.md 3.1).
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Final

from fieldlog import errors
from fieldlog.i18n.catalog import translate as _
from fieldlog.system.terminal import safe_text

_GAP: Final = "  "


def line(text: str = "") -> None:
    """Write one text and a newline."""
    _write(safe_text(text, kind="body") + "\n")


def prompt(text: str) -> None:
    """Write a question without a newline, at once.

    Raises:
        OutputFailed: nobody can read the question.
    """
    _write(safe_text(text, kind="body"))
    require_shown()


def require_shown() -> None:
    """Hand over everything written so far; call it after secret words and before they are put to use.

    What waits in memory for the end of the program may never arrive, and then nobody has seen the words
    that are the only ones to open the vault.

    Raises:
        OutputFailed: it did not arrive, also where the reader of a pipe went away.
    """
    try:
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        raise errors.OutputFailed from None


def _write(text: str) -> None:
    """Write to standard output, which is ``None`` when the program was started with it closed.

    Raises:
        OutputFailed: it cannot be written.
        BrokenPipeError: the reader of a pipe went away; only ``diagnostics.guarded`` has to know.
    """
    if sys.stdout is None:
        raise errors.OutputFailed
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError:
        raise errors.OutputFailed from None


def exact(text: str) -> None:
    """Write text for another program, such as a card or JSON, which must arrive as it is.

    Only for text that Fieldlog made itself in a format without control characters.
    """
    _write(text if text.endswith("\n") else text + "\n")


def field(header: str, value: str) -> None:
    """Write one "Header: value" line."""
    line(_("{header}: {value}").format(header=header, value=safe_text(value, kind="name")))


def _width(text: str) -> int:
    """Columns a text takes in a terminal: East Asian wide characters two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, plain: bool) -> None:
    """Write rows under headers; with ``plain`` one "Header: value" line each and an empty line between."""
    safe_rows = [[safe_text(cell, kind="name") for cell in row] for row in rows]
    if plain:
        for number, row in enumerate(safe_rows):
            if number:
                line()
            for header, cell in zip(headers, row, strict=True):
                line(_("{header}: {value}").format(header=header, value=cell))
        return
    widths = [max(_width(cell) for cell in column) for column in zip(headers, *safe_rows, strict=True)]
    for row in [list(headers), *safe_rows]:
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        line(_GAP.join(padded).rstrip())


def clear_terminal() -> None:
    """Empty the screen and the scrollback of a terminal; nothing where output is no terminal."""
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[H\x1b[2J\x1b[3J")
        sys.stdout.flush()
