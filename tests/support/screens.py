"""Screens under test: a vault of made-up incidents, the app on it, and what the screen shows."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot

from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field.application import ReporterApp
from fieldlog.tui.field.vault_work import VaultWork
from fieldlog.tui.kit.base import Timings

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
WORDS = ("crime", "relax", "other", "angry", "thumb", "army", "minimum")
RECOVERY = (*("legal winner thank year wave sausage worth useful legal winner thank yellow".split()),)  # noqa: SIM905 - as one writes it down

QUICK = Timings(autosave_after=0.02, autosave_every=0.1)
SLOW = Timings(autosave_after=3600, autosave_every=3600)


@dataclass(frozen=True)
class Scene:
    """A vault with incidents, and an organisation's card with its check code."""

    vault: Path
    card: Path
    code: str


def capture(**answers: str) -> QuickCapture:
    return replace(QuickCapture.begun(NOW), **answers)


STORIES = (
    ("INC-000001", capture(what="Two men in plain clothes took P-9QW2XY at the fountain.", when="2026-03-01",
                           where="Almaty, Republic square", family="LIB", perpetrator="POL", urgency="U2")),
    ("INC-000002", capture(what="Их избили у выхода из клуба, полиция не приехала.", when="27.02.2026 14:30",
                           where="Алматы", family="VIO", perpetrator="GRP", urgency="U0", consent="C2")),
    ("INC-000003", capture(what="Пәтерді тінтіп, телефонды алып кетті.", when="2026-02",
                           where="Астана", family="PRV", perpetrator="SEC", urgency="U1", consent="C1")),
)  # fmt: skip


def reporter(folder: Path, **options: Any) -> ReporterApp:
    """The app on ``folder`` at a fixed time."""
    clock = options.pop("clock", FixedClock(NOW))
    options.setdefault("timings", QUICK)
    return ReporterApp(
        work=VaultWork(folder=folder, clock=clock, profile=CHEAPEST_FOR_TESTS), clock=clock, **options
    )


def dump(app: App[Any]) -> str:
    """The screen as text (ui.md recipe 2.6)."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Wait for something that happens on another thread; a bound against hanging, not a measure."""
    for _ in range(1000):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError("it never happened; the screen shows:\n" + dump(pilot.app))


async def type_in(pilot: Pilot[Any], text: str) -> None:
    """Type text letter by letter."""
    names = {" ": "space", ".": "full_stop", ",": "comma", "-": "minus", ":": "colon", "/": "slash"}
    await pilot.press(*(names.get(letter, letter) for letter in text))


async def unlock(pilot: Pilot[Any], words: tuple[str, ...] = WORDS) -> None:
    """Type the passphrase and wait for what comes."""
    from fieldlog.tui.field.screens.unlock import UnlockScreen

    await pilot.pause()
    assert isinstance(pilot.app.screen, UnlockScreen)
    pilot.app.post_message(events.Paste(" ".join(words)))
    await pilot.pause()
    await pilot.press("enter")
    await until(pilot, lambda: not isinstance(pilot.app.screen, UnlockScreen))
    await pilot.pause(0.1)
