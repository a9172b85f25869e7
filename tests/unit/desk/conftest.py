"""A register in a temporary folder, with the cheapest key derivation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldlog.desk.keys import OpenRegister, create_register, propose_recovery
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import FixedClock

PASSPHRASE = "one two three four five six seven"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture
def recovery_words() -> tuple[str, ...]:
    return propose_recovery("en")


@pytest.fixture
def register(tmp_path: Path, clock: FixedClock, recovery_words: tuple[str, ...]) -> Iterator[OpenRegister]:
    with create_register(
        folder=tmp_path / "register",
        typed=PASSPHRASE,
        recovery_words=recovery_words,
        name="Example desk",
        contact=("desk@example.org",),
        clock=clock,
        profile=CHEAPEST_FOR_TESTS,
    ) as made:
        yield made
