"""What the environment of the console scripts may change in the interpreter: nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fieldlog.system import process


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the image it has")
@pytest.mark.parametrize("name", ["PYTHONINSPECT", "PYTHONDEVMODE", "PYTHONFAULTHANDLER"])
def test_a_name_the_interpreter_has_read_is_shed(name, tmp_path):
    """The program starts again without it, and no prompt stays behind when it ends."""
    script = tmp_path / "fieldlog"
    script.write_text(
        "import sys\nfrom fieldlog.system import process\nprocess.shed_environment()\n"
        "import os\nprint(sys.flags.inspect, sys.flags.dev_mode, os.environ.get('NAME', ''))\n"
        f"print({name!r} in os.environ)\n"
    )
    run = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, name: "1"},
        input="print('a prompt')\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["0", "False", "False"]
    assert ">>>" not in run.stdout + run.stderr


def test_an_isolated_image_is_kept(monkeypatch):
    """Under ``python -I`` the names were never read, so there is nothing to shed."""
    monkeypatch.setenv("PYTHONINSPECT", "1")
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("no second start is needed"))
    flags = type("Flags", (), {"isolated": 1})
    monkeypatch.setattr(sys, "flags", flags)
    process.shed_environment()
    assert process.own_interpreter() == [sys.executable, "-I", "-m"]


def test_without_isolation_a_lock_finds_the_package_again(monkeypatch):
    """A package in a user's folder is looked for where it was found, and never in the current folder."""
    monkeypatch.setattr(sys, "flags", type("Flags", (), {"isolated": 0}))
    assert process.own_interpreter() == [sys.executable, "-P", "-m"]
