"""What every benchmark shares: run two things in turn, take medians, print one ratio against its bar.

The machine is noisy and shared, so a figure is never a time: it is our median divided by the peer's,
both measured in the same call, ours and the peer's in turn.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Options = Callable[[argparse.ArgumentParser], None]


def at_percent(values: Sequence[float], percent: float) -> float:
    """The value that so many of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured ratio. Times are medians in seconds."""

    name: str
    ours: float
    peer: float
    bar: float
    runs: int

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    def line(self) -> str:
        verdict = "meets" if self.ratio <= self.bar else "MISSES"
        return (
            f"{self.name}: {self.ratio:.2f} x the peer (bar {self.bar:.2f}, {verdict} it); "
            f"ours {self.ours:.4g} s, peer {self.peer:.4g} s, median of {self.runs}"
        )


def keep(key: str, value: float) -> None:
    """Write a figure for the threat model where that is asked for (FIELDLOG_WRITE_FIGURES=1)."""
    tests = str(Path(__file__).resolve().parents[1] / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    from support import figures

    figures.record(key, float(f"{value:.3g}"))


def options(description: str, *, runs: int = 5, more: Options | None = None) -> argparse.Namespace:
    """The common command line of a benchmark script; ``more`` adds to it."""
    parser = argparse.ArgumentParser(description=description)
    if more is not None:
        more(parser)
    parser.add_argument("--runs", type=int, default=runs, help="how often each side runs (at least 5)")
    parser.add_argument("--mib", type=int, default=1024, help="size of the data where it matters, MiB")
    parser.add_argument("--folder", default=None, help="where to work; needs several times the size free")
    return parser.parse_args()


def timed(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turn(
    name: str,
    *,
    ours: Callable[[], object],
    peer: Callable[[], object],
    bar: float,
    runs: int,
    key: str = "",
) -> Figure:
    """Run both ``runs`` times in turn after one warm-up each, print the figure and keep it as ``key``."""
    ours()
    peer()
    pairs = [(timed(ours), timed(peer)) for _ in range(runs)]
    figure = Figure(
        name=name,
        ours=statistics.median(pair[0] for pair in pairs),
        peer=statistics.median(pair[1] for pair in pairs),
        bar=bar,
        runs=runs,
    )
    print(figure.line(), flush=True)
    if key:
        keep(key, figure.ratio)
    return figure


def shell(command: str) -> None:
    """Run a pipeline of other people's tools; a failing part fails the benchmark."""
    subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, stdout=subprocess.DEVNULL)


PEAK = """
import atexit, os, re, sys

def tell():
    with open("/proc/self/status") as status:
        os.write(2, b"peak %d\\n" % int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]))

atexit.register(tell)
from fieldlog.__main__ import {entry}
sys.exit({entry}())
"""
"""Runs one of our programs and tells its own peak; ``ru_maxrss`` would include that of its parent."""


def run_quietly(entry: str, arguments: Sequence[str], *, secret: bytes = b"") -> tuple[float, float]:
    """Run ``main`` or ``desk_main`` with ``secret`` on a descriptor; wall seconds and peak memory in MiB."""
    read_end, write_end = os.pipe()
    os.write(write_end, secret)
    os.close(write_end)
    command = [sys.executable, "-I", "-c", PEAK.format(entry=entry), "--passphrase-fd", str(read_end)]
    start = time.perf_counter()
    run = subprocess.run(
        [*command, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=(read_end,),
        check=False,
    )
    elapsed = time.perf_counter() - start
    os.close(read_end)
    peak = re.search(r"peak (\d+)", run.stderr)
    if run.returncode or peak is None:
        sys.exit(f"failed with {run.returncode}: {run.stderr}")
    return elapsed, int(peak[1]) / 1024
