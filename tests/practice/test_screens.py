"""``run.py demo`` in a real terminal: the three uses on one made-up vault."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from support.terminal import Terminal

COMMAND = (sys.executable, "-I", "-m", "fieldlog.practice", "--language", "en")


def folders() -> set[str]:
    return {str(path) for place in (Path("/dev/shm"), Path("/tmp")) if place.is_dir()
            for path in place.glob("fieldlog-practice-*")}  # fmt: skip


@pytest.fixture
def terminal(tmp_path):
    before = folders()
    environment = {**os.environ, "TERM": "xterm-256color", "TMPDIR": str(tmp_path)}
    with Terminal(COMMAND, environment=environment) as running:
        running.wait_for("12 incidents")
        running.made = folders() - before
        yield running


def gone(running: Terminal) -> None:
    assert running.made
    assert not running.made & folders()


def test_record_hand_over_and_see_the_desk(terminal):
    """From the list to a sealed file to the organisation's desk and back, by keyboard, and nothing is left."""
    terminal.press("f5")
    terminal.wait_for("step 1 of 4")
    terminal.press("space", "enter")
    terminal.wait_for("step 2 of 4")
    if "[x]" not in terminal.text():
        terminal.press("space")
    terminal.press("enter")
    terminal.wait_for("step 3 of 4")
    terminal.press("f4")
    terminal.wait_for("the file is written")
    terminal.press("f6")
    terminal.wait_for("This bundle is genuine and unaltered.")
    assert "PRACTICE" in terminal.text()
    terminal.press("enter")
    terminal.wait_for("Esc Back to the bundle")
    terminal.press("esc")
    terminal.wait_for("This bundle is genuine")
    terminal.press("esc")
    terminal.wait_for("Handed over 1")
    terminal.press("f12")
    assert terminal.wait() == 0
    gone(terminal)


def test_lock_comes_back_to_the_same_draft(terminal):
    """F9 locks at once; the words on the screen open it again, at the field and the text one left."""
    terminal.press("f2")
    terminal.wait_for("What happened?")
    terminal.type("two men asked for me at the door")
    terminal.press("f9")
    terminal.wait_for("The words of this vault are")
    lines = terminal.text().splitlines()
    words = lines[next(n for n, line in enumerate(lines) if "The words of this vault are" in line) + 1]
    terminal.type(words.strip())
    terminal.press("enter")
    terminal.wait_for("two men asked for me at the door")
    terminal.type(" again")
    terminal.wait_for("at the door again")
    terminal.press("f12")
    assert terminal.wait() == 0
    gone(terminal)


def test_a_closed_window_leaves_nothing(terminal):
    """When the window is closed the folder goes too."""
    os.kill(terminal.pid, signal.SIGHUP)
    assert terminal.wait() in (128 + signal.SIGHUP, 128 + signal.SIGTERM)
    gone(terminal)
