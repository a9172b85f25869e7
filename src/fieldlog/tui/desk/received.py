"""What the desk's screens show: plain values, made by whoever opened the bundle.

The screens verify nothing and open nothing themselves; ``open_it`` does, on its own thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One received incident: its code, one line about it, and the whole of it as text.

    ``text`` takes the columns there are and gives lines that fit.
    """

    code: str
    line: str
    text: Callable[[int], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A bundle that verified. ``checks`` and ``warnings`` are sentences in the chosen language."""

    organisation: str
    sender: str
    size_bytes: int
    checks: tuple[str, ...]
    warnings: tuple[str, ...]
    stories: tuple[Story, ...]


OpenIt = Callable[[Progress], Received]
"""Unlocks, opens and verifies; raises an error of ``fieldlog.errors`` when anything does not hold."""
