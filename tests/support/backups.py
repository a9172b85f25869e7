"""A small vault with a backup, and what was in it, for tests of backup and restore."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fieldlog.field import recording, settings
from fieldlog.field import vault as field_vault
from fieldlog.field.backup import Backup, back_up
from fieldlog.field.restoring import Restored, restore
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import recovery
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.vault.incidents import Cursor
from fieldlog.system.clock import FixedClock

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "vaults"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSPHRASE = field_vault.typed_secret("lantern meadow copper sandal thimble harvest quiet")
NEW_PASSPHRASE = field_vault.typed_secret("window basket anchor ribbon pillow candle orchard")


def words_of(entropy: bytes, language: str = "en") -> str:
    """Recovery words as somebody has them on paper."""
    return " ".join(recovery.words_for(Secret(entropy), language))


ON_PAPER = words_of(bytes(range(16)))
RECOVERY = field_vault.typed_secret(ON_PAPER)
OTHER_WORDS = field_vault.typed_secret(words_of(bytes(range(1, 17))))
STORIES = (
    "Two men in plain clothes took the phone of a seller.",
    "Ночью у фонтана погас свет.",
    "Кеше базарда екі адам сатушыны сабады.",
)
FILES = (b"", b"short", bytes(range(256)) * 1100)
"""Attachments: empty, less than a chunk, several chunks."""


def new_vault(folder: Path, *, clock: FixedClock | None = None) -> field_vault.OpenVault:
    """An empty vault, open."""
    return field_vault.create(
        folder=folder,
        passphrase=PASSPHRASE,
        recovery=RECOVERY,
        clock=clock or FixedClock(NOON),
        profile=CHEAPEST_FOR_TESTS,
    )


def save(vault: field_vault.OpenVault, what: str) -> str:
    """One incident; its code."""
    capture = QuickCapture(what=what, when="2026-03-01 21:00", where="Example square", consent="C3")
    return recording.save(vault, None, capture, ready=True, local_now=NOON)


def attach(vault: field_vault.OpenVault, code: str, content: bytes, place: Path) -> str:
    """Attach ``content``, written to ``place`` first; its code."""
    place.write_bytes(content)
    return recording.attach(vault, code, place).code


def content_of(vault: field_vault.OpenVault, code: str) -> bytes:
    """The bytes of an attachment."""
    with recording.open_attachment(vault, code) as reader:
        return reader.read()


def filled_vault(folder: Path) -> field_vault.OpenVault:
    """A vault with three incidents, three files, a draft and a setting, open."""
    vault = new_vault(folder)
    codes = [save(vault, what) for what in STORIES]
    for number, content in enumerate(FILES):
        source = folder.parent / f"file-{number}.bin"
        source.write_bytes(content)
        recording.attach(vault, codes[0], source)
        source.unlink()
    recording.keep_draft(vault, None, QuickCapture(what="Only typed."), Cursor("what", 0, 3))
    settings.set(vault, "language", "kk")
    vault.store.settings.reporter_root()
    return vault


def contents(vault: field_vault.OpenVault) -> dict[str, Any]:
    """Everything a person has in a vault."""
    rows = recording.list_incidents(vault)
    found: dict[str, Any] = {
        "language": settings.get(vault, "language"),
        "root": vault.store.settings.reporter_root().reveal(),
        "history": (vault.store.head.count, vault.store.head.hash),
    }
    for row in rows:
        held = recording.read_incident(vault, row.code)
        found[row.code] = (row, held.records)
        if row.has_draft:
            found[f"draft of {row.code}"] = recording.read_draft(vault, row.code)
        for evidence in held.evidence:
            with recording.open_attachment(vault, evidence.code) as source:
                found[evidence.code] = source.read()
    return found


@dataclass(frozen=True)
class Made:
    """A backup, and what was in the vault it was made of."""

    backup: Backup
    contents: dict[str, Any]

    @property
    def path(self) -> Path:
        return self.backup.path


def made_in(folder: Path) -> Made:
    """A vault in ``folder`` that is gone again, and its backup in ``folder/stick``."""
    (folder / "stick").mkdir()
    with filled_vault(folder / "vault") as vault:
        return Made(back_up(vault, folder / "stick"), contents(vault))


def restored(backup: Path, folder: Path, **options: Any) -> Restored:
    """Restore with the right words."""
    chosen = {"recovery": RECOVERY, "passphrase": NEW_PASSPHRASE, **options}
    return restore(backup=backup, folder=folder, clock=FixedClock(NOON), profile=CHEAPEST_FOR_TESTS, **chosen)


def unpacked(form: str, folder: Path, *, killed: bool = False) -> Path:
    """The fixture of a form of the vault, as a folder of a reporter's own."""
    folder.mkdir(mode=0o700)
    for name in ("clean", "killed") if killed else ("clean",):
        with tarfile.open(FIXTURES / form / f"{name}.tar.xz") as archive:
            archive.extractall(folder, filter="data")
    folder.chmod(0o700)
    for file in folder.iterdir():
        file.chmod(0o600)
    return folder
