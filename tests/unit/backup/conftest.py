"""Small vaults with cheap keys, and one backup that every test of this folder may read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog.field.vault import OpenVault
from support.backups import Made, filled_vault, made_in
from support.damaged import cheapen


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen(monkeypatch)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with pytest.MonkeyPatch.context() as patch:
        cheapen(patch)
        return made_in(tmp_path_factory.mktemp("made"))


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[OpenVault]:
    with filled_vault(tmp_path / "vault") as opened:
        yield opened


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder
