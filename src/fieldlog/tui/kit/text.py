"""The one way from a string to the screen (security.md 6.1).

Textual sends escape sequences inside text to the terminal as they are, and reads ``[...]`` as markup
that can run actions.
``shown`` makes both impossible: the text passes ``system.terminal.safe_text``, and ``Content`` built
from a plain string never interprets markup.
A test reads the source of ``fieldlog.tui`` and refuses a widget that gets its text another way.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from fieldlog.system.terminal import safe_text


def shown(text: str) -> Content:
    """``text``, of one or more lines, as inert content."""
    return Content(safe_text(text, kind="body"))


def shown_line(text: str) -> Content:
    """``text`` as inert content on one line; invisible characters are made visible."""
    return Content(one_line(text))


def one_line(text: str) -> str:
    """``text`` as one safe line."""
    return safe_text(" ".join(text.split()), kind="name")


def typed(text: str) -> str:
    """``text`` fit to stand in an input: safe to draw, and still the person's own words."""
    return safe_text(text, kind="body")


def fit(text: str, width: int) -> str:
    """``text`` as one safe line of exactly ``width`` cells, ending in ``..`` where it had to be cut."""
    line = one_line(text)
    if cell_len(line) <= width:
        return set_cell_size(line, width)
    if width <= 2:
        return set_cell_size(line, width)
    return set_cell_size(set_cell_size(line, width - 2).rstrip() + "..", width)
