"""The checkers of the house are content: ruff, its formatter, mypy strict, and the translations."""

import subprocess
import sys
from pathlib import Path

import pytest

from support.tools import load_tool

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ruff", "check", "--no-cache", "."],
        ["ruff", "format", "--no-cache", "--check", "."],
        ["mypy", "--no-error-summary"],
    ],
    ids=["lint", "format", "types"],
)
def test_checker_is_content(arguments: list[str]) -> None:
    """Linter, formatter and type checker find nothing."""
    result = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_message_is_translated() -> None:
    """No message lacks a language, is doubtful, unused or said twice, and what is compiled is current."""
    assert load_tool("messages").check() == []
