"""Which modules a start really loads: static contracts cannot tell a lazy import from an eager one."""

import subprocess
import sys

import pytest

from fieldlog.cli import parser

HEAVY = ("textual", "rich", "cryptography", "nacl", "apsw", "segno", "mnemonic")


def _loaded_by(program: str, *arguments: str) -> set[str]:
    """Every module loaded when ``program`` has run with ``arguments``, whatever its exit status."""
    script = (
        "import sys, atexit\n"
        f"sys.argv = {[program, *arguments]!r}\n"
        "atexit.register(lambda: sys.__stderr__.write('\\nLOADED ' + ' '.join(sorted(sys.modules))))\n"
        "from fieldlog import __main__ as start\n"
        f"sys.exit(start.{'main' if program == parser.REPORTER else 'desk_main'}())\n"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "LOADED " in result.stderr, result.stderr
    return set(result.stderr.rpartition("LOADED ")[2].split())


@pytest.mark.parametrize("program", [parser.REPORTER, parser.DESK])
def test_help_loads_nothing_heavy(program: str) -> None:
    """``--help`` loads no screen, no cryptography and no database."""
    loaded = _loaded_by(program, "--help")
    assert not loaded & set(HEAVY)
    assert not [
        name for name in loaded if name.startswith(("fieldlog.tui", "fieldlog.store", "fieldlog.field."))
    ]


@pytest.mark.parametrize("verb", parser.VERBS[parser.REPORTER][1])
def test_no_verb_of_the_reporter_loads_the_desk(verb: str) -> None:
    """Parsing and starting a verb of the reporter never loads the organisation's side or a screen."""
    for arguments in ([verb, "--help"], [verb]):
        loaded = _loaded_by(parser.REPORTER, *arguments, "--vault", "nowhere")
        assert not [name for name in loaded if name.startswith(("fieldlog.desk", "fieldlog.cli.desk"))]
        assert "textual" not in loaded


def test_the_screen_is_imported_only_when_wanted() -> None:
    """Without a terminal the program ends before it loads the screen's library."""
    assert "textual" not in _loaded_by(parser.REPORTER)
