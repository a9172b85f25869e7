"""However a process with an open vault ends, it ends without a memory fault (AT-31)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.tally import add_up

SCRIPT = Path(__file__).with_name("ending_with_an_open_vault.py")
ENDINGS = (
    "falls off its end", "raises", "sys.exit", "os._exit", "SIGTERM", "SIGINT", "in a thread", "cursor left open",
    "references dropped", "closed twice", "exec", "in a transaction",
)  # fmt: skip
EXITS = 1000


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_memory_fault(quick_disk: Path, ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A thousand exits over twelve ways to end: not one by a signal that nobody sent, and every save kept."""
    count = -(-EXITS // len(ENDINGS))
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(quick_disk), ending, str(count)],
        capture_output=True, text=True, check=False, timeout=600,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONFAULTHANDLER": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    statuses = [int(word) for word in done.stdout.split()]
    assert len(statuses) == count
    allowed = {"SIGTERM": {-signal.SIGTERM}, "SIGINT": {1, -signal.SIGINT}, "raises": {1}}.get(ending, {0})
    faults = sum(status not in allowed for status in statuses)
    add_up(
        tmp_path_factory, ending, {"AT-31.exits": len(statuses), "AT-31.faults": faults, "AT-31.endings": 1}
    )
    assert not faults
