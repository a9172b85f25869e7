"""The whole job once, without a screen: record, attach, seal, open, verify.

Every line it prints is about something that was just done and checked; a step that does not hold ends it
with an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog.cli import output
from fieldlog.cli.desk import verification
from fieldlog.desk import intake, keys
from fieldlog.errors import BundleRefused, UsageError
from fieldlog.field import recording, sealing, trust, vault
from fieldlog.i18n.catalog import plural
from fieldlog.i18n.catalog import translate as _
from fieldlog.practice import scene as scenes
from fieldlog.system import files
from fieldlog.system.clock import Clock

_ALTERED_BYTE: Final = 3
"""From the end of the bundle: the byte that the check for altered bundles changes."""
_BUNDLE_LIMIT: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _HandedOver:
    """What was sealed."""

    path: Path
    codes: tuple[str, ...]


def run_once(folder: Path, *, clock: Clock, language: str) -> int:
    """Do it all in ``folder`` and print a summary. Gives 0.

    Raises:
        FieldlogError: the first step that did not work.
    """
    scene = scenes.build(folder, language=language, clock=clock)
    handed_over = _record_and_seal(scene, clock=clock, language=language)
    _open_and_verify(scene, handed_over, clock=clock)
    output.line(_("Everything was made up, and it is gone now."))
    return 0


def _record_and_seal(scene: scenes.Scene, *, clock: Clock, language: str) -> _HandedOver:
    words = vault.secret_of(scene.vault_words)
    with vault.unlock(folder=scene.vault, passphrase=words, clock=clock) as opened:
        rows = recording.list_incidents(opened)
        output.line(_("Recorded, into an encrypted vault"))
        _say(
            plural(
                "{count} made-up incident in Russian, Kazakh and English",
                "{count} made-up incidents in Russian, Kazakh and English",
                len(rows),
            ),
            len(rows),
        )
        attached = sum(row.files for row in rows)
        _say(plural("{count} file attached", "{count} files attached", attached), attached)
        card = trust.list_cards(opened)[0]
        codes = _sealable(opened, card.card_id, [row.code for row in rows])
        planned = sealing.plan(opened, codes, [card.card_id], language=language)
        sealed = sealing.seal(opened, planned, scene.desktop)
    output.line(_("Sealed, so that only {name} can open it").format(name=card.card.name))
    _say(plural("{count} incident", "{count} incidents", len(codes)), len(codes))
    kept = len(rows) - len(codes)
    _say(
        plural(
            "{count} incident kept back: a draft, or its people have not agreed yet",
            "{count} incidents kept back: drafts, or their people have not agreed yet",
            kept,
        ),
        kept,
    )
    output.line(
        "  "
        + _("{size} bytes; name of the bundle: {words}").format(
            size=sealed.size, words=" ".join(sealed.words(language))
        )
    )
    return _HandedOver(path=sealed.path, codes=tuple(codes))


def _open_and_verify(scene: scenes.Scene, handed_over: _HandedOver, *, clock: Clock) -> None:
    with keys.unlock_register(
        folder=scene.register, typed=" ".join(scene.desk_words), clock=clock
    ) as register:
        received = intake.open_bundle(register, handed_over.path)
        output.line(_("Opened and verified at the desk"))
        for check in received.report.checks:
            output.line("  + " + _(verification.CHECKED[check]))
        if {dossier.incident.code for dossier in received.dossiers} != set(handed_over.codes):
            raise BundleRefused("records")
        _require_altered_refused(register, handed_over.path, scene.desktop / "altered.age")
    output.line("  + " + _("a copy with one altered byte is refused"))


def _say(text: str, count: int) -> None:
    output.line("  " + text.format(count=count))


def _sealable(opened: vault.OpenVault, card_id: str, codes: Sequence[str]) -> list[str]:
    """The incidents that may go without a question: the consent rules decide, as for real ones."""
    ready = []
    for code in codes:
        try:
            planned = sealing.plan(opened, [code], [card_id])
        except UsageError:
            # A draft is not ready to be handed over.
            continue
        if planned.can_seal:
            ready.append(code)
    return ready


def _require_altered_refused(register: keys.OpenRegister, bundle: Path, copy: Path) -> None:
    content = bytearray(files.read_small(bundle, limit=_BUNDLE_LIMIT))
    content[-_ALTERED_BYTE] ^= 1
    files.write_whole(copy, bytes(content))
    try:
        intake.open_bundle(register, copy)
    except BundleRefused:
        return
    raise BundleRefused("altered-accepted")
