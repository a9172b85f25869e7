"""``run.py demo --once``: the whole job without a screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fieldlog.errors import BundleRefused
from fieldlog.i18n.catalog import set_language
from fieldlog.practice import __main__ as practice
from fieldlog.practice import once
from fieldlog.practice import scene as scenes
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system import throwaway
from fieldlog.system.clock import SystemClock


@pytest.fixture(autouse=True)
def _cheap_and_here(monkeypatch, tmp_path):
    monkeypatch.setattr(scenes, "_PROFILE", CHEAPEST_FOR_TESTS)
    monkeypatch.setattr(throwaway, "_MEMORY_FOLDER", tmp_path / "none")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield
    set_language("en")


SAID = {
    "en": ("12 made-up incidents", "with one altered byte is refused", "it is gone now"),
    "ru": ("12 выдуманных случаев", "с одним изменённым байтом", "этого больше нет"),
    "kk": ("12 оқиға", "бір байты өзгертілген", "енді ол жоқ"),
}


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_it_does_the_whole_job_and_leaves_nothing(language, tmp_path, monkeypatch, capsys):
    """It records, attaches, seals, opens and verifies, says so in the language asked for, and leaves no file."""
    monkeypatch.setattr(sys, "argv", ["practice", "--once", "--language", language])
    assert practice.main() == 0
    said = capsys.readouterr()
    for words in SAID[language]:
        assert words in said.out
    assert not said.err
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_verifies_altered_would_end_it(tmp_path, monkeypatch, capsys):
    """The check for altered bundles can fail: if one were accepted, the demo ends with an error."""
    monkeypatch.setattr(once, "_ALTERED_BYTE", 1)
    genuine = once.files.write_whole

    def unaltered(path: Path, content: bytes, **how: bool) -> None:
        if path.name == "altered.age":
            content = content[:-1] + bytes([content[-1] ^ 1])
        genuine(path, content, **how)

    monkeypatch.setattr(once.files, "write_whole", unaltered)
    with pytest.raises(BundleRefused, match="altered-accepted"):
        once.run_once(tmp_path, clock=SystemClock(), language="en")


def test_without_a_terminal_the_screens_say_so(monkeypatch, capsys):
    """Practice on a screen needs a terminal; without one there are two sentences and status 63."""
    monkeypatch.setattr(sys, "argv", ["practice"])
    assert practice.main() == 63
    assert capsys.readouterr().err.count("\n") >= 2


def test_the_scene_can_be_found_again(tmp_path):
    """After a lock the same scene goes on: words, code and places are read back."""
    scene = scenes.build(tmp_path, language="kk", clock=SystemClock())
    assert scenes.read(tmp_path) == scene
    assert scenes.read(tmp_path / "vault") is None
    assert scene.card.exists()
