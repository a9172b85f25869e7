"""The practice scene: a vault with made-up incidents, an organisation, and its card.

Everything lies in one folder that whoever made it takes away.
The passphrases lie beside it in the clear (``scene.json``), so that the screen can show them and the scene
survives a lock: nothing in a practice vault is worth protecting, and it says PRACTICE on every screen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from fieldlog.desk import keys
from fieldlog.field import recording, settings, trust, vault
from fieldlog.formats.check_code import check_code
from fieldlog.practice import incidents
from fieldlog.primitives import kdf
from fieldlog.system import files
from fieldlog.system.clock import Clock

ORGANISATION: Final = {
    "en": "Practice Organisation (made up)",
    "ru": "Учебная организация (выдуманная)",
    "kk": "Жаттығу ұйымы (ойдан шығарылған)",
}
"""Its name per language: data on a card, not a message of the interface."""

_SCENE_FILE: Final = "scene.json"
_SCENE_LIMIT: Final = 16 * 1024
_PROFILE: Final = kdf.S
"""Practice opens quickly on any machine and protects nothing real."""

Step = Callable[[int, int], None]
"""Told how many of how many incidents are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where everything of one practice run is. ``check_code`` is what the organisation would read out."""

    folder: Path
    vault_words: tuple[str, ...]
    desk_words: tuple[str, ...]
    check_code: str

    @property
    def vault(self) -> Path:
        """The practice vault."""
        return self.folder / "vault"

    @property
    def register(self) -> Path:
        """The practice organisation's register."""
        return self.folder / "register"

    @property
    def desktop(self) -> Path:
        """What the person would have at hand: the card, photos, and a place for bundles."""
        return self.folder / "desktop"

    @property
    def card(self) -> Path:
        """The organisation's card."""
        return self.desktop / "organisation.card"


def build(folder: Path, *, language: str, clock: Clock, step: Step | None = None) -> Scene:
    """Make the whole scene in ``folder``, which exists and is empty.

    Raises:
        MachineError: one of its subclasses, when there is no room or no memory.
    """
    scene_words = vault.propose_passphrase(language)
    desk_words = keys.propose_passphrase(language)
    with keys.create_register(
        folder=folder / "register",
        typed=" ".join(desk_words),
        recovery_words=keys.propose_recovery(language),
        name=ORGANISATION[language],
        clock=clock,
        profile=_PROFILE,
    ) as register:
        card = keys.current_card(register)
    scene = Scene(
        folder=folder,
        vault_words=scene_words,
        desk_words=desk_words,
        check_code=check_code(card.root_key),
    )
    scene.desktop.mkdir(mode=0o700)
    files.write_whole(scene.card, card.to_text().encode())
    with vault.create(
        folder=scene.vault,
        passphrase=vault.secret_of(scene_words),
        recovery=vault.secret_of(vault.propose_recovery(language)),
        clock=clock,
        profile=_PROFILE,
    ) as opened:
        record_all(opened, scene.desktop, language=language, clock=clock, step=step)
        pinned = trust.pin(opened, card).known
        trust.check(opened, pinned.card_id, scene.check_code)
        settings.set(opened, "language", language)
    _keep(scene)
    return scene


def record_all(
    opened: vault.OpenVault, photos: Path, *, language: str, clock: Clock, step: Step | None = None
) -> tuple[str, ...]:
    """Write the made-up incidents with their attachments; their codes, those in ``language`` last.

    The newest stand first in the list, so a person sees their own language first.
    """
    stories = sorted(incidents.stories(clock.now()), key=lambda story: story.language == language)
    codes = []
    for number, story in enumerate(stories, start=1):
        code = recording.save(opened, None, story.capture, ready=story.ready, language=story.language)
        for name, content in story.attachments:
            path = photos / name
            files.write_whole(path, content, replace=True)
            recording.attach(opened, code, path)
        codes.append(code)
        if step is not None:
            step(number, len(stories))
    return tuple(codes)


def _keep(scene: Scene) -> None:
    plain = {name: value for name, value in asdict(scene).items() if name != "folder"}
    files.write_whole(scene.folder / _SCENE_FILE, json.dumps(plain).encode())


def read(folder: Path) -> Scene | None:
    """The scene that was built in ``folder``, or nothing."""
    path = folder / _SCENE_FILE
    if not path.exists():
        return None
    plain = json.loads(files.read_small(path, limit=_SCENE_LIMIT))
    return Scene(
        folder=folder,
        vault_words=tuple(plain["vault_words"]),
        desk_words=tuple(plain["desk_words"]),
        check_code=plain["check_code"],
    )
