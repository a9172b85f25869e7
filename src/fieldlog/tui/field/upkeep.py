"""What the screens ask of the vault as a whole: its keys, backups, bin, check, and its end.

As ``work``: every method may take long and is called on the vault's thread; errors are those of
``fieldlog.errors``; progress is told in bytes and may raise ``Cancelled``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the vault says after unlock: the person may notice that it was put back.

    ``last_opened`` is ``None`` when it was never opened before; ``erased`` counts what the bin let go of;
    ``left_open`` says that Fieldlog was not locked the time before, ``media_damaged`` that the attached
    files are not where they belong.
    """

    last_opened: datetime | None
    incidents: int
    changes: int
    words: tuple[str, ...]
    """Check words, in the language of the vault."""
    erased: int = 0
    left_open: bool = False
    media_damaged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A secret that opens the vault now, typed to prove that its owner is here; never shown."""

    words: str = field(repr=False)
    keyfile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupState:
    """When the last backup was made, how many incidents are not in it, and whether to remind.

    ``words_changed`` says that it does not open with the present recovery words.
    """

    last_at: datetime | None
    missing: int
    due: bool
    words_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBackup:
    """A backup that was written and read back."""

    path: Path
    size: int
    incidents: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came out of a backup, and when that was made."""

    backup_at: datetime
    incidents: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedVault:
    """A vault that is to be recovered: where it lies, what opens it, and where the new one is to be."""

    folder: Path
    into: Path
    present: Present


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredVault:
    """What was saved into the new vault at ``folder``; each finding is what it means, and what to do."""

    folder: Path
    incidents: int
    drafts: int
    changes: int
    files: int
    file_bytes: int
    organisations: int
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A passphrase or the recovery words. ``opened`` says that it opened the vault this time."""

    number: int
    recovery: bool
    made_at: datetime | None
    keyfile: bool
    opened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InBin:
    """An incident in the bin."""

    code: str
    when: str
    what: str
    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedVault:
    """What a check looked at; each finding is what it means, and what to do."""

    changes: int
    incidents: int
    files: int
    file_bytes: int
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What was done to the vault's folder.

    ``overwritten`` is false when the keys could only be removed; ``left`` is what is still there.
    """

    overwritten: bool
    left: tuple[str, ...] = ()


class Upkeep(Protocol):
    """Everything the screens need done with the vault itself."""

    def is_open(self) -> bool:
        """Whether the vault is open; some work closes it."""
        ...

    def opened_now(self) -> Opened:
        """As after unlock, but of this moment: what to compare at the next unlock."""
        ...

    def place_warnings(self) -> tuple[str, ...]:
        """What is known about the place of the vault's folder, in sentences, also before there is a vault."""
        ...

    def new_place_warnings(self) -> tuple[str, ...]:
        """Likewise when a vault can be made there; if not, raise as ``new_place.require_possible``."""
        ...

    def require(self, present: Present) -> None:
        """Check that ``present`` opens this vault; raise ``CannotUnlock`` if not."""
        ...

    def backup_state(self) -> BackupState:
        """Whether there is a backup, and what it lacks."""
        ...

    def put_off_backup(self) -> None:
        """Do not remind for a day."""
        ...

    def back_up(self, folder: Path, progress: Progress) -> MadeBackup:
        """Write a backup, and read it back."""
        ...

    def check_recovery_words(self, words: str) -> None:
        """Accept twelve words whose checksum fits, or raise ``KeyTextError``."""
        ...

    def require_restorable(self, backup: str, words: str) -> None:
        """Check what is quick: ``words`` open this backup, and a vault can be made; raise what is wrong."""
        ...

    def restore(self, *, backup: str, recovery: str, passphrase: str, progress: Progress) -> Restored:
        """Make a vault out of a backup; it is locked afterwards."""
        ...

    def propose_place(self, damaged: Path) -> Path:
        """A free name beside a damaged vault, for the new one."""
        ...

    def try_damaged(self, damaged: DamagedVault) -> None:
        """Check that the words open it and that its new place is free; nothing is written."""
        ...

    def recover(
        self, damaged: DamagedVault, *, passphrase: str, recovery: tuple[str, ...], progress: Progress
    ) -> RecoveredVault:
        """Save what verifies into a new vault. The damaged one, if it was open, is closed before."""
        ...

    def known_keys(self) -> tuple[KnownKey, ...]:
        """What opens this vault."""
        ...

    def make_keyfile(self, path: str) -> None:
        """Write a new key file."""
        ...

    def change_passphrase(self, present: Present, new: str, keyfile: str) -> None:
        """Put ``new`` in the place of the passphrase that was typed."""
        ...

    def add_passphrase(self, present: Present, new: str, keyfile: str) -> None:
        """Let one more passphrase open the vault."""
        ...

    def remove_passphrase(self, present: Present, number: int) -> None:
        """Shut one passphrase out."""
        ...

    def change_recovery(self, present: Present, words: str) -> None:
        """Put new recovery words in the place of the old ones."""
        ...

    def renew(self, present: Present, progress: Progress) -> None:
        """Copy the vault under a new vault key; it is closed afterwards."""
        ...

    def is_first_form(self) -> bool:
        """Whether an earlier Fieldlog made this vault, with one volume."""
        ...

    def upgrade(self, *, passphrase: str, recovery: str, progress: Progress) -> None:
        """Copy a vault of the first form into one with two volumes; it is closed afterwards."""
        ...

    def make_second(self, *, passphrase: str, recovery: str) -> None:
        """Make a second vault, over whatever is in its place."""
        ...

    def reserve(self, size: int, progress: Progress) -> None:
        """Make room for ``size`` bytes of files in advance."""
        ...

    def check(self, present: Present, progress: Progress) -> CheckedVault:
        """Look at everything in the vault. It is locked for that, and opened again."""
        ...

    def binned(self) -> tuple[InBin, ...]:
        """What is in the bin, what goes first at the beginning."""
        ...

    def erase(self, code: str, typed: str) -> None:
        """Erase an incident for good if ``typed`` is its code."""
        ...

    def empty_bin(self, typed: str) -> int:
        """Erase everything in the bin for good if ``typed`` is how many that are; gives how many."""
        ...

    def destroy(self) -> Destroyed:
        """Make the vault unopenable, for good."""
        ...
