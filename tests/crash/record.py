"""Running workloads in a process of their own, traced: to record what they do, to kill them, to refuse them.

The tracer is attached after the program has been loaded and before the workload begins, so every call that
is recorded or counted is one of the workload.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from crash.expect import Expectation, read_expectations
from crash.replay import Replay
from crash.workloads import Place, Told, Workload
from support.syscalls import CHANGING

_CHILD = Path(__file__).with_name("child.py")


def require_tracer() -> None:
    """Go on only where a process can be traced."""
    works = shutil.which("strace") and not subprocess.run(
        ["strace", "-qq", "-o", os.devnull, "true"], check=False, capture_output=True
    ).returncode  # fmt: skip
    if not works:
        assert not os.environ.get("CI"), "strace has to work where CI runs"
        pytest.skip("strace is not installed, or may not trace here")


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run ended. ``outcome`` is what the run itself said, empty when it was killed."""

    killed: bool
    outcome: str
    trace: Path


class Prepared:
    """What a workload begins with, made once and copied for each run."""

    def __init__(self, workload: Workload, folder: Path) -> None:
        self.workload = workload
        self.folder = folder
        self.inputs = folder / "inputs"
        self.before = folder / "before"
        for made in (folder, self.inputs, self.before):
            made.mkdir(mode=0o700)
        self._first = folder / "first"
        descriptor = os.open(self._first, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            workload.prepare(
                Place(self.before, self.inputs), Told(descriptor, Place(self.before, self.inputs))
            )
        finally:
            os.close(descriptor)
        self._runs = 0

    @contextmanager
    def run(self) -> Iterator[Run]:
        """A copy to work in; it is gone after the block."""
        self._runs += 1
        folder = self.folder / f"run-{self._runs}"
        shutil.copytree(self.before, folder / "root", copy_function=shutil.copy)
        shutil.copy(self._first, folder / "acknowledgements")
        try:
            yield Run(self, folder)
        finally:
            shutil.rmtree(folder)


class Run:
    """One run of a workload in a place of its own."""

    def __init__(self, prepared: Prepared, folder: Path) -> None:
        self.prepared = prepared
        self.place = Place(folder / "root", prepared.inputs)
        self.acknowledgements = folder / "acknowledgements"
        self.outcome = folder / "outcome"
        self.trace = folder / "trace"

    def expected(self) -> list[Expectation]:
        """What was acknowledged, beginning with what was there before."""
        return read_expectations(self.acknowledgements)

    def replay(self) -> Replay:
        return Replay(
            self.trace,
            before=self.prepared.before,
            root=self.place.root,
            acknowledgements=self.acknowledgements,
        )


class Workers:
    """The process that forks runs. Use it in ``with``."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def perform(
        self,
        run: Run,
        *,
        tracing: str = CHANGING,
        inject: Sequence[str] = (),
        twist: str = "",
        seed: str = "",
    ) -> Ran:
        """Let ``run`` happen under strace, which also does what ``inject`` says."""
        order = {
            "workload": run.prepared.workload.name,
            "root": str(run.place.root),
            "inputs": str(run.place.inputs),
            "acknowledgements": str(run.acknowledgements),
            "outcome": str(run.outcome),
            "twist": twist,
            "seed": seed,
        }
        self._say(json.dumps(order))
        process = self._hear()
        command = [
            "strace",
            "-f",
            "-y",
            "-xx",
            "-s",
            "4194304",
            "-e",
            "signal=none",
            "-e",
            f"trace={tracing}",
        ]
        for injected in inject:
            command += ["-e", f"inject={injected}"]
        tracer = subprocess.Popen(
            [*command, "-o", str(run.trace), "-p", str(process)], stderr=subprocess.PIPE, text=True
        )
        assert tracer.stderr is not None
        try:
            said = tracer.stderr.readline()
            assert "attached" in said, said
            self._say("go")
            status = self._hear()
            tracer.wait(120)
        finally:
            tracer.kill()
            tracer.wait()
            tracer.stderr.close()
        killed = os.WIFSIGNALED(status)
        assert not killed or os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
        return Ran(killed, run.outcome.read_text("utf-8"), run.trace)
