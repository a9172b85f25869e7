"""A real terminal for tests: a pty, a program in it, and the screen a person would see.

``Terminal`` feeds keys and waits for text on the screen (emulated by pyte).
``raw`` keeps every byte the program sent, for tests about escape sequences.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "delete": "\x1b[3~",
    "space": " ",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f4": "\x1bOS",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "f12": "\x1b[24~",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+s": "\x13",
    "ctrl+u": "\x15",
}

PATIENCE = 60.0
"""Seconds to wait for a text; a bound against hanging, never a measure of speed."""


class Terminal:
    """A program in a pty of ``columns`` x ``rows``."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.status: int | None = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if folder is not None:
                    os.chdir(folder)
                os.execvpe(command[0], list(command), dict(environment or os.environ))
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        os.close(self.fd)

    def pump(self, seconds: float = 0.05) -> bool:
        """Read what the program sent; False once it has closed the terminal."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            sent = os.read(self.fd, 65536)
        except OSError:
            return False
        if not sent:
            return False
        self.raw += sent
        self._stream.feed(sent)
        return True

    def text(self) -> str:
        """The screen as text, one line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait_for(self, wanted: str, *, seconds: float = PATIENCE) -> str:
        """Wait until ``wanted`` stands on the screen; returns the screen."""
        end = time.monotonic() + seconds
        while wanted not in self.text():
            alive = self.pump()
            if wanted in self.text():
                break
            if not alive or time.monotonic() > end:
                raise AssertionError(f"{wanted!r} never came; the screen shows:\n{self.text()}")
        return self.text()

    def settle(self, quiet: float = 0.4) -> str:
        """Wait until nothing has been drawn for ``quiet`` seconds."""
        last = len(self.raw)
        since = time.monotonic()
        while time.monotonic() - since < quiet:
            if not self.pump():
                break
            if len(self.raw) != last:
                last, since = len(self.raw), time.monotonic()
        return self.text()

    def press(self, *keys: str) -> None:
        """Press named keys one after the other, letting the program react to each."""
        for key in keys:
            os.write(self.fd, KEYS[key].encode())
            self.settle(0.15)

    def type(self, words: str) -> None:
        """Type text as a keyboard would."""
        for letter in words:
            os.write(self.fd, letter.encode())
            self.pump(0.005)
        self.settle(0.15)

    def send(self, words: str, *keys: str) -> None:
        """Text and keys at once, faster than anything can react to them."""
        os.write(self.fd, (words + "".join(KEYS[key] for key in keys)).encode())

    def paste(self, words: str) -> None:
        """Paste text, in brackets as modern terminals do."""
        os.write(self.fd, b"\x1b[200~" + words.encode() + b"\x1b[201~")
        self.settle(0.2)

    def wait(self, *, seconds: float = PATIENCE) -> int:
        """Wait for the program to end; its exit status, 128 + N after signal N."""
        end = time.monotonic() + seconds
        while self.status is None:
            self.pump(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                self.status = code if code >= 0 else 128 - code
            elif time.monotonic() > end:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text()}")
        return self.status

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the program at once."""
        if self.status is None:
            try:
                os.kill(self.pid, number)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
            self.status = 128 + number
