"""A reporter at a real terminal: what a person presses to get from one task to the next.

Each step waits for the screen it leads to, so a story fails at the step that went wrong and shows the
screen of that moment. The language of the screens is English; what is typed may be in any.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.terminal import Terminal

PROGRAM = (sys.executable, "-I", "-m", "fieldlog")

FIELDS = ("what", "when", "where", "place_type", "who", "perpetrator", "family", "urgency", "consent", "path")
"""The fields of the form in the order in which Tab goes through them."""


def fresh_home(folder: Path) -> dict[str, str]:
    """An environment whose every place to write lies below ``folder``."""
    places = {
        "HOME": "home",
        "TMPDIR": "tmp",
        "XDG_CACHE_HOME": "home/cache",
        "XDG_CONFIG_HOME": "home/config",
        "XDG_DATA_HOME": "home/data",
        "XDG_STATE_HOME": "home/state",
        "XDG_RUNTIME_DIR": "run",
    }
    for place in places.values():
        (folder / place).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        **{name: str(folder / place) for name, place in places.items()},
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": "UTC",
    }


class Reporter(Terminal):
    """The reporter's screens in a terminal, and the tasks done in them."""

    def __init__(
        self,
        vault: Path,
        environment: Mapping[str, str],
        *,
        command: Sequence[str] = PROGRAM,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        super().__init__(
            [*command, "--vault", str(vault)],
            columns=columns,
            rows=rows,
            environment=environment,
            folder=Path(environment["HOME"]),
        )

    @property
    def program(self) -> int:
        """The process of Fieldlog, whether it runs under a tracer or not."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii").split()
        return int(children[0]) if children else self.pid

    def kill_program(self) -> None:
        """``kill -9``: nothing of Fieldlog runs any more, not even a handler."""
        os.kill(self.program, signal.SIGKILL)
        self.wait()

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the program and whoever traces it."""
        if self.status is None:
            os.kill(self.program, number)
        super().kill(number)

    # --- tasks ------------------------------------------------------------------------------------

    def create_vault(self) -> tuple[str, str]:
        """From the first start to the empty list; gives passphrase and recovery words."""
        self.wait_for("Up and Down choose, Enter goes on.")
        self.press("enter")
        self.wait_for("Make my vault")
        self.press("down", "enter")
        if "Where the vault will lie" in self.settle():
            self.press("enter")
        self.wait_for("Write these seven words")
        words = self._numbered(7)
        self.press("enter")
        self._type_back(words)
        self.wait_for("Write these twelve words")
        recovery = self._numbered(12)
        self.press("enter")
        self._type_back(recovery)
        self.wait_for("Nothing here yet.")
        return " ".join(words), " ".join(recovery)

    def _type_back(self, words: Sequence[str]) -> None:
        """Three words from the paper."""
        shown = self.wait_for("Type these three words")
        for place in re.findall(r"Word (\d+)", shown):
            self.type(words[int(place) - 1])
            self.press("enter")

    def _numbered(self, count: int) -> list[str]:
        found = {int(place): word for place, word in re.findall(r"\b(\d+)  (\S+)", self.settle())}
        return [found[place] for place in range(1, count + 1)]

    def unlock(self, passphrase: str, *, shows: str = "Find") -> None:
        """From the unlock screen to what comes after it."""
        self.wait_for("Type your passphrase")
        self.type(passphrase)
        self.press("enter")
        self.wait_for(shows)

    def new_incident(self) -> None:
        """An empty form, with the cursor in the story."""
        self.press("f2")
        self.wait_for("What happened?")

    def go(self, start: str, target: str) -> None:
        """From one field of the form to another."""
        steps = FIELDS.index(target) - FIELDS.index(start)
        self.press(*(["tab"] * steps if steps >= 0 else ["shift+tab"] * -steps))

    def saved(self) -> None:
        """Wait until the last key is in the vault."""
        self.settle(1.5)
        self.wait_for("saved ")
