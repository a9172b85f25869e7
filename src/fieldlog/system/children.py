"""Run this interpreter again as a child and wait for it.

Practice needs a parent that outlives the screen: the screen ends its process image on lock, and the
parent still takes the throw-away folder away.
Signals that end a terminal session are passed on to the child, and the parent goes on waiting.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from fieldlog.system.process import own_interpreter


def run_module(module: str, arguments: Sequence[str]) -> int:
    """Run ``module`` with ``arguments`` on this terminal and return its exit status.

    A child ended by signal N gives 128 + N, as a shell would say.
    """
    command = [*own_interpreter(), module, *arguments]
    if os.name != "posix":
        return os.spawnv(os.P_WAIT, sys.executable, command)  # noqa: S606 - our own interpreter, no shell
    child = os.posix_spawn(sys.executable, command, os.environ)

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # The terminal has sent SIGINT to the child as well; twice would be once too often.
        if number != signal.SIGINT:
            os.kill(child, number)

    previous = {
        number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    }
    try:
        _, status = os.waitpid(child, 0)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code
