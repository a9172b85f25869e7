"""Changes to ``primitives`` and ``formats`` are noticed by their tests; the whole run is ``tools/mutate.py``."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.tools import load_tool

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 12
MODULES = ("keyslots", "slot_changes", "canonical")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tool forks")


def mutated(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "mutate.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sample_of_changes_is_noticed() -> None:
    """Of a few changes to what opens a vault, chosen by a seed, most are noticed."""
    result = mutated(*MODULES, "--sample", str(SAMPLE), "--seed", "1", "--survivors", "--enough", "0.8")
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"of {SAMPLE} changes noticed" in result.stdout


def test_a_change_that_no_test_looks_at_is_not_noticed() -> None:
    """Tests of something else do not notice a change, and the tool says so."""
    result = mutated(
        "primitives/hash.py", "--sample", "2", "--survivors", "--tests", "tests/unit/formats/test_padme.py"
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "fieldlog/primitives/hash.py:" in result.stdout
    assert "0 of 2 changes noticed" in result.stdout


def test_every_module_has_tests() -> None:
    """No module of the two packages is left out, and the tests that are named are there."""
    tool = load_tool("mutate")
    everything = {
        path.relative_to(tool.SOURCE).as_posix()
        for folder in ("primitives", "formats")
        for path in (tool.SOURCE / "fieldlog" / folder).rglob("*.py")
    }
    assert {module for module in everything if any(tool.changes(module))} <= {*tool.modules()}
    named = {test for tests in tool.TESTS_OF.values() for test in tests}
    assert [test for test in sorted(named) if not (ROOT / test).exists()] == []
