"""The reporter's program run in this process on a vault of its own, with what it wrote and its exit status."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldlog import __main__ as start
from fieldlog.cli import diagnostics
from fieldlog.field import vault as field_vault
from fieldlog.i18n import catalog
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock

PASSPHRASE = "lantern meadow copper sandal thimble harvest quiet"
RECOVERY = "cactus velvet anchor plum ribbon summit gravel tunic orchid walnut saddle ember"


@dataclass(frozen=True)
class Ran:
    """What a run left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def passphrase() -> str:
    """What opens the vault of this test."""
    return PASSPHRASE


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("list", stdin=..., passphrase=...)`` on the vault of this test."""

    def run_once(*arguments: str, stdin: str = "", passphrase: str | None = PASSPHRASE) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        given = [*arguments, "--vault", str(tmp_path / "vault")]
        if passphrase is not None:
            reading, writing = os.pipe()
            os.write(writing, passphrase.encode() + b"\n")
            os.close(writing)
            given += ["--passphrase-fd", str(reading)]
        capfd.readouterr()
        status = diagnostics.guarded(lambda: start._dispatch("fieldlog", given))
        if passphrase is not None:
            os.close(reading)
        written = capfd.readouterr()
        catalog.set_language("en")
        return Ran(status, written.out, written.err)

    return run_once


@pytest.fixture
def vault_run(run: Run, tmp_path: Path) -> Run:
    """``run`` with a vault that exists."""
    field_vault.create(
        folder=tmp_path / "vault",
        passphrase=field_vault.typed_secret(PASSPHRASE),
        recovery=field_vault.typed_secret(RECOVERY),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    return run
