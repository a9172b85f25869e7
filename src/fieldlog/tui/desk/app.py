"""The one door to the desk's screens. Textual is imported after the environment was scrubbed."""

from __future__ import annotations

from fieldlog import errors
from fieldlog.i18n.catalog import set_language
from fieldlog.system import terminal
from fieldlog.system.clock import Clock
from fieldlog.tui.desk.received import OpenIt
from fieldlog.tui.kit import environment


def run(open_it: OpenIt, *, clock: Clock, practice: bool = False, language: str = "en") -> int:
    """Show one bundle until the person leaves; 0, or 128 + N after signal N.

    Raises:
        MissingTerminal: there is no terminal to draw on.
    """
    if not terminal.can_draw():
        raise errors.MissingTerminal
    environment.scrub()
    from fieldlog.tui.desk.application import DeskApp  # noqa: PLC0415 - after the scrubbing
    from fieldlog.tui.kit import crash  # noqa: PLC0415 - as above

    set_language(language)
    app = DeskApp(open_it=open_it, clock=clock, practice=practice)
    with crash.quiet_hooks():
        app.run()
    return app.return_code or 0
