"""Figures of several tests, which may run in several processes, added up for the threat model."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping

import pytest

from support import figures


def add_up(factory: pytest.TempPathFactory, test: str, counted: Mapping[str, int]) -> None:
    """Record each figure as the sum over all tests of this run that counted it."""
    base = factory.getbasetemp()
    together = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "figures-of-this-run.json"
    together.touch()
    with together.open("r+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        kept = json.loads(stream.read() or "{}")
        for key, number in counted.items():
            kept.setdefault(key, {})[test] = number
            figures.record(key, sum(kept[key].values()))
        stream.seek(0)
        stream.truncate()
        json.dump(kept, stream)
