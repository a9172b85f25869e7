"""What new words are for: one way through the screens that draw words and ask them back.

A first vault, a second one, a restored one, another passphrase and new recovery words all go the same way;
they differ in titles and in what happens at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldlog.tui.field.screens.base import ReporterPage


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWords:
    """Titles are English and marked for translation; those of screens that do not come are empty.

    Args:
        title: where the seven words are shown.
        title_back: where they are asked back.
        title_own: where a passphrase of one's own is typed.
        title_recovery: where the twelve words are shown; empty when there are to be none.
        title_recovery_back: where they are asked back.
        finish: gets the page, the passphrase and the recovery words, each empty where there is none.
    """

    finish: Callable[[ReporterPage, str, tuple[str, ...]], None]
    title: str = ""
    title_back: str = ""
    title_own: str = ""
    title_recovery: str = ""
    title_recovery_back: str = ""
