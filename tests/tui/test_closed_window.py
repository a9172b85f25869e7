"""A terminal that goes away, and one that is not all there: the real program on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.i18n.sentences import SENTENCES
from fieldlog.system.locking import FileLock
from fieldlog.tui.kit.output import GONE_SECONDS, SteadyOutput
from support.screens import WORDS, Scene

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no pseudo-terminals")

PATIENCE = GONE_SECONDS + 30
"""For a machine that is busy with other tests; a process that hangs is there for ever."""


STARTER = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Makes the terminal on standard input the one whose end is told to the process."""


HANGING = """
import sys, time
from fieldlog import __main__ as start
from fieldlog.tui.field.vault_work import VaultWork
from fieldlog.tui.kit import base
base.GONE_SECONDS = 1.0
VaultWork.lock = lambda _work: time.sleep(600)
sys.exit(start.main())
"""
"""The program on a disk that never answers when the vault is to be locked."""


@contextmanager
def _on_a_terminal(
    vault: Path, *, stderr: Path | None = None, start: tuple[str, ...] = ("-m", "fieldlog")
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The program on a terminal of its own, and our end of it."""
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    kept = os.dup(theirs) if stderr is None else os.open(stderr, os.O_WRONLY | os.O_CREAT, 0o600)
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, *start, "--vault", str(vault), "--language", "en"],
        stdin=theirs, stdout=theirs, stderr=kept,
        env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
    )  # fmt: skip
    os.close(theirs)
    os.close(kept)
    try:
        yield process, ours
    finally:
        process.kill()
        process.wait()


def _shown(ours: int, *wanted: bytes) -> bytes:
    """What is drawn until one of ``wanted`` is in it, or nothing more comes."""
    drawn, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until and not any(one in drawn for one in wanted):
        if select.select([ours], [], [], 1)[0]:
            try:
                drawn += os.read(ours, 65536)
            except OSError:
                break
    return drawn


@pytest.mark.claim("C-MEM-01")
@pytest.mark.parametrize("unlocked", [False, True])
def test_a_window_that_is_closed_ends_the_process(scene: Scene, unlocked: bool) -> None:
    """Nothing is left in memory and the vault can be opened: also when nobody reads what it draws any more."""
    with _on_a_terminal(scene.vault) as (process, ours):
        assert b"Passphrase" in _shown(ours, b"Passphrase")
        if unlocked:
            os.write(ours, " ".join(WORDS).encode() + b"\r")
            assert b"incidents" in _shown(ours, b"incidents")
        os.close(ours)
        assert process.wait(timeout=PATIENCE) in {128 + signal.SIGHUP, 70}
    FileLock(scene.vault / "fieldlog.json").release()


def test_a_lock_that_never_ends_is_not_waited_for(scene: Scene) -> None:
    """A disk or a terminal that hangs keeps nothing in memory: the process ends as a kill would end it."""
    with _on_a_terminal(scene.vault, start=("-c", HANGING)) as (process, ours):
        assert b"Passphrase" in _shown(ours, b"Passphrase")
        os.write(ours, " ".join(WORDS).encode() + b"\r")
        assert b"incidents" in _shown(ours, b"incidents")
        process.send_signal(signal.SIGTERM)
        _shown(ours)
        assert process.wait(timeout=PATIENCE) == 128 + signal.SIGTERM
        os.close(ours)
    FileLock(scene.vault / "fieldlog.json").release()


@pytest.mark.claim("C-REST-01")
def test_screens_are_not_drawn_into_a_file(scene: Scene, tmp_path: Path) -> None:
    """With standard error redirected nothing is asked and nothing shown: the file would hold all of it."""
    kept = tmp_path / "errors.txt"
    with _on_a_terminal(scene.vault, stderr=kept) as (process, ours):
        assert process.wait(timeout=PATIENCE) == errors.MissingTerminal.exit_status
        os.close(ours)
    assert kept.read_text("utf-8").splitlines() == list(SENTENCES[errors.MissingTerminal.code])


def test_what_cannot_be_drawn_is_dropped() -> None:
    """On a terminal that is gone, and on a closed stream; everything else is passed on."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        output = SteadyOutput(stream)
        assert output.write("drawn") == 5
        output.flush()
        assert output.fileno() == writing
        # What waits in the stream's own buffer would be written once more when it is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)
    assert output.write("drawn") == 5
    output.flush()
