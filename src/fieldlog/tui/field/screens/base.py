"""What the reporter's screens share: the app by its type, and asking the vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from fieldlog.tui.field.work import Work
from fieldlog.tui.kit.page import Page

if TYPE_CHECKING:
    from fieldlog.tui.field.application import ReporterApp

_STYLES: Final = Path(__file__).parent.parent / "styles"


def styles(name: str) -> str:
    """Path of the style sheet of the screen ``name``."""
    return str(_STYLES / f"{name}.tcss")


class ReporterPage(Page):
    """A screen of the reporter."""

    @property
    def reporter(self) -> ReporterApp:
        """The app."""
        return cast("ReporterApp", self.app)

    @property
    def work(self) -> Work:
        """What touches the vault."""
        return self.reporter.work

    @property
    def is_there(self) -> bool:
        """Whether it still is one of the screens when an answer of the vault arrives, also while mounting."""
        return self in self.app.screen_stack

    async def action_back(self) -> None:
        """Esc: one step back."""
        self.app.pop_screen()

    def action_menu(self) -> None:
        """Esc on a screen there is no way back from."""
        self.reporter.action_menu()
