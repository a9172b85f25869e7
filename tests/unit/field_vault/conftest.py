import shutil
from datetime import UTC, datetime

import pytest

from fieldlog.field import vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.system.clock import FixedClock

PASSPHRASE = Secret.from_text("щека батарея лютый июнь фронт житель голова")
RECOVERY = Secret.from_text("farm happy cluster clock rabbit mass pause baby cigar labor gym round")


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 3, 2, 10, 15, tzinfo=UTC))


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """One vault made with real Argon2id; each test works on a copy."""
    folder = tmp_path_factory.mktemp("template") / "vault"
    vault.create(
        folder=folder,
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=FixedClock(datetime(2026, 3, 1, tzinfo=UTC)),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    return folder


@pytest.fixture
def folder(template, tmp_path):
    place = tmp_path / "vault"
    shutil.copytree(template, place)
    return place


@pytest.fixture
def unlock(folder, clock):
    """Unlock the copy; whatever was opened is locked at the end."""
    opened = []

    def unlock(secret=PASSPHRASE):
        opened.append(vault.unlock(folder=folder, passphrase=secret, clock=clock))
        return opened[-1]

    yield unlock
    for one in opened:
        one.lock()


@pytest.fixture
def opened(unlock):
    return unlock()
