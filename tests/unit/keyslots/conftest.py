"""Key slots without the price of Argon2id, for tests that would pay it hundreds of times."""

import pytest

from fieldlog.formats import keyslots
from fieldlog.primitives.secret import Secret


@pytest.fixture
def cheap(monkeypatch):
    """Argon2id replaced by a hash."""
    monkeypatch.setattr(
        keyslots, "argon2id", lambda secret, *, salt, profile: Secret(keyslots.sha256(salt + secret.reveal()))
    )
