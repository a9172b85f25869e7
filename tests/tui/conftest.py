"""Vaults to show on a screen: made once, copied for each test."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fieldlog.desk import keys
from fieldlog.field import places, recording, trust, vault
from fieldlog.formats.check_code import check_code
from fieldlog.i18n.catalog import set_language
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import FixedClock
from support.screens import NOW, RECOVERY, STORIES, WORDS, Scene


@pytest.fixture(autouse=True)
def _one_zone_and_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    set_language("en")
    yield
    set_language("en")
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _quiet_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known about the place of a vault depends on the computer; tests that want some say so."""
    monkeypatch.setattr(places, "place_warnings", lambda _folder: ())
    monkeypatch.setattr(places, "computer_warnings", lambda: ())


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("tui")
    clock = FixedClock(NOW - timedelta(days=1))
    card_file = folder / "card.txt"
    with keys.create_register(
        folder=folder / "register",
        typed=" ".join(WORDS),
        recovery_words=RECOVERY,
        name="Practice organisation",
        clock=clock,
        contact=("made up",),
        profile=CHEAPEST_FOR_TESTS,
    ) as register:
        card = keys.current_card(register)
    card_file.write_text(card.to_text())
    with vault.create(
        folder=folder / "vault",
        passphrase=vault.secret_of(WORDS),
        recovery=vault.secret_of(RECOVERY),
        clock=clock,
        profile=CHEAPEST_FOR_TESTS,
    ) as opened:
        for code, answers in STORIES:
            clock.move_on(seconds=60)
            recording.keep_draft(opened, code, answers, recording.Cursor(field=""))
            if code != "INC-000001":
                recording.save(opened, code, answers, ready=True)
    return Scene(vault=folder / "vault", card=card_file, code=check_code(card.root_key))


@pytest.fixture
def scene(_made: Scene, tmp_path: Path) -> Scene:
    """A fresh copy."""
    shutil.copytree(_made.vault, tmp_path / "vault")
    (tmp_path / "vault").chmod(0o700)
    return replace(_made, vault=tmp_path / "vault")


@pytest.fixture
def checked_scene(scene: Scene) -> Scene:
    """With the organisation's card taken in and checked."""
    with vault.unlock(folder=scene.vault, passphrase=vault.secret_of(WORDS), clock=FixedClock(NOW)) as opened:
        pinned = trust.pin(opened, trust.read_card(scene.card.read_bytes())).known
        trust.check(opened, pinned.card_id, scene.code)
    return scene
