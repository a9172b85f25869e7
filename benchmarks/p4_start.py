"""P4: starting. ``fieldlog --help`` against a bare interpreter, and the first screen against a minimal
Textual app with the same kinds of widgets.

Both screens run in a pty; the clock stops when the last line of the first screen has been sent.
"""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence

import measure
import scene

MINIMAL = """
import os
for name in list(os.environ):
    if name.startswith("TEXTUAL"):
        del os.environ[name]
from textual.app import App
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static
from textual.strip import Strip
from rich.segment import Segment

class Lines(Widget, can_focus=True):
    def render_line(self, y):
        return Strip([Segment("  line %d" % y)])

class First(Screen):
    def compose(self):
        with Horizontal(id="titles"):
            yield Static("", id="tag")
            yield Static("Minimal", id="title")
        with Vertical(id="body"):
            yield Static("What language?")
            yield Lines()
        yield Static("", id="hint")
        yield Static("LAST LINE", id="keys")

class Minimal(App):
    CSS = "#titles, #hint, #keys {height: 1} #tag {width: 9} Lines {height: 1fr} #body {height: 1fr}"
    def on_mount(self):
        self.push_screen(First())

Minimal().run()
"""


def until_drawn(command: Sequence[str], last: bytes) -> None:
    """Run ``command`` in a pty until it has sent ``last``."""
    child, descriptor = pty.fork()
    if child == 0:
        os.execve(command[0], list(command), {**os.environ, "TERM": "xterm-256color"})
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    while last not in seen:
        seen += os.read(descriptor, 65536)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(descriptor)


def main() -> None:
    asked = measure.options(__doc__ or "", runs=15)
    interpreter = [sys.executable, "-I"]

    def run(*arguments: str) -> None:
        subprocess.run([*interpreter, *arguments], check=True, stdout=subprocess.DEVNULL)

    measure.in_turn(
        "P4 fieldlog --help, against a bare interpreter",
        ours=lambda: run("-m", "fieldlog", "--help"), peer=lambda: run("-c", "pass"),
        bar=2.5, runs=asked.runs,
    )  # fmt: skip
    with scene.folder(asked.folder) as place:
        ours = [*interpreter, "-m", "fieldlog", "--vault", str(place / "none")]
        measure.in_turn(
            "P4 first screen, against a minimal Textual app",
            ours=lambda: until_drawn(ours, b"Enter"),
            peer=lambda: until_drawn([*interpreter, "-c", MINIMAL], b"LAST LINE"),
            bar=1.25, runs=asked.runs,
        )  # fmt: skip


if __name__ == "__main__":
    main()
