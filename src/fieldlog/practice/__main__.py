"""``python -m fieldlog.practice``: the whole of Fieldlog on made-up data, and nothing left behind.

The process that is started makes the throw-away folder, runs the screens in a child and takes the folder
away when the child ends, however it ended: a lock replaces the child's image, and its parent stays.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Practise; gives the exit status."""
    from fieldlog.system import process, streams

    process.shed_environment()
    streams.settle()
    process.harden()
    from fieldlog.cli import diagnostics

    return diagnostics.guarded(lambda: _run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    from fieldlog.cli import parser
    from fieldlog.i18n import catalog
    from fieldlog.system import clock

    language = parser.asked_language(arguments) or catalog.language_of(os.environ)
    catalog.set_language(language)
    asked = grammar().parse_args(arguments)
    if asked.inside is not None:
        from fieldlog.practice import screens

        return screens.show(
            Path(asked.inside),
            clock=clock.SystemClock(),
            language=language,
            locked=asked.locked,
            unsaved=asked.unsaved,
        )
    return _in_throwaway_folder(once=asked.once, language=language)


def _in_throwaway_folder(*, once: bool, language: str) -> int:
    from fieldlog.system import children, clock, terminal, throwaway

    if not once and (not terminal.can_draw() or os.environ.get("TERM") == "dumb"):
        from fieldlog.errors import MissingTerminal

        raise MissingTerminal
    with throwaway.throwaway_folder("fieldlog-practice") as folder:
        if once:
            from fieldlog.practice.once import run_once

            return run_once(folder, clock=clock.SystemClock(), language=language)
        return children.run_module("fieldlog.practice", ["--inside", str(folder), "--language", language])


def grammar() -> argparse.ArgumentParser:
    """What ``run.py demo`` understands, in the chosen language; ``--inside`` and ``--locked`` are its own."""
    from fieldlog.cli.parser import Parser
    from fieldlog.i18n import catalog
    from fieldlog.i18n.catalog import translate as _

    parser = Parser(
        prog="run.py demo",
        description=_("Practise with made-up incidents. Nothing is left behind."),
        allow_abbrev=False,
    )
    parser.add_argument(
        "--once", action="store_true", help=_("do the whole job once without a screen and say what was done")
    )
    parser.add_argument("--language", choices=catalog.LANGUAGES, help=_("language of the screens"))
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--locked", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--unsaved", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
