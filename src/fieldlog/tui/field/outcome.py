"""How the screens end, as values for the caller. Imports no Textual: ``__main__`` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Quit:
    """The person left. The vault is locked."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The vault is locked with the draft in it; the caller replaces the process image and comes back.

    ``unsaved`` says that the last words could not be saved; the next image is told, and says so.
    """

    language: str = "en"
    unsaved: bool = False


@dataclass(frozen=True, slots=True)
class Panic:
    """As ``Quit``, at once; the caller clears the terminal and its scrollback."""


@dataclass(frozen=True, slots=True)
class OpenOther:
    """The vault is locked; the caller replaces the process image and opens the one in ``folder``."""

    folder: Path
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Practise:
    """The person wants to practise; no vault was made."""

    language: str = "en"


@dataclass(frozen=True, slots=True)
class ShowDesk:
    """Practice: show what the organisation sees of the bundle that was just written."""

    bundle: Path


@dataclass(frozen=True, slots=True)
class Ended:
    """A signal closed the terminal; the draft was kept and the vault is locked."""

    signal: int


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake in the program; what there is to say about it was printed."""


Outcome = Quit | Lock | OpenOther | Panic | Practise | ShowDesk | Ended | Crashed


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeInfo:
    """What the screens show and offer in practice.

    Args:
        words: the practice vault's passphrase, shown on the unlock screen.
        folder: where the practice organisation's card lies and where bundles go.
        check_code: the practice organisation's check code, to be typed like a real one.
        open_at_once: the vault opens by itself, because in practice nothing is asked at the start.
    """

    words: tuple[str, ...]
    folder: Path
    check_code: str = ""
    open_at_once: bool = False
