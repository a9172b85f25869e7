"""The grammar of both programs, built from one file per verb.

A verb is a module of ``cli/field`` or ``cli/desk`` with ``declare(subparsers)`` (cheap: names and
help texts only) and ``run(arguments) -> exit status`` (which imports its work).
The reporter's program knows only ``cli/field``: it cannot even parse a command that needs an
organisation's private key.
"""

from __future__ import annotations

import argparse
import importlib
import os

from fieldlog import __version__
from fieldlog.cli import diagnostics
from fieldlog.i18n.catalog import LANGUAGES
from fieldlog.i18n.catalog import mark as N_
from fieldlog.i18n.catalog import translate as _

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Final, NoReturn

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - no public name

REPORTER: Final = "fieldlog"
DESK: Final = "fieldlog-desk"

VERBS: Final = {
    REPORTER: (
        "fieldlog.cli.field",
        (
            "create",
            "new",
            "list",
            "show",
            "attach",
            "card",
            "seal",
            "backup",
            "check_backup",
            "restore",
            "check",
            "recover",
            "status",
            "keys",
            "second_vault",
            "reserve",
            "upgrade",
            "bin",
            "erase",
            "destroy",
            "version",
        ),
    ),
    DESK: ("fieldlog.cli.desk", ("init", "card", "open", "extract", "identity")),
}
"""Program -> package and modules of its verbs, in the order the help lists them."""

ARGPARSE_SENTENCES: Final = (
    N_("usage: "),
    N_("options"),
    N_("show this help message and exit"),
    N_("positional arguments"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("ignored explicit argument %r"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)
"""What argparse itself says; it looks these literals up through its module-global ``_``."""


_COLUMNS: Final = 80
"""Of a help text, where nobody can say how wide the terminal is."""


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Left alone, argparse asks shutil, which loads the compression libraries.
    try:
        columns = os.get_terminal_size().columns
    except OSError:
        columns = _COLUMNS
    return argparse.HelpFormatter(prog, width=columns - 2)


class Parser(argparse.ArgumentParser):
    """An argument parser that says in the chosen language what is wrong, and how to ask for help.

    A parser below a parser is of its class, so that every verb speaks alike.
    """

    def __init__(self, **given: Any) -> None:
        # Here, because it looks some of its sentences up while it is being built.
        setattr(argparse, "_", _)  # noqa: B010 - argparse has no other door for its own sentences
        super().__init__(formatter_class=_formatter, **given)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse what is not among the choices, in a sentence instead of a Python list."""
        if action.choices is None or value in action.choices:
            return
        names = ", ".join(str(choice) for choice in action.choices)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - no public name
            said = _("There is no command {name}. These are there: {names}.").format(name=value, names=names)
        else:
            option = "/".join(action.option_strings)
            said = _("{option} cannot be {value}. It can be: {names}.").format(
                option=option, value=value, names=names
            )
        raise argparse.ArgumentError(None, said)

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        if action.type is int and not arg_string.removeprefix("-").isdecimal():
            option = "/".join(action.option_strings) or str(action.metavar or action.dest)
            raise argparse.ArgumentError(
                None, _("{option} takes a number, not {value}.").format(option=option, value=arg_string)
            )
        return super()._get_value(action, arg_string)

    def error(self, message: str) -> NoReturn:
        """Say what was not understood and where the help is, and end with the status of a usage mistake."""
        diagnostics.say(f"{self.format_usage()}{message}")
        diagnostics.say(_("See what is possible with: {command}").format(command=f"{self.prog} --help"))
        raise SystemExit(2)


def add_common_options(parser: argparse.ArgumentParser, program: str, *, default: object) -> None:
    """The options that every verb understands, before or after its name."""
    if program == REPORTER:
        parser.add_argument(
            "--vault",
            metavar=_("FOLDER"),
            default=default,
            help=_("the vault's folder, if not the usual one"),
        )
        parser.add_argument(
            "--keyfile",
            metavar=_("FILE"),
            default=default,
            help=_("the key file, if the passphrase was set with one"),
        )
    else:
        parser.add_argument(
            "--register",
            metavar=_("FOLDER"),
            default=default,
            help=_("the register's folder, if not the usual one"),
        )
    parser.add_argument(
        "--passphrase-fd",
        metavar="N",
        type=int,
        default=default,
        help=_("read the passphrase from this open file descriptor instead of asking"),
    )
    parser.add_argument("--language", choices=LANGUAGES, default=default, help=_("language of this run"))
    parser.add_argument(
        "--plain",
        action="store_true",
        default=default if default is argparse.SUPPRESS else False,
        help=_("lines of text for screen readers, no tables"),
    )


def build(program: str) -> tuple[argparse.ArgumentParser, dict[str, Callable[[argparse.Namespace], int]]]:
    """The parser of ``program`` in the chosen language, and what to run for each verb."""
    description = (
        _("Record incidents, keep them locked on this computer, and seal them to an organisation.")
        if program == REPORTER
        else _("Make an organisation's keys and card, and open what reporters have sealed to it.")
    )
    parser = Parser(prog=program, description=description, allow_abbrev=False)
    parser.add_argument(
        "--version",
        action="version",
        version=f"{program} {__version__}",
        help=_("show program's version number and exit"),
    )
    if program == REPORTER:
        parser.add_argument(
            "--ascii", action="store_true", help=_("draw the screen with plain characters, for old terminals")
        )
        # What a lock that could not save the last words tells the image that follows it.
        parser.add_argument("--unsaved", action="store_true", help=argparse.SUPPRESS)
    add_common_options(parser, program, default=None)
    subparsers = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    runs: dict[str, Callable[[argparse.Namespace], int]] = {}
    package, modules = VERBS[program]
    for name in modules:
        module = importlib.import_module(f"{package}.{name}")
        known = set(subparsers.choices)
        module.declare(subparsers)
        for verb in set(subparsers.choices) - known:
            _add_to_all(subparsers.choices[verb], program)
            runs[verb] = module.run
    return parser, runs


def _add_to_all(parser: argparse.ArgumentParser, program: str) -> None:
    """Give the common options to ``parser`` and to every parser below it."""
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    for action in nested:
        for child in action.choices.values():
            _add_to_all(child, program)
    add_common_options(parser, program, default=argparse.SUPPRESS)


def asked_language(arguments: Sequence[str]) -> str | None:
    """The value of ``--language``, read before the parser is built, so that its help speaks it."""
    for position, argument in enumerate(arguments):
        option, equals, value = argument.partition("=")
        if option == "--language":
            given = value if equals else "".join(arguments[position + 1 : position + 2])
            return given if given in LANGUAGES else None
    return None
