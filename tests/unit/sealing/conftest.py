"""A reporter and an organisation that trust each other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog.desk.keys import OpenRegister
from fieldlog.field.vault import OpenVault
from fieldlog.system.clock import FixedClock
from support.handover import new_clock, new_register, new_vault, trust_in


@pytest.fixture
def clock() -> FixedClock:
    return new_clock()


@pytest.fixture
def reporter(tmp_path: Path, clock: FixedClock) -> Iterator[OpenVault]:
    with new_vault(tmp_path / "vault", clock=clock) as made:
        yield made


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("desk") / "register") as made:
        yield made


@pytest.fixture(scope="session")
def other_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("other") / "register", name="Another desk") as made:
        yield made


@pytest.fixture
def card_id(reporter: OpenVault, desk: OpenRegister) -> str:
    return trust_in(reporter, desk)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Where bundles are written to."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
