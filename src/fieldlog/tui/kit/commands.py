"""A command is declared once; binding, key bar, menu, palette, help and manual come from it.

Texts are English literals marked for translation and looked up when they are drawn, so a change of
language needs no second declaration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from fieldlog.i18n.catalog import translate

FOOTER_ITEMS: Final = 7
"""More does not fit 80 columns in Russian (ui.md finding 8)."""

_KEY_NAMES: Final = {
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "delete": "Del",
    "insert": "Ins",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "question_mark": "?",
    "left": "<-",
    "right": "->",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing a person can do.

    Args:
        name: the action: a page that offers the command has ``action_<name>``.
        keys: names of keys as Textual calls them; the first is the one shown.
        short: the word in the key bar.
        title: the line in menu and palette.
        explain: what it does, one sentence, for help and manual.
        in_footer: whether the key bar shows it.
        stays: whether it stays in the key bar when others no longer fit.
    """

    name: str
    keys: tuple[str, ...]
    short: str
    title: str
    explain: str
    in_footer: bool = True
    stays: bool = False

    @property
    def key_label(self) -> str:
        """The first key as people call it."""
        return key_label(self.keys[0]) if self.keys else ""

    @property
    def all_keys_label(self) -> str:
        """Every key of the command."""
        return ", ".join(key_label(key) for key in self.keys)

    @property
    def short_text(self) -> str:
        """``short`` in the chosen language."""
        return translate(self.short)

    @property
    def title_text(self) -> str:
        """``title`` in the chosen language."""
        return translate(self.title)

    @property
    def explain_text(self) -> str:
        """``explain`` in the chosen language."""
        return translate(self.explain)


def key_label(key: str) -> str:
    """``f9`` as ``F9``, ``ctrl+l`` as ``Ctrl+L``."""
    parts = key.split("+")
    return "+".join(
        _KEY_NAMES.get(part, part.upper() if len(part) <= 3 and part != "tab" else part.title())
        if part != "ctrl"
        else "Ctrl"
        for part in parts
    )


def bindings(commands: Iterable[Command], *, target: str = "") -> list[Binding]:
    """Textual bindings of ``commands``; ``target`` is ``"app."`` for those the app itself does.

    Function and Ctrl keys go before the focused field: a text field must not swallow F9.
    """
    return [
        Binding(key, target + command.name, "", show=False, priority=_goes_first(key))
        for command in commands
        for key in command.keys
    ]


def _goes_first(key: str) -> bool:
    if key in ("ctrl+z", "ctrl+y"):
        return False  # undo belongs to the field one types in
    return key.startswith("ctrl+") or (key[0] == "f" and key[1:].isdigit())
