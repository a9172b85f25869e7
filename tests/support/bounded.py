"""Work that must end: a program with a limit on processor time, so that no test times anything."""

from __future__ import annotations

import resource
import subprocess
import sys

SECONDS = 20
"""Of processor time: a guard against hanging, a hundred times what the work takes."""


def output_of(program: str, given: bytes) -> str:
    """What a Python ``program`` writes that gets ``given``; an error if it fails or does not end."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=given,
        capture_output=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
    )
    return done.stdout.decode()
