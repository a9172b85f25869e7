"""The page ``docs/guide/keys.md``, made from the commands, so that it cannot say anything else."""

from __future__ import annotations

from fieldlog.tui.field.commands import ALL, EVERYWHERE
from fieldlog.tui.kit.commands import Command

_HEAD = """\
# Keys

Every action has a key, a line in the menu (Esc on the list, Ctrl+P everywhere) and a place to click.
The bottom line of each screen shows the keys that matter there; F1 shows all of them with help for the field.
One key has one meaning: F2 begins something, F4 finishes it, F6 is the second action of a screen.
Ctrl works on Cyrillic keyboard layouts too.
This page is made from the program's own list of commands.

## On every screen

"""

_MIDDLE = """
Tab and Shift+Tab move between fields.
Arrows, PgUp, PgDn, Home and End move in lists and texts.
In a field with fixed answers, Left and Right or a digit change the answer, and Enter lists all of them.

## Where it is offered

"""

_COLUMNS = "| Key | Action | What it does |\n| - | - | - |\n"


def keys_page() -> str:
    """The page in English."""
    rest = [command for command in ALL if command not in EVERYWHERE]
    return _HEAD + _COLUMNS + _rows(list(EVERYWHERE)) + _MIDDLE + _COLUMNS + _rows(rest)


def _rows(commands: list[Command]) -> str:
    return "".join(
        f"| {command.all_keys_label or 'menu only'} | {command.title} | {command.explain} |\n"
        for command in commands
    )
