"""Nothing: what is on the screen while the vault is being locked."""

from __future__ import annotations

from textual.screen import Screen


class BlankScreen(Screen[None]):
    """An empty screen."""
