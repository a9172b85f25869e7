"""Where no vault can be made, that is said before any words are shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import __main__ as start
from fieldlog import errors
from fieldlog.cli import diagnostics
from fieldlog.field import new_place, recovering, restoring
from fieldlog.i18n.requests import REASONS
from fieldlog.primitives import kdf
from fieldlog.store.volume import sizes
from fieldlog.system import files, process


def _full(monkeypatch: pytest.MonkeyPatch, _place: Path) -> None:
    room = 2 * (sizes.USUAL.volume + sizes.USUAL.media) - 1
    monkeypatch.setattr(files, "free_space", lambda _folder: room)


def _read_only(monkeypatch: pytest.MonkeyPatch, _place: Path) -> None:
    monkeypatch.setattr(files.os, "access", lambda _path, _way: False)


def _too_little_memory(monkeypatch: pytest.MonkeyPatch, _place: Path) -> None:
    monkeypatch.setattr(process, "available_memory", lambda: kdf.S.memory_bytes - 1)


def _taken(_monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    place.mkdir()


def _under_a_file(_monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    place.parent.write_bytes(b"")


HINDRANCES = pytest.mark.parametrize(
    ("hinder", "refused"),
    [
        (_full, errors.NoSpace),
        (_read_only, errors.ReadOnly),
        (_too_little_memory, errors.NotEnoughMemory),
        (_taken, errors.VaultExists),
        (_under_a_file, errors.ReadOnly),
    ],
)


@HINDRANCES
def test_what_hinders_is_known_beforehand(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hinder: Callable[[pytest.MonkeyPatch, Path], None],
    refused: type[errors.FieldlogError],
) -> None:
    """A full or read-only disk, too little memory, something that lies there, a file for a folder."""
    place = tmp_path / "above" / "vault"
    if hinder is _taken:
        place.parent.mkdir()
    new_place.require_possible(place)
    hinder(monkeypatch, place)
    with pytest.raises(refused):
        new_place.require_possible(place)
    if hinder is not _taken:
        assert not files.exists(place)
    with pytest.raises(refused):
        recovering.require_place(tmp_path / "damaged", place)


def test_a_vault_that_was_being_replaced_is_brought_back_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one that exists, as for ``restore``."""
    seen: list[Path] = []
    for module in (new_place, restoring):
        monkeypatch.setattr(
            module, "finish_replacement", lambda folder: (seen.append(folder), folder.mkdir())
        )
    place = tmp_path / "vault"
    with pytest.raises(errors.VaultExists):
        new_place.require_possible(place)
    assert seen == [place]


@HINDRANCES
def test_the_command_line_shows_no_words_then(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    hinder: Callable[[pytest.MonkeyPatch, Path], None],
    refused: type[errors.FieldlogError],
) -> None:
    """``create``, ``restore`` and ``recover`` end before anything is asked or shown."""
    place, damaged = tmp_path / "above" / "vault", tmp_path / "damaged"
    damaged.mkdir()
    if hinder is _taken:
        place.parent.mkdir()
    hinder(monkeypatch, place)
    for arguments in (
        ["create", "--vault", str(place)],
        ["restore", str(tmp_path / "backup"), "--vault", str(place)],
        ["recover", str(place), "--vault", str(damaged)],
    ):
        status = diagnostics.guarded(lambda given=arguments: start._dispatch("fieldlog", given))
        written = capsys.readouterr()
        assert status == refused.exit_status, arguments
        assert not written.out, arguments
        assert len(written.err.splitlines()) == 2
    assert not list(damaged.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="Windows counts whole paths")
@pytest.mark.parametrize("name", ["v" * 255, "v" * 240, "\u0436" * 120, "v" * 300])
def test_names_that_are_too_long_are_told_before_the_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Also those that are only too long while the vault is being made under a longer one."""
    status = diagnostics.guarded(
        lambda: start._dispatch("fieldlog", ["create", "--vault", str(tmp_path / name)])
    )
    written = capsys.readouterr()
    assert status == errors.ImpossibleName.exit_status
    assert not written.out
    assert ".part" not in written.err
    new_place.require_possible(tmp_path / ("v" * 230))


@pytest.mark.parametrize("arguments", [["list"], ["create"], ["destroy"], []])
def test_an_empty_name_is_no_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A variable of a script that is not set must not mean the usual vault."""
    monkeypatch.setattr("fieldlog.system.terminal.can_draw", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    status = diagnostics.guarded(lambda: start._dispatch("fieldlog", ["--vault", "", *arguments]))
    written = capsys.readouterr()
    assert status == errors.UsageError.exit_status
    assert written.err.splitlines() == list(REASONS["empty-name"])
