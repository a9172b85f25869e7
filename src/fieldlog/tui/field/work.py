"""What the screens ask of the vault, and the plain values they get back.

``Work`` is the only thing the screens know of the use cases in ``fieldlog.field``; every method may
take long and is called on the vault's thread (``kit.workers.OneThread``).
Errors are those of ``fieldlog.errors``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol

from fieldlog.model.quick import QuickCapture
from fieldlog.model.when import When
from fieldlog.tui.field.upkeep import Opened, Progress, Upkeep

__all__ = [
    "STATES",
    "AttachedFile",
    "ListPage",
    "Listed",
    "OpenIncident",
    "Opened",
    "OrganisationCard",
    "Place",
    "Planned",
    "Progress",
    "Sealed",
    "Work",
]

STATES: Final = ("all", "draft", "ready", "handed_over", "bin")
"""What the list can show, in the order of F6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the person was when the screen was locked: field name, row and column."""

    code: str
    field: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of the list.

    ``state`` is a state of the vault or ``bin``; ``changed`` says that something typed is not saved yet.
    """

    code: str
    state: str
    when: When | None
    typed_when: str
    family: str
    where: str
    excerpt: str
    files: int
    urgency: str
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page of the list, how many match, and how many there are in each state."""

    rows: tuple[Listed, ...]
    matching: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file of an incident."""

    code: str
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident as its form shows it: ``capture`` is the draft, if any, ``saved`` the last version."""

    code: str
    state: str
    capture: QuickCapture
    files: tuple[AttachedFile, ...]
    versions: int
    saved: QuickCapture | None
    has_draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationCard:
    """A pinned card. ``checked`` is the day its code was typed, empty before; ``looks_like`` names others."""

    key: str
    name: str
    contact: str
    checked: str
    expires: date
    usable: bool
    expired: bool = False
    looks_like: str = ""
    classic_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would be sealed. ``plan`` belongs to the use case and goes back to it unread.

    ``blocked`` are incidents that consent keeps here; ``unasked`` can be sent after one confirmation
    because somebody is in danger now. ``warnings`` are slugs of what to know beforehand.
    """

    plan: object
    incidents: int
    files: int
    people: int
    size: int
    blocked: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The file that was written."""

    path: Path
    size: int
    words: tuple[str, ...]


class Work(Upkeep, Protocol):
    """Everything the screens need done."""

    folder: Path

    def vault_exists(self) -> bool:
        """Whether there is a vault to unlock."""
        ...

    def propose_passphrase(self, language: str) -> tuple[str, ...]:
        """Seven words."""
        ...

    def propose_recovery(self, language: str) -> tuple[str, ...]:
        """Twelve words."""
        ...

    def check_own_passphrase(self, passphrase: str) -> None:
        """Accept a passphrase of one's own, or raise ``KeyTextError`` with the reason."""
        ...

    def create(self, *, passphrase: str, recovery: tuple[str, ...]) -> None:
        """Make the vault; it is open afterwards."""
        ...

    def unlock(self, passphrase: str, keyfile: str = "") -> Opened:
        """Open the vault with its passphrase or its recovery words; ``keyfile`` is the path of one."""
        ...

    def lock(self) -> None:
        """Close the vault; nothing happens when it is closed."""
        ...

    def setting(self, name: str) -> str:
        """A setting of the open vault, empty when it was never set."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep a setting in the open vault."""
        ...

    def incidents(self, *, query: str, state: str) -> ListPage:
        """A page of at most 200 lines."""
        ...

    def read(self, code: str) -> OpenIncident:
        """One incident."""
        ...

    def keep_draft(self, code: str | None, capture: QuickCapture, place: Place | None) -> str:
        """Autosave; returns the incident's code. Without a place the form is being left."""
        ...

    def interrupted(self) -> Place | None:
        """Where the person was when it was locked with a form open."""
        ...

    def forget_draft(self, code: str) -> None:
        """What was typed since the last save is the same as what was saved."""
        ...

    def save(self, code: str, capture: QuickCapture) -> None:
        """A revision, ready to hand over."""
        ...

    def is_file(self, path: str) -> bool:
        """Whether there is a file at ``path``; never raises."""
        ...

    def attach(self, code: str, path: str, progress: Progress) -> None:
        """Take a file into the vault."""
        ...

    def detach(self, code: str, file_code: str) -> None:
        """Take a file off an incident."""
        ...

    def to_bin(self, code: str) -> None:
        """Move an incident to the bin."""
        ...

    def from_bin(self, code: str) -> None:
        """Take an incident out of the bin."""
        ...

    def cards(self) -> tuple[OrganisationCard, ...]:
        """The pinned cards."""
        ...

    def take_card(self, text: str) -> OrganisationCard:
        """Pin a card from its text or from the path of its file."""
        ...

    def check_card(self, key: str, code: str) -> OrganisationCard:
        """Compare the check code that was typed."""
        ...

    def plan(
        self,
        *,
        incidents: tuple[str, ...],
        cards: tuple[str, ...],
        danger_reason: str,
        attributable: bool = False,
    ) -> Planned:
        """Look at what would be sealed and what stands against it."""
        ...

    def is_folder(self, folder: Path) -> bool:
        """Whether there is a folder at ``folder``; never raises."""
        ...

    def free_space(self, folder: Path) -> int:
        """Bytes free where the bundle would go."""
        ...

    def seal(self, planned: Planned, folder: Path, progress: Progress) -> Sealed:
        """Write the bundle."""
        ...
