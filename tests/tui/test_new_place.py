"""Nobody writes words on paper for a vault that cannot be made, or for a backup that they do not open."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldlog.field import new_place
from fieldlog.tui.field.screens.vault.restore import RestoreScreen
from fieldlog.tui.field.screens.welcome import WelcomeScreen
from fieldlog.tui.field.screens.words import WordsScreen
from fieldlog.tui.kit.inputs import LineInput, PassphraseInput
from support.backups import ON_PAPER
from support.screens import RECOVERY, Scene, reporter, unlock, until
from support.vault_tasks import SIZE, on, text_of


async def test_a_full_disk_is_told_before_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first screen says it, with both numbers, and goes on when there is room."""
    app = reporter(tmp_path / "new")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        with monkeypatch.context() as full:
            full.setattr(new_place.files, "free_space", lambda _folder: 3 << 20)
            await pilot.press("down", "enter")
            await until(pilot, lambda: "3 MB free" in text_of(app))
            assert on(app, WelcomeScreen)
        await pilot.press("enter")
        await until(pilot, lambda: on(app, WordsScreen))


async def test_words_and_file_are_tried_before_new_words_are_shown(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recovery words of another vault, a file that is no backup, and a full disk keep the form as it was."""
    app = reporter(scene.vault)
    async with app.run_test(size=SIZE) as pilot:
        await unlock(pilot)
        made = await app.threads.call(lambda: app.work.back_up(tmp_path, lambda _done, _total: None))
    backup = Path(made.path)
    (tmp_path / "photo").write_bytes(b"invented")
    again = reporter(tmp_path / "again")
    async with again.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: on(again, RestoreScreen))
        file, words = (
            again.screen.query_one("#backup", LineInput),
            again.screen.query_one("#recovery", PassphraseInput),
        )
        file.value, words.value = str(backup), ON_PAPER
        await pilot.press("enter")
        await until(pilot, lambda: "do not open this file" in text_of(again))
        assert again.focused is words
        file.value, words.value = str(tmp_path / "photo"), " ".join(RECOVERY)
        await pilot.press("enter")
        await until(pilot, lambda: "(not-a-backup)" in text_of(again))
        file.value = str(backup)
        with monkeypatch.context() as full:
            full.setattr(new_place.files, "free_space", lambda _folder: 3 << 20)
            await pilot.press("enter")
            await until(pilot, lambda: "3 MB free" in text_of(again))
        assert on(again, RestoreScreen)
        assert (file.value, words.value) == (str(backup), " ".join(RECOVERY))
        await pilot.press("enter")
        await until(pilot, lambda: on(again, WordsScreen))
    assert not (tmp_path / "again").exists()
