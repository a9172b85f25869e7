"""The machine each test spoils is a copy of one that was made once."""

from pathlib import Path

import pytest

from support.bad_machine import Machine, build, copied


@pytest.fixture(scope="session")
def sound_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return build(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def machine(sound_machine: Machine, tmp_path: Path) -> Machine:
    return copied(sound_machine, tmp_path)
