"""The throw-away folder and the child that runs in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from fieldlog.system import throwaway

CHILD = "import sys; from fieldlog.system.children import run_module; sys.exit(run_module({module!r}, {arguments!r}))"


def test_it_is_private_and_gone_afterwards():
    """The folder is for its owner only and leaves with everything in it."""
    with throwaway.throwaway_folder("fieldlog-test") as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "below").mkdir()
        (folder / "below" / "file").write_bytes(b"x")
    assert not folder.exists()


def test_it_is_gone_after_an_error_too():
    """A run that fails leaves nothing either."""
    with pytest.raises(RuntimeError), throwaway.throwaway_folder("fieldlog-test") as folder:
        raise RuntimeError
    assert not folder.exists()


def test_without_memory_the_temporary_folder_is_used(tmp_path, monkeypatch):
    """Where no memory folder with room exists, the system's temporary folder serves."""
    monkeypatch.setattr(throwaway, "_MEMORY_FOLDER", tmp_path / "none")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with throwaway.throwaway_folder("fieldlog-test") as folder:
        assert folder.parent == tmp_path
    monkeypatch.setattr(throwaway, "_MEMORY_FOLDER", tmp_path)
    monkeypatch.setattr(throwaway, "_ROOM_NEEDED", 1 << 62)
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    with throwaway.throwaway_folder("fieldlog-test") as folder:
        assert folder.parent != tmp_path


def test_the_child_gives_its_status():
    """The status of the child is the status of the run, and a signal is told as a shell would."""
    run = subprocess.run(
        [sys.executable, "-c", CHILD.format(module="this_is_no_module", arguments=[])],
        check=False,
        capture_output=True,
    )
    assert run.returncode == 1
    assert b"this_is_no_module" in run.stderr


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_a_signal_reaches_the_child(tmp_path):
    """A closed session ends the child, and the parent lives to take the folder away."""
    script = (
        "import sys; from fieldlog.system import children, throwaway\n"
        "with throwaway.throwaway_folder('fieldlog-test') as folder:\n"
        "    print(folder, flush=True)\n"
        "    status = children.run_module('asyncio', [])\n"
        "sys.exit(status)"
    )
    # The interpreter's own shell waits on its input for as long as the pipe stays open.
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    folder = parent.stdout.readline().decode().strip()
    assert os.path.isdir(folder)
    time.sleep(1)
    parent.send_signal(signal.SIGTERM)
    parent.stdin.close()
    assert parent.wait(timeout=60) == 128 + signal.SIGTERM
    parent.stdout.close()
    assert not os.path.exists(folder)
