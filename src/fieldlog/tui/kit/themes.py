"""Colours: dark, light, high contrast and the terminal's own.

Nothing is told by colour alone; without any colour every screen still reads (ui.md finding 9).
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from fieldlog.i18n.catalog import mark as N_

DARK: Final = Theme(
    name="fieldlog-dark",
    primary="#5fafaf",
    secondary="#87afd7",
    warning="#ffd75f",
    error="#ff8787",
    success="#87d787",
    accent="#ffd75f",
    foreground="#d7d7d7",
    background="#14181c",
    surface="#1c2228",
    panel="#263038",
    dark=True,
)
LIGHT: Final = Theme(
    name="fieldlog-light",
    primary="#005f5f",
    secondary="#005f87",
    warning="#875f00",
    error="#af0000",
    success="#005f00",
    accent="#875f00",
    foreground="#1c1c1c",
    background="#f4f4f0",
    surface="#e8e8e2",
    panel="#d8d8d0",
    dark=False,
)
CONTRAST: Final = Theme(
    name="fieldlog-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    warning="#ffff00",
    error="#ffff00",
    success="#ffffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
)
THEMES: Final = (DARK, LIGHT, CONTRAST)

TITLES: Final = {
    "fieldlog-dark": N_("Dark"),
    "fieldlog-light": N_("Light"),
    "fieldlog-contrast": N_("High contrast"),
    "ansi-dark": N_("The terminal's own colours"),
}
"""Themes a person can choose, by Textual's name."""
