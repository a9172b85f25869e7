"""The reporter's screens on the practice vault, and the desk's on the bundles made there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fieldlog.cli import output
from fieldlog.cli.desk import verification
from fieldlog.desk import intake, keys
from fieldlog.documents.dossier import Dossier
from fieldlog.documents.report_text import report_text
from fieldlog.i18n.catalog import current_language
from fieldlog.i18n.catalog import translate as _
from fieldlog.practice import scene as scenes
from fieldlog.system import process
from fieldlog.system.clock import Clock
from fieldlog.tui.desk import app as desk_app
from fieldlog.tui.desk.received import OpenIt, Progress, Received, Story
from fieldlog.tui.field import app as field_app
from fieldlog.tui.field.outcome import Crashed, Ended, Lock, Panic, PracticeInfo, ShowDesk

_LINE_LETTERS = 120
"""Of an incident's text in the list."""


def show(folder: Path, *, clock: Clock, language: str, locked: bool, unsaved: bool = False) -> int:
    """Practise in ``folder`` until the person leaves; gives the exit status.

    The scene is built when it is not there yet. ``locked`` comes back to the unlock screen after F9;
    otherwise the vault opens by itself, because in practice nothing is asked.

    Raises:
        MissingTerminal: there is no terminal to draw on.
    """
    scene = scenes.read(folder)
    if scene is None:
        output.line(_("Preparing a practice vault with made-up incidents..."))
        sys.stdout.flush()
        scene = scenes.build(folder, language=language, clock=clock)
    info = PracticeInfo(
        words=scene.vault_words,
        folder=scene.desktop,
        check_code=scene.check_code,
        open_at_once=not locked,
    )
    while True:
        outcome = field_app.run(scene.vault, clock=clock, practice=info, language=language, unsaved=unsaved)
        if isinstance(outcome, Lock):
            # Practice locks exactly as the real thing does: the process image ends.
            process.replace_image(
                [
                    *process.own_interpreter(), "fieldlog.practice",
                    "--inside", str(folder), "--locked", "--language", outcome.language,
                    *(["--unsaved"] if outcome.unsaved else []),
                ]
            )  # fmt: skip
        if isinstance(outcome, ShowDesk):
            language = current_language()
            status = desk_app.run(
                _opener(scene, outcome.bundle, clock), clock=clock, practice=True, language=language
            )
            if status:
                return status
            info = replace(info, open_at_once=True)
            continue
        if isinstance(outcome, Panic):
            output.clear_terminal()
            return 0
        if isinstance(outcome, Ended):
            return 128 + outcome.signal
        return 1 if isinstance(outcome, Crashed) else 0


def _opener(scene: scenes.Scene, bundle: Path, clock: Clock) -> OpenIt:
    def open_it(progress: Progress) -> Received:
        return receive(scene, bundle, clock=clock, progress=progress)

    return open_it


def _laid_out(dossier: Dossier, language: str) -> Callable[[int], str]:
    return lambda columns: "\n".join(report_text([dossier], language=language, width=columns))


def receive(scene: scenes.Scene, bundle: Path, *, clock: Clock, progress: Progress) -> Received:
    """Open and verify ``bundle`` at the practice organisation's desk.

    Raises:
        FieldlogError: as ``desk.intake.open_bundle``.
    """
    language = current_language()
    with keys.unlock_register(
        folder=scene.register, typed=" ".join(scene.desk_words), clock=clock
    ) as register:
        opened = intake.open_bundle(register, bundle, progress=progress)
        organisation = keys.current_card(register).name
    return Received(
        organisation=organisation,
        sender=opened.report.sender_code,
        size_bytes=bundle.stat().st_size,
        checks=tuple(_(verification.CHECKED[check]) for check in opened.report.checks),
        warnings=tuple(_(verification.WARNINGS[warning]) for warning in opened.report.warnings),
        stories=tuple(
            Story(
                code=dossier.incident.code,
                line=" ".join(dossier.incident.narrative.text.split())[:_LINE_LETTERS],
                text=_laid_out(dossier, language),
            )
            for dossier in opened.dossiers
        ),
    )
