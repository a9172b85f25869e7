"""Choose the face: a verb runs the command line, no verb starts the screen.

The composition of the whole program; nothing that handles secrets is imported before the process is
hardened (security.md 5.1, 5.2), and the screen's library only when the screen is wanted.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from typing import NoReturn

    from fieldlog.tui.field.outcome import Outcome


def main() -> int:
    """The reporter's program ``fieldlog``; gives its exit status."""
    return _start("fieldlog")


def desk_main() -> int:
    """The organisation's program ``fieldlog-desk``; gives its exit status."""
    return _start("fieldlog-desk")


def _start(program: str) -> int:
    from fieldlog.system import process, streams

    process.shed_environment()
    streams.settle()
    from fieldlog.cli import diagnostics

    return diagnostics.guarded(lambda: _dispatch(program, sys.argv[1:]))


def _dispatch(program: str, arguments: list[str]) -> int:
    from fieldlog.cli import parser
    from fieldlog.i18n import catalog
    from fieldlog.system import process

    catalog.set_language(parser.asked_language(arguments) or catalog.language_of(os.environ))
    grammar, runs = parser.build(program)
    asked = grammar.parse_args(arguments)
    # Behind --help, which holds nothing and should be quick; before anything that holds something.
    process.harden()
    if asked.verb is not None:
        return runs[asked.verb](asked)
    if program == parser.DESK:
        grammar.print_help(sys.stderr)
        return 2
    return _screen(asked.vault, language=asked.language, ascii_only=asked.ascii, unsaved=asked.unsaved)


def _screen(named: str | None, *, language: str | None, ascii_only: bool, unsaved: bool) -> int:
    """Run the reporter's screen until it ends; lock and practice end this process image."""
    from fieldlog.cli.field.unlocking import chosen_folder
    from fieldlog.errors import MissingTerminal
    from fieldlog.system import clock, terminal

    if not terminal.can_draw() or os.environ.get("TERM") == "dumb":
        raise MissingTerminal
    folder = chosen_folder(named)
    from fieldlog.tui.field import app, outcome

    ended = app.run(
        folder,
        clock=clock.SystemClock(),
        practice=None,
        language=language,
        ascii_only=ascii_only,
        unsaved=unsaved,
    )
    # Only the end of the image removes every copy of a key from memory (security.md 5.3).
    if isinstance(ended, outcome.Lock):
        kept = [*(["--ascii"] if ascii_only else []), *(["--unsaved"] if ended.unsaved else [])]
        _replace("fieldlog", "--vault", str(folder), "--language", ended.language, *kept)
    if isinstance(ended, outcome.OpenOther):
        kept = ["--ascii"] if ascii_only else []
        _replace("fieldlog", "--vault", str(ended.folder), "--language", ended.language, *kept)
    if isinstance(ended, outcome.Practise):
        _replace("fieldlog.practice", "--language", ended.language)
    return _exit_status(ended)


def _exit_status(ended: Outcome) -> int:
    from fieldlog.cli import diagnostics, output
    from fieldlog.tui.field import outcome

    match ended:
        case outcome.Panic():
            output.clear_terminal()
        case outcome.Ended(signal=number):
            return diagnostics.SIGNALLED + number
        case outcome.Crashed():
            return diagnostics.UNEXPECTED
    return 0


def _replace(module: str, *arguments: str) -> NoReturn:
    from fieldlog.system import process

    process.replace_image([*process.own_interpreter(), module, *arguments])


if __name__ == "__main__":
    sys.exit(main())
