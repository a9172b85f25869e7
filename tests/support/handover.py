"""A reporter's vault and an organisation's register for tests of sealing and opening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fieldlog.desk.keys import OpenRegister, create_register, current_card
from fieldlog.desk.keys import propose_recovery as propose_desk_recovery
from fieldlog.field import recording, trust, vault
from fieldlog.field.sealing import SealedBundle, plan, seal
from fieldlog.field.vault import OpenVault
from fieldlog.formats.check_code import check_code
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.system.clock import FixedClock

PASSPHRASE = "one two three four five six seven"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def new_clock() -> FixedClock:
    return FixedClock(NOON)


def new_register(
    folder: Path, *, name: str = "Example desk", clock: FixedClock | None = None, classic: bool = False
) -> OpenRegister:
    return create_register(
        folder=folder,
        typed=PASSPHRASE,
        recovery_words=propose_desk_recovery("en"),
        name=name,
        clock=clock or new_clock(),
        classic=classic,
        profile=CHEAPEST_FOR_TESTS,
    )


def new_vault(folder: Path, *, clock: FixedClock | None = None) -> OpenVault:
    return vault.create(
        folder=folder,
        passphrase=Secret.from_text(PASSPHRASE),
        recovery=vault.secret_of(vault.propose_recovery("en")),
        clock=clock or new_clock(),
        profile=CHEAPEST_FOR_TESTS,
    )


def trust_in(reporter: OpenVault, register: OpenRegister) -> str:
    """Pin the organisation's card and check it; gives its card id."""
    card = trust.read_card(current_card(register).to_text().encode())
    known = trust.pin(reporter, card).known
    trust.check(reporter, known.card_id, check_code(card.root_key))
    return known.card_id


def record(
    reporter: OpenVault, what: str = "Three men in plain clothes took a phone.", **answers: str
) -> str:
    """A ready incident whose person agreed to share with the organisation."""
    capture = QuickCapture(
        **{"what": what, "when": "2026-03-01 21:00", "where": "Example square", "consent": "C3", **answers}
    )
    return recording.save(reporter, None, capture, ready=True, local_now=NOON)


def attach(reporter: OpenVault, code: str, path: Path, content: bytes) -> str:
    """Attach ``content``; gives the evidence code."""
    path.write_bytes(content)
    return recording.attach(reporter, code, path).code


def seal_to(
    reporter: OpenVault,
    codes: Sequence[str],
    card_ids: Sequence[str],
    folder: Path,
    **options: bool,
) -> SealedBundle:
    folder.mkdir(exist_ok=True)
    return seal(reporter, plan(reporter, codes, card_ids, **options), folder)
