"""The import contracts of pyproject.toml hold, and are known to fail when they should."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

VIOLATIONS = {
    "layers": ("model/incident.py", "import fieldlog.store"),
    "screens": ("tui/kit/text.py", "import fieldlog.tui.field"),
    "cryptography": ("formats/padme.py", "import cryptography"),
    "sqlite": ("desk/__init__.py", "import apsw"),
    "textual": ("system/clock.py", "import textual"),
    "model": ("model/when.py", "import platformdirs"),
    "offline": ("system/paths.py", "import socket"),
    "reporter": ("cli/field/version.py", "import fieldlog.desk"),
    "languages": ("field/__init__.py", "import fieldlog.i18n"),
    "formats": ("formats/canonical.py", "import time"),
    "traces": ("practice/__init__.py", "import logging"),
}
"""Contract -> a file and the one line that breaks it."""


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def _contracts() -> dict[str, str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return {
            entry["id"]: entry["name"] for entry in tomllib.load(file)["tool"]["importlinter"]["contracts"]
        }


@pytest.mark.claim("C-OFF-01")
def test_contracts_hold() -> None:
    """Imports point down the layers, and no package uses what only another may."""
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_contract_catches_a_violation(tmp_path: Path) -> None:
    """Each contract reports the one line that breaks it, so a green run means something."""
    assert set(VIOLATIONS) == set(_contracts())
    shutil.copytree(ROOT / "src", tmp_path / "src")
    for path, line in VIOLATIONS.values():
        file = tmp_path / "src" / "fieldlog" / path
        source = file.read_text("utf-8")
        # Before the first import and after the docstring and __future__ line.
        place = source.index("\nimport ") if "\nimport " in source else len(source)
        file.write_text(f"{source[:place]}\n{line}{source[place:]}\n", "utf-8")
    report = _lint(tmp_path).stdout
    kept = [name for name in _contracts().values() if f"{name} BROKEN" not in report]
    assert not kept, report
