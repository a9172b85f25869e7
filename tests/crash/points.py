"""The calls at which a workload can be killed or refused: each named by what strace can hit, the n-th of its kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from crash.expect import Expectation, without_outputs
from crash.oracle import Care, Verdict, judge
from crash.record import Prepared, Ran, Run, Workers
from support.syscalls import CHANGING

_LINE = re.compile(rb"^(\d+) +(\w+)\(")
_HARMLESS = {"lseek", "mmap", "close", "writev", "dup", "dup2", "dup3"}
"""Not a point, as opening without making: they leave the disk as it is, or tell what was acknowledged."""

_THOROUGH = 4
"""Every fourth time it is looked at thoroughly."""

SEED = "the same codes in every run"
WRITES = {"write", "pwrite64", "pwritev", "ftruncate", "fallocate", "fsync", "fdatasync"}


@dataclass(frozen=True, slots=True)
class Point:
    """The ``count``-th call ``name`` of the program's main thread."""

    name: str
    count: int


class Rehearsed:
    """One whole run, and the points in it."""

    def __init__(self, prepared: Prepared, workers: Workers) -> None:
        self.prepared = prepared
        self._workers = workers
        with prepared.run() as run:
            ran = workers.perform(run, tracing=CHANGING, seed=SEED)
            assert ran.outcome == "done", ran.outcome
            self.expected: list[Expectation] = run.expected()
            self.points = list(_points(ran, run))

    @contextmanager
    def performed(self, point: Point, what: str) -> Iterator[tuple[Run, Ran]]:
        """A run of its own in which ``what`` happens at ``point``."""
        with self.prepared.run() as run:
            yield (
                run,
                self._workers.perform(
                    run,
                    tracing=point.name,
                    inject=[f"{point.name}:{what.format(when=point.count)}"],
                    seed=SEED,
                ),
            )

    def judged(self, run: Run, *, turn: int) -> Verdict:
        """What the run left."""
        told = run.expected()
        assert without_outputs(told) == without_outputs(self.expected[: len(told)]), (
            "two runs of one workload differ"
        )
        # Sealed files have other bytes in each run: of one that was not acknowledged only the size is known.
        rest = [
            replace(
                one,
                outputs=told[-1].outputs | {f"rehearsed {name}": what for name, what in one.outputs.items()},
            )
            for one in self.expected[len(told) :]
        ]
        expected = [*told, *rest]
        care = Care.WRITTEN if turn % _THOROUGH else Care.THOROUGH
        return judge(run.place, expected, len(told) - 1, turn=turn, care=care)


def _points(ran: Ran, run: Run) -> Iterator[Point]:
    counted: Counter[str] = Counter()
    root = "".join(f"\\x{byte:02x}" for byte in str(run.place.root).encode()).encode()
    main = b""
    with ran.trace.open("rb") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue
            main = main or found[1]
            if found[1] != main:
                # Threads that calculate write nothing; strace counts the calls of each by itself.
                assert root not in line, "a second thread works on the disk"
                continue
            name = found[2].decode()
            counted[name] += 1
            if root in line and name not in _HARMLESS and (name != "openat" or b"O_CREAT" in line):
                yield Point(name, counted[name])


def spread(points: list[Point], wanted: int) -> list[Point]:
    """``wanted`` of the points, evenly, the first and the last among them."""
    if len(points) <= wanted:
        return points
    return [points[place * (len(points) - 1) // (wanted - 1)] for place in range(wanted)]
