"""Vectors written by others are read, or the run says that they were not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import vectors

ROOT = Path(__file__).resolve().parents[2]
SUITES = {
    "age": ("tests/unit/age/test_cctv.py", "test_all_vectors_are_there"),
    "bagit": ("tests/unit/formats/test_bag_conformance.py", "test_all_bags_are_there"),
}


def run(suite: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path, name = SUITES[suite]
    others = {key: value for key, value in os.environ.items() if key not in ("CI", "PYTEST_XDIST_WORKER")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", path, "-k", name, "-rfs"],
        cwd=ROOT,
        env={**others, "FIELDLOG_VECTORS": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("suite", SUITES)
def test_continuous_integration_fails_without_vectors(suite: str, tmp_path: Path) -> None:
    """With CI set, a run that finds no vectors is red and names what is missing."""
    done = run(suite, tmp_path / "nowhere", CI="true")
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout
    assert f"{suite} vectors are there: set FIELDLOG_VECTORS" in done.stdout


@pytest.mark.parametrize("suite", SUITES)
def test_own_machine_skips_without_vectors(suite: str, tmp_path: Path) -> None:
    """Without CI the same run skips, with the reason."""
    done = run(suite, tmp_path / "nowhere")
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert f"{suite} vectors are neither under FIELDLOG_VECTORS" in done.stdout


@pytest.mark.parametrize("ci", ["", "true"])
def test_part_of_a_suite_is_never_enough(ci: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer vectors than the suite has fail everywhere, and all of them pass everywhere."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(AssertionError, match="1 of 2 some vectors"):
        vectors.require_all([Path("one")], count=2, name="some")
    vectors.require_all([Path("one"), Path("two")], count=2, name="some")
