"""Test vectors written by others, which are not part of this repository: where they are, and that they are there.

``FIELDLOG_VECTORS`` names their folder; without it ``shared/vectors`` beside the checkout is taken.
On somebody's own machine a missing folder skips the tests with that reason. Where ``CI`` is set it fails
them: a green run there means that every vector was read.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

BESIDE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "vectors"


def folder(name: str) -> Path:
    """The place of one suite, whether it is there or not."""
    return Path(os.environ.get("FIELDLOG_VECTORS") or BESIDE_CHECKOUT) / name


def require_all(found: Sequence[Path], *, count: int, name: str) -> None:
    """Pass with the whole suite, skip without any of it, fail with a part of it, or without it under ``CI``."""
    if not found and not os.environ.get("CI"):
        pytest.skip(f"{name} vectors are neither under FIELDLOG_VECTORS nor beside the checkout")
    assert len(found) == count, f"{len(found)} of {count} {name} vectors are there: set FIELDLOG_VECTORS"
