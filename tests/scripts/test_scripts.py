"""Stories told with commands, run as they stand: each ``*.txt`` here is one end-to-end test.

A story is prose with indented lines in it. ``$`` begins a command, ``>`` gives it a line of input, and the
lines below are what it has to print, output and errors together. In them ``*`` stands for anything within
the line, ``...`` alone for any lines, and ``<name>`` takes what stands there into the variable ``$name`` for
the commands that follow. ``[20]`` is the exit status where it is not 0.
The commands run in an empty folder, with an empty home and no way to the network, by ``bash``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

HERE = Path(__file__).parent
PATIENCE = 300
_CAPTURE = re.compile(r"<([a-z_]+)>")
_STATUS = re.compile(r"\[(\d+)\]")
_NEEDS = re.compile(r"^Needs: (.*)\.$", re.MULTILINE)
_PROVES = re.compile(r"^Proves: (.*)\.$", re.MULTILINE)


posix = pytest.mark.skipif(os.name != "posix", reason="the stories are told in bash")


@dataclass
class Step:
    """One command and what is expected of it."""

    line: int
    command: str
    given: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    status: int = 0


def steps_of(story: str) -> list[Step]:
    steps: list[Step] = []
    for number, line in enumerate(story.splitlines(), 1):
        if not line.startswith("  "):
            continue
        text = line[2:]
        if text.startswith("$ "):
            steps.append(Step(number, text[2:]))
        elif text.startswith(">"):
            steps[-1].given.append(text[2:])
        elif found := _STATUS.fullmatch(text):
            steps[-1].status = int(found[1])
        else:
            steps[-1].expected.append(text)
    return steps


def pattern_of(expected: list[str]) -> re.Pattern[str]:
    """The expected lines as one expression over the whole output."""
    parts = []
    for line in expected:
        if line == "...":
            parts.append(r"(?:.*\n)*?")
            continue
        pieces = re.split(r"(\*|<[a-z_]+>)", line)
        parts.append(
            "".join(
                ".*"
                if piece == "*"
                else f"(?P<{name[1]}>.+)"
                if (name := _CAPTURE.fullmatch(piece))
                else re.escape(piece)
                for piece in pieces
            )
            + r"\n"
        )
    return re.compile("".join(parts))


def environment_for(folder: Path) -> dict[str, str]:
    home = folder / "home"
    (home / "tmp").mkdir(parents=True)
    beside = [str(HERE / "commands"), str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        "PATH": os.pathsep.join(beside),
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "FIELDLOG_NODE_MODULES": os.environ.get("FIELDLOG_NODE_MODULES", ""),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def require(needs: list[str]) -> None:
    """Skip where a tool is missing; where CI runs it has to be there."""
    for name in needs:
        if name == "age-encryption":
            there = (Path(os.environ.get("FIELDLOG_NODE_MODULES", "")) / name).is_dir()
        else:
            there = shutil.which(name) is not None
        if not there:
            assert "CI" not in os.environ, f"{name} has to be installed where CI runs"
            pytest.skip(f"{name} is not installed")


def told(text: str, folder: Path) -> None:
    """Run a story's commands one after the other.

    Raises:
        AssertionError: a command printed something else, or ended with another status.
    """
    environment = environment_for(folder)
    for step in steps_of(text):
        ran = subprocess.run(
            ["bash", "-c", step.command],
            input="".join(line + "\n" for line in step.given),
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        shown = f"line {step.line}: {step.command}\nstatus {ran.returncode}, and it printed:\n{ran.stdout}"
        # A prompt that was answered from a pipe ends without a newline.
        printed = ran.stdout if ran.stdout.endswith("\n") or not ran.stdout else ran.stdout + "\n"
        found = pattern_of(step.expected).fullmatch(printed)
        assert found, shown
        assert ran.returncode == step.status, shown
        environment |= found.groupdict()


def every_story() -> list[ParameterSet]:
    """The stories, each with the claims it proves."""
    stories = []
    for path in sorted(HERE.glob("*.txt")):
        claims = [
            claim for found in _PROVES.finditer(path.read_text("utf-8")) for claim in found[1].split(", ")
        ]
        stories.append(pytest.param(path, id=path.stem, marks=[pytest.mark.claim(claim) for claim in claims]))
    return stories


@posix
@pytest.mark.parametrize("story", every_story())
def test_story(story: Path, tmp_path: Path) -> None:
    """Every command of the story prints what the story says and ends with the status it says."""
    text = story.read_text("utf-8")
    for found in _NEEDS.finditer(text):
        require(found[1].split(", "))
    told(text, tmp_path)


@posix
@pytest.mark.parametrize(
    "untrue",
    [
        "  $ echo one\n  two",
        "  $ echo one; echo two\n  one",
        "  $ echo one\n  one\n  [1]",
        "  $ false",
        "  $ echo one\n  <name>\n  $ test $name = two",
    ],
)
def test_an_untrue_story_fails(untrue: str, tmp_path: Path) -> None:
    """A story with other output, more output, another status or another value does not pass."""
    with pytest.raises(AssertionError):
        told(untrue, tmp_path)
