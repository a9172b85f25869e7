"""Letters that a terminal's encoding lacks, and input that is no text or was closed from the start."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.i18n.requests import REASONS
from fieldlog.system import streams

KAZAKH = "Қайда болды"


def _stream(encoding: str, handler: str = "strict", content: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors=handler, write_through=True)


def _program(folder: Path, *arguments: str, before: str = "", **kept: object) -> subprocess.CompletedProcess:
    """The program in a process of its own, with the passphrase on descriptor 3."""
    words = folder / "words"
    words.write_text("raven copper maple sunset glide\n", "utf-8")
    command = [sys.executable, "-m", "fieldlog", "--vault", str(folder / "vault"), *arguments]
    shell = f'exec "$@" 3<"$WORDS" {before}'
    environment = {**os.environ, "WORDS": str(words), **kept.pop("env", {})}  # type: ignore[dict-item]
    return subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *command],
        capture_output=True, timeout=120, check=False, env=environment, **kept,
    )  # fmt: skip


def test_a_letter_that_is_lacking_is_written_as_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output goes on in any encoding, and the letter can still be told."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, _stream("cp1251"))
    streams.settle()
    for stream in (sys.stdout, sys.stderr):
        stream.write(KAZAKH)
        written = stream.buffer.getvalue()  # type: ignore[attr-defined]
        assert written.decode("cp1251") == KAZAKH.replace("Қ", "\\u049a")


def test_bytes_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the C locale Python would let them pass as halves of letters, which nothing can store."""
    monkeypatch.setattr(sys, "stdin", _stream("utf-8", "surrogateescape", b"caf\xe9\n"))
    streams.settle()
    with pytest.raises(UnicodeDecodeError):
        sys.stdin.readline()


@pytest.mark.parametrize("names", [("stdin",), ("stdout", "stderr"), ("stdin", "stdout", "stderr")])
def test_streams_that_are_not_there_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, names: Sequence[str]
) -> None:
    """Closed from the start, or replaced by something that is no text stream."""
    for replacement in (None, object()):
        for name in names:
            monkeypatch.setattr(sys, name, replacement)
        streams.settle()
        assert all(getattr(sys, name) is replacement for name in names)


@pytest.mark.skipif(os.name != "posix", reason="the shell of Unix")
@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "koi8-r", "utf-8"])
def test_the_whole_program_speaks_kazakh_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    """Help, which argparse writes itself, and an error reach the end."""
    kept = {"env": {"PYTHONIOENCODING": encoding}}
    shown = _program(tmp_path, "--language", "kk", "--help", **kept)
    assert shown.returncode == 0
    assert "fieldlog" in shown.stdout.decode(encoding)
    refused = _program(tmp_path, "--language", "kk", "--passphrase-fd", "3", "list", **kept)
    assert refused.returncode == errors.VaultMissing.exit_status
    assert len(refused.stderr.decode(encoding).splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="the shell of Unix")
def test_answers_that_cannot_be_read_save_nothing(tmp_path: Path) -> None:
    """Bytes of another encoding, and no input at all: one clear end, and no incident with broken letters."""
    made = _program(tmp_path, "--passphrase-fd", "3", "create")
    assert made.returncode == 0, made.stderr
    broken = _program(tmp_path, "--passphrase-fd", "3", "new", input=b"caf\xe9 text" + b"\n" * 12)
    assert broken.returncode == errors.UsageError.exit_status
    assert broken.stderr.decode().splitlines()[-2:] == list(REASONS["not-text"])
    closed = _program(tmp_path, "--passphrase-fd", "3", "new", before="<&-")
    assert closed.returncode == errors.Cancelled.exit_status
    no_card = _program(tmp_path, "--passphrase-fd", "3", "card", "add", "-", before="<&-")
    assert no_card.returncode == errors.CardError.exit_status
    listed = _program(tmp_path, "--passphrase-fd", "3", "list")
    assert listed.returncode == 0
    assert b"INC-" not in listed.stdout


@pytest.mark.skipif(os.name != "posix", reason="the shell of Unix")
def test_with_every_output_closed_the_status_still_tells(tmp_path: Path) -> None:
    """Nobody can be told anything then, but a script sees what happened."""
    for arguments, status in (
        (("list",), errors.VaultMissing.exit_status),
        (("version",), errors.OutputFailed.exit_status),
        (("nonsense",), errors.UsageError.exit_status),
    ):
        assert _program(tmp_path, "--passphrase-fd", "3", *arguments, before=">&- 2>&-").returncode == status
