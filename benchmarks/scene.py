"""What the benchmarks work on: a vault, an organisation, and files of random bytes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldlog.desk import keys
from fieldlog.field import recording, trust, vault
from fieldlog.formats.card import Card
from fieldlog.formats.check_code import check_code
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock

MIB = 1 << 20
WORDS = ("crime", "relax", "other", "angry", "thumb", "army", "minimum")
CAPTURE = QuickCapture(
    what="Двое в штатском остановили P-9QW2XY у фонтана и увезли в серой машине. " * 4,
    when="2026-03-01 21:00",
    where="центральная площадь",
    place_type="STRT",
    perpetrator="POL",
    family="LIB",
    urgency="U1",
    consent="C2",
)


@contextmanager
def folder(parent: str | None) -> Iterator[Path]:
    """A folder on the disk under test, removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix="fieldlog-benchmark-", dir=parent))
    try:
        yield made
    finally:
        shutil.rmtree(made)


def random_files(place: Path, *, count: int, mib: int) -> list[Path]:
    """``count`` files of random bytes, ``mib`` MiB together."""
    place.mkdir()
    paths = []
    for number in range(count):
        path = place / f"file{number}.bin"
        with path.open("wb") as target:
            for _ in range(mib // count):
                target.write(os.urandom(MIB))
        paths.append(path)
    return paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where vault and register are; both open with ``WORDS``."""

    vault: Path
    register: Path


def make_empty(place: Path) -> tuple[Places, Card]:
    """A vault without incidents, and a register with its card."""
    clock = SystemClock()
    places = Places(vault=place / "vault", register=place / "register")
    with keys.create_register(
        folder=places.register,
        typed=" ".join(WORDS),
        recovery_words=keys.propose_recovery("en"),
        name="Made up",
        clock=clock,
        profile=CHEAPEST_FOR_TESTS,
    ) as register:
        card = keys.current_card(register)
    vault.create(
        folder=places.vault,
        passphrase=vault.secret_of(WORDS),
        recovery=vault.secret_of(vault.propose_recovery("en")),
        clock=clock,
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    return places, card


def make(place: Path, attachments: list[Path]) -> tuple[Places, str, str]:
    """A vault with one incident that holds ``attachments``; its code and the card's id besides."""
    places, card = make_empty(place)
    with vault.unlock(folder=places.vault, passphrase=vault.secret_of(WORDS), clock=SystemClock()) as opened:
        code = recording.save(opened, None, CAPTURE, ready=True)
        for path in attachments:
            recording.attach(opened, code, path)
        pinned = trust.pin(opened, card).known
        trust.check(opened, pinned.card_id, check_code(card.root_key))
    return places, code, pinned.card_id
