"""What the crash tests share: a quick stand-in for Argon2id, a folder in memory, the process that forks runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.quick import be_quick
from crash.record import Workers, require_tracer
from crash.stage import workshop


@pytest.fixture(autouse=True)
def _quick(small_vaults: None, monkeypatch: pytest.MonkeyPatch) -> None:
    be_quick(monkeypatch)


@pytest.fixture
def workers() -> Iterator[Workers]:
    require_tracer()
    with Workers() as started:
        yield started


@pytest.fixture
def shop() -> Iterator[Path]:
    with workshop() as folder:
        yield folder
