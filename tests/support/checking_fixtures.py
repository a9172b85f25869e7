"""Small vaults with cheap keys, each made once; every test damages a copy."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support import damaged
from support.damaged import Sample


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged.cheapen(monkeypatch)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sample, Sample]:
    """A vault that was locked and one that was killed."""
    with pytest.MonkeyPatch.context() as patch:
        damaged.cheapen(patch)
        return (
            damaged.build(tmp_path_factory.mktemp("locked"), killed=False),
            damaged.build(tmp_path_factory.mktemp("killed"), killed=True),
        )


@pytest.fixture
def sample(samples: tuple[Sample, Sample]) -> Sample:
    """The locked one."""
    return samples[0]


@pytest.fixture
def folder(sample: Sample, tmp_path: Path) -> Path:
    """A copy of the locked one."""
    shutil.copytree(sample.folder, tmp_path / "vault")
    return tmp_path / "vault"


@pytest.fixture
def alter(folder: Path) -> Callable[..., None]:
    """Change bytes of a file of the copy: ``alter(name, start, content)``."""

    def change(name: str, start: int, content: bytes) -> None:
        path = folder / name
        kept = bytearray(path.read_bytes())
        kept[start : start + len(content)] = content
        path.write_bytes(kept)

    return change
