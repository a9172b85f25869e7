"""Output that nobody can have seen: on a full disk, in a pipe without a reader, or closed from the start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from fieldlog import __main__ as start
from fieldlog import errors
from fieldlog.cli import diagnostics
from fieldlog.field import vault as field_vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support.backups import ON_PAPER

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full here")

FAILED = errors.OutputFailed.exit_status
KINDS = ("full", "no reader", "closed")
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Standard output of the chosen kind, for the rest of the test or until ``""`` is chosen."""
    opened: list[TextIO] = []
    usual: list[TextIO] = []

    def choose(kind: str) -> None:
        if not usual:
            usual.append(sys.stdout)
        chosen: TextIO | None = usual[0]
        if kind == "full":
            chosen = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - closed below
        elif kind == "no reader":
            reading, writing = os.pipe()
            os.close(reading)
            chosen = os.fdopen(writing, "w", encoding="utf-8")
        elif kind == "closed":
            chosen = None
        if kind and chosen is not None:
            opened.append(chosen)
        monkeypatch.setattr(sys, "stdout", chosen)

    yield choose
    for stream in opened:
        stream.close()


@pytest.fixture
def kit_run(run: Callable, passphrase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """``run`` with a vault that exists, and whose recovery words are such."""
    monkeypatch.setattr("fieldlog.primitives.kdf.calibrate", lambda _memory: CHEAPEST_FOR_TESTS)
    field_vault.create(
        folder=tmp_path / "vault",
        passphrase=field_vault.typed_secret(passphrase),
        recovery=field_vault.typed_secret(ON_PAPER),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    return run


def _is_explained(ran: object) -> bool:
    return ran.status == FAILED and len(ran.err.splitlines()) == 2 and "could not show" in ran.err


@EVERY_KIND
@pytest.mark.parametrize(
    "arguments",
    [("passphrase",), ("recovery",), ("add",), ("passphrase", "--make-keyfile", "KEY")],
    ids="-".join,
)
def test_words_nobody_saw_open_nothing(
    kit_run: Callable, unseen: Callable, tmp_path: Path, kind: str, arguments: tuple[str, ...]
) -> None:
    """Old passphrase and old sheet open the vault as before, and no key file is left."""
    given = [str(tmp_path / "key") if argument == "KEY" else argument for argument in arguments]
    unseen(kind)
    assert _is_explained(kit_run("keys", *given))
    unseen("")
    listed = kit_run("keys", "list", "--plain")
    assert listed.status == 0
    assert listed.out.count("What:") == 2
    assert kit_run("status", passphrase=ON_PAPER).status == 0
    assert not (tmp_path / "key").exists()


@EVERY_KIND
def test_no_vault_is_made_for_words_nobody_saw(
    kit_run: Callable, unseen: Callable, tmp_path: Path, kind: str
) -> None:
    """``create``, ``restore`` and ``recover`` make nothing; ``second-vault`` does not even ask."""
    (tmp_path / "stick").mkdir()
    assert kit_run("backup", str(tmp_path / "stick")).status == 0
    (backup,) = (tmp_path / "stick").iterdir()
    unseen(kind)
    assert _is_explained(kit_run("recover", str(tmp_path / "new")))
    unseen(kind)
    assert _is_explained(kit_run("second-vault", stdin="SECOND\n"))
    (tmp_path / "vault").rename(tmp_path / "kept")
    unseen(kind)
    assert _is_explained(kit_run("create"))
    unseen(kind)
    assert _is_explained(kit_run("restore", str(backup), passphrase=ON_PAPER))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "stick"]


@EVERY_KIND
def test_no_register_is_made_for_words_nobody_saw(
    unseen: Callable, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The desk's recovery words are written before there is a register that they open."""
    reading, writing = os.pipe()
    os.write(writing, b"lantern meadow copper sandal thimble harvest quiet\n")
    os.close(writing)
    unseen(kind)
    given = ["init", "--register", str(tmp_path / "desk"), "--name", "Example", "--contact", "tel +0"]
    given += ["--passphrase-fd", str(reading)]
    status = diagnostics.guarded(lambda: start._dispatch("fieldlog-desk", given))
    os.close(reading)
    assert status == FAILED, capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "status"), [("full", FAILED), ("closed", FAILED), ("no reader", 141)])
def test_a_list_that_cannot_be_written(kit_run: Callable, unseen: Callable, kind: str, status: int) -> None:
    """It is an explained error, and quiet only where the reader did not want more."""
    for arguments in (("keys", "list"), ("status",), ("list",)):
        unseen(kind)
        ran = kit_run(*arguments)
        assert ran.status == status
        assert len(ran.err.splitlines()) == (0 if status == 141 else 2)


@pytest.mark.parametrize("arguments", ["--help", "--version", "keys passphrase"])
@pytest.mark.parametrize("output", ["/dev/full", "&-"])
def test_nothing_of_pythons_own_is_said(arguments: str, output: str, tmp_path: Path) -> None:
    """The whole program, as a shell starts it, says two lines at most and none of them is Python's."""
    field_vault.create(
        folder=tmp_path / "vault",
        passphrase=field_vault.typed_secret("lantern meadow copper"),
        recovery=field_vault.typed_secret(ON_PAPER),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    line = f'"{sys.executable}" -I -m fieldlog --vault "{tmp_path}/vault" --passphrase-fd 9 {arguments}'
    ran = subprocess.run(
        ["bash", "-c", f"{line} 9<<<'lantern meadow copper' >{output}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = ran.stderr.splitlines()
    if output == "&-" and arguments != "keys passphrase":
        # argparse keeps to itself what it cannot write, or takes stderr for it.
        assert ran.returncode == 0
        assert not any(word in ran.stderr for word in ("Error", "Exception", "Fieldlog met"))
    else:
        assert (ran.returncode, len(said)) == (FAILED, 2)
        assert said[1].startswith("Send the output to a terminal or another disk.")
    secret = field_vault.typed_secret("lantern meadow copper")
    field_vault.unlock(folder=tmp_path / "vault", passphrase=secret, clock=SystemClock()).lock()
