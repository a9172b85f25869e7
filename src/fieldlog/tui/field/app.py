"""The one door to the reporter's screens.

Textual is imported here only after the environment was scrubbed (ui.md recipe 2.0), so this module
imports none of it at its top.
Replacing the process image after ``Lock`` is the caller's work, once the terminal is restored.
"""

from __future__ import annotations

from pathlib import Path

from fieldlog import errors
from fieldlog.i18n.catalog import current_language, set_language
from fieldlog.system import terminal
from fieldlog.system.clock import Clock
from fieldlog.tui.field.outcome import Crashed, Ended, Outcome, PracticeInfo, Quit
from fieldlog.tui.kit import environment


def run(
    folder: Path,
    *,
    clock: Clock,
    practice: PracticeInfo | None = None,
    language: str | None = None,
    ascii_only: bool = False,
    unsaved: bool = False,
) -> Outcome:
    """Show the reporter's screens until they end; the vault is locked when this returns.

    ``unsaved`` is that of the ``Lock`` this start follows.
    ``language`` is ``None`` when nobody has chosen one: then a first start asks for it.

    Raises:
        MissingTerminal: there is no terminal to draw on.
    """
    if not terminal.can_draw():
        raise errors.MissingTerminal
    environment.scrub()
    from fieldlog.tui.field.application import ReporterApp  # noqa: PLC0415 - after the scrubbing
    from fieldlog.tui.field.deferred import deferred_work  # noqa: PLC0415 - as above
    from fieldlog.tui.kit import crash  # noqa: PLC0415 - as above

    set_language(language or current_language())
    app = ReporterApp(
        work=deferred_work(folder, clock),
        clock=clock,
        practice=practice,
        language_chosen=language is not None,
        ascii_only=ascii_only,
        unsaved=unsaved,
    )
    with crash.quiet_hooks():
        ended = app.run()
    if ended is not None:
        return ended
    if app.ended_by_signal:
        return Ended(app.ended_by_signal)
    return Crashed() if app.return_code else Quit()
