"""A reporter's work on a machine that fails: what was there before, what is there after, and small devices."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fieldlog import errors
from fieldlog.desk import keys
from fieldlog.field import recording, trust, vault
from fieldlog.field.recording_files import open_attachment
from fieldlog.formats.check_code import check_code
from fieldlog.i18n.sentences import SENTENCES
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import Clock, FixedClock, SystemClock
from support.handover import PASSPHRASE
from support.reporter import PROGRAM, fresh_home
from support.vault_files import VaultFiles, locked_files

LONG_AGO = FixedClock(datetime(2020, 3, 2, 12, 0, tzinfo=UTC))
EVERY_NIGHT = "Every night the street lamps go out and somebody knocks."
ATTACHED = bytes(range(256)) * 3000


@dataclass(frozen=True)
class Ran:
    """What one command left."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Machine:
    """A vault with one ready incident, its attachment and three cards, and room for files beside it."""

    folder: Path
    incident: str

    @property
    def vault(self) -> Path:
        return self.folder / "vault"

    @property
    def stick(self) -> Path:
        return self.folder / "stick"

    def environment(self) -> dict[str, str]:
        return fresh_home(self.folder)

    def run(
        self, *arguments: str, words: str | None = PASSPHRASE, given: str = "", folder: Path | None = None
    ) -> Ran:
        """The real program, with its passphrase on a descriptor; ``None``: nobody gives one."""
        command = [*PROGRAM, *arguments, "--vault", str(folder or self.vault)]
        reading, writing = os.pipe()
        try:
            os.write(writing, f"{words}\n".encode())
            os.close(writing)
            if words is not None:
                command += ["--passphrase-fd", str(reading)]
            ran = subprocess.run(
                command, input=given, pass_fds=(reading,), env=self.environment(), capture_output=True,
                text=True, timeout=120, check=False, start_new_session=True,
            )  # fmt: skip
        finally:
            os.close(reading)
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    @contextmanager
    def opened(self, clock: Clock | None = None) -> Iterator[vault.OpenVault]:
        with vault.unlock(
            folder=self.vault, passphrase=vault.typed_secret(PASSPHRASE), clock=clock or SystemClock()
        ) as reporter:
            yield reporter

    def files(self) -> VaultFiles:
        """Which of the vault's files are in use."""
        return locked_files(self.vault, vault.typed_secret(PASSPHRASE))

    def contents(self) -> tuple[Any, ...]:
        """Everything a person has in the vault."""
        with self.opened() as reporter:
            rows = recording.list_incidents(reporter)
            files = []
            for one in recording.read_incident(reporter, self.incident).evidence:
                with open_attachment(reporter, one.code) as source:
                    files.append((one, hashlib.sha256(source.read()).hexdigest()))
            counts = recording.counts(reporter)
            records = recording.read_incident(reporter, self.incident).records
            cards = trust.list_cards(reporter)
        return rows, tuple(files), counts, records, cards


def build(folder: Path) -> Machine:
    """A machine in good order."""
    (folder / "stick").mkdir(parents=True)
    (folder / "recording.wav").write_bytes(ATTACHED)
    with vault.create(
        folder=folder / "vault",
        passphrase=vault.typed_secret(PASSPHRASE),
        recovery=vault.secret_of(vault.propose_recovery("en")),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ) as reporter:
        capture = QuickCapture(what=EVERY_NIGHT, when="2026-03-01 21:00", where="Old town", consent="C3")
        incident = recording.save(reporter, None, capture, ready=True)
        recording.attach(reporter, incident, folder / "recording.wav")
    machine = Machine(folder, incident)
    for name, clock, is_checked in (
        ("Checked desk", SystemClock(), True),
        ("Unchecked desk", SystemClock(), False),
        ("Expired desk", LONG_AGO, True),
    ):
        _take_in(machine, folder / name.partition(" ")[0], name, clock, is_checked=is_checked)
    return machine


def _take_in(machine: Machine, register: Path, name: str, clock: Clock, *, is_checked: bool) -> None:
    with keys.create_register(
        folder=register, typed=PASSPHRASE, recovery_words=keys.propose_recovery("en"), name=name,
        clock=clock, profile=CHEAPEST_FOR_TESTS,
    ) as opened:  # fmt: skip
        card = keys.current_card(opened)
    with machine.opened(clock) as reporter:
        known = trust.pin(reporter, card).known
        if is_checked:
            trust.check(reporter, known.card_id, check_code(card.root_key))


def copied(machine: Machine, folder: Path) -> Machine:
    """The same machine in another place, to be spoiled."""
    shutil.copytree(machine.folder, folder, dirs_exist_ok=True)
    return Machine(folder, machine.incident)


def digests(folder: Path) -> Mapping[str, str]:
    """Every entry below ``folder``, with what is in it."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else "folder"
        for path in sorted(folder.rglob("*"))
    }


def sentences(kind: type[errors.FieldlogError]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The two sentences of an error, whatever stands in their places."""
    what, advice = (
        re.compile(
            r"\s+".join(".+?" if re.search(r"{\w+}", word) else re.escape(word) for word in text.split())
        )
        for text in SENTENCES[kind.code]
    )
    return what, advice


def require_told(ran: Ran, kind: type[errors.FieldlogError]) -> None:
    """One clear error: its status, its two sentences and nothing else but what was asked before."""
    shown = f"status {ran.status}\n{ran.out}\n{ran.err}"
    assert ran.status == kind.exit_status, shown
    lines = ran.err.strip().splitlines()
    assert len(lines) == 2, shown
    for line, sentence in zip(lines, sentences(kind), strict=True):
        assert sentence.fullmatch(line), shown


@contextmanager
def device(folder: Path, *, size: str = "4m") -> Iterator[Path]:
    """A small disk of its own at ``folder``."""
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root on Linux can mount a small disk")
    folder.mkdir(exist_ok=True, mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def protect(folder: Path) -> None:
    """Make a device read-only: root does not care for the modes of files."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)


def pull_out(folder: Path) -> None:
    """Take a device away while it is used."""
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Use every byte that is free on the disk of ``folder``."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


def use_up(machine: Machine) -> None:
    """Use every page of the vault's own volume, on a disk on which it cannot grow any more."""
    with machine.opened() as reporter:
        database = reporter.store._database

        def fill_up(size: int) -> None:
            number = database.value("SELECT count(*) FROM setting")
            while True:
                with database.transaction():
                    database.execute("INSERT INTO setting VALUES (?, ?)", (f"x{number}", os.urandom(size)))
                number += 1

        for size in (40_000, 3_000, 100):
            with pytest.raises(errors.NoSpace):
                fill_up(size)
