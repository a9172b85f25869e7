"""One register for all hostile bundles: making one costs three key derivations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fieldlog.desk.keys import OpenRegister
from support.handover import new_register


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("desk") / "register") as made:
        yield made
