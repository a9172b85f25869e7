"""The edges of the command line: what a mistake, a closed pipe, a hostile text or a missing screen does."""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldlog import __main__ as start
from fieldlog import errors
from fieldlog.cli import diagnostics, output, parser
from fieldlog.i18n import catalog
from fieldlog.practice import __main__ as practice

HOSTILE = "title\x1b]0;owned\x07\x1b[2J\x1b]52;c;QQ==\x07\x9b31m\u202egpj.exe\x00"


@pytest.fixture(autouse=True)
def _english_again() -> object:
    yield
    catalog.set_language("en")


def test_error_is_two_sentences_and_its_status(capsys: pytest.CaptureFixture[str]) -> None:
    """A deliberate error says what happened and what to do, on stderr, in the chosen language."""

    def work() -> int:
        raise errors.VaultMissing("E:/vault")

    catalog.set_language("ru")
    assert diagnostics.guarded(work) == errors.VaultMissing.exit_status
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.splitlines() == [
        "В E:/vault нет хранилища.",
        "Укажите нужную папку через --vault или создайте новое хранилище.",
    ]


def test_mistake_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """An unexpected exception shows its type and place, never its text, which may be what somebody wrote."""

    def work() -> int:
        passphrase = "CANARY-words"  # noqa: F841 - must not show up
        raise ValueError("CANARY-note")

    assert diagnostics.guarded(work) == 70
    written = capsys.readouterr().err
    assert "CANARY" not in written
    assert "ValueError" in written
    assert "test_edges.py:" in written
    assert str(Path.cwd()) not in written


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """Ctrl+C gives 130 and no traceback."""

    def work() -> int:
        raise KeyboardInterrupt

    assert diagnostics.guarded(work) == 130
    assert capsys.readouterr().err == ""


def test_closed_pipe_is_quiet() -> None:
    """A reader that goes away, such as ``head``, ends the program without a complaint."""
    script = (
        "import sys\n"
        "from fieldlog.cli import diagnostics, output\n"
        "def work():\n"
        "    for _ in range(20000): output.line('x' * 80)\n"
        "    return 0\n"
        "sys.exit(diagnostics.guarded(work))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-I", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    child.stdout.read(100)
    child.stdout.close()
    complaint = child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 141
    assert complaint == b""


@pytest.mark.claim("C-OUT-01")
def test_hostile_text_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither output nor an error sentence carries a control character that somebody else wrote."""
    output.line(HOSTILE)
    output.field(HOSTILE, HOSTILE)
    output.table([HOSTILE], [[HOSTILE]], plain=False)
    output.table(["a", "b"], [[HOSTILE, HOSTILE]], plain=True)
    output.prompt(HOSTILE)
    diagnostics.say(HOSTILE)
    diagnostics.report(errors.VaultMissing(HOSTILE))
    written = capsys.readouterr()
    for text in (written.out, written.err):
        assert "owned" in text
        for control in ("\x1b", "\x07", "\x9b", "\x00", "\u202e"):
            assert control not in text


@pytest.mark.claim("C-OUT-01")
def test_hostile_argument_reaches_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A hostile file name on the command line is shown, not obeyed, when it is not understood."""
    with pytest.raises(SystemExit) as stopped:
        start._dispatch("fieldlog", ["list", HOSTILE])
    assert stopped.value.code == 2
    assert "\x1b" not in capsys.readouterr().err


def test_table_aligns_by_columns_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns fit for wide and combining letters too."""
    output.table(["Ab", "C"], [["漢字", "1"], ["e\u0301", "2"]], plain=False)
    assert capsys.readouterr().out.splitlines() == ["Ab    C", "漢字  1", "e\u0301     2"]


def test_usage_mistake_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """What was not understood is said in the chosen language, with the way to the help."""
    with pytest.raises(SystemExit) as stopped:
        start._dispatch("fieldlog", ["--language", "ru", "attach"])
    assert stopped.value.code == 2
    written = capsys.readouterr().err
    assert "не хватает аргументов" in written
    assert "fieldlog attach --help" in written


def test_a_number_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Options by their name, and what has no option by its place."""
    for arguments, named in (
        (["keys", "remove", "x"], "NUMBER"),
        (["--passphrase-fd", "x", "list"], "--passphrase-fd"),
    ):
        with pytest.raises(SystemExit):
            start._dispatch("fieldlog", arguments)
        assert f"{named} takes a number, not x." in capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("language", catalog.LANGUAGES)
@pytest.mark.parametrize("program", list(parser.VERBS))
def test_help_speaks_every_language(program: str, language: str) -> None:
    """Every verb of both programs has its help in every language."""
    catalog.set_language(language)
    grammar, runs = parser.build(program)
    text = grammar.format_help()
    assert set(runs) <= set(text.split())
    if language != "en":
        assert "show this help message" not in text


def _parsers(parser_: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """``parser_`` and every parser below it."""
    yield parser_
    for action in parser_._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _parsers(child)


def _grammars() -> Iterator[argparse.ArgumentParser]:
    """Every parser of every program, in the chosen language."""
    for program in parser.VERBS:
        yield from _parsers(parser.build(program)[0])
    yield practice.grammar()


def _english_in(help_text: str) -> list[str]:
    """Latin headings, and two Latin words in a row, but for the usage lines: names and options only."""
    prefix, _space, rest = help_text.partition(" ")
    below = rest.partition("\n\n")[2]
    headings = re.findall(r"^[A-Za-z ]+:$", below, re.MULTILINE)
    return headings + re.findall(r"[A-Za-z]+", prefix) + re.findall(r"(?<![-\w])[A-Za-z']+ [A-Za-z']+", below)


@pytest.mark.parametrize("language", [language for language in catalog.LANGUAGES if language != "en"])
def test_no_help_holds_an_english_sentence(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The help of every verb is whole in the chosen language, argparse's own words included."""
    monkeypatch.setenv("COLUMNS", "400")
    catalog.set_language(language)
    assert {
        grammar.prog: found for grammar in _grammars() if (found := _english_in(grammar.format_help()))
    } == {}
    catalog.set_language("en")
    assert all(_english_in(grammar.format_help()) for grammar in _grammars())


@pytest.mark.parametrize("language", catalog.LANGUAGES)
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["lsit"], "lsit"),
        (["card", "lsit"], "lsit"),
        (["list", "--state", "gone"], "handed_over"),
        (["list", "--language", "de"], "kk"),
        (["list", "--passphrase-fd", "x"], "--passphrase-fd"),
    ],
)
def test_mistyped_word_is_a_sentence(
    language: str, arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verb or a value that does not exist is said in one sentence, without Python's quotes and lists."""
    catalog.set_language(language)
    with pytest.raises(SystemExit):
        parser.build(parser.REPORTER)[0].parse_args(arguments)
    said = capsys.readouterr().err.splitlines()[-2]
    assert named in said
    assert "'" not in said
    assert said.endswith(".")
    assert (re.search("[А-я]", said) is None) == (language == "en")


def test_practice_is_named_as_it_is_started(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of the practice names the command that starts it."""
    with pytest.raises(SystemExit):
        practice._run(["--language", "ru", "--help"])
    assert "run.py demo [" in capsys.readouterr().out


def test_reporter_cannot_parse_a_verb_of_the_desk() -> None:
    """The reporter's program does not know the verbs that need an organisation's private key."""
    _grammar, runs = parser.build(parser.REPORTER)
    assert {"init", "open", "extract"} & set(runs) == set()


@pytest.mark.parametrize("position", ["before", "after"])
def test_common_options_go_before_or_after_the_verb(position: str) -> None:
    """``--vault`` and its like are understood on both sides of the verb."""
    options = ["--vault", "here", "--plain", "--passphrase-fd", "7"]
    arguments = [*options, "list"] if position == "before" else ["list", *options]
    asked = parser.build(parser.REPORTER)[0].parse_args(arguments)
    assert (asked.vault, asked.plain, asked.passphrase_fd) == ("here", True, 7)


def test_nested_verb_understands_them_too() -> None:
    """Also a verb below a verb takes the common options."""
    asked = parser.build(parser.REPORTER)[0].parse_args(["card", "list", "--plain", "--vault", "here"])
    assert (asked.task, asked.plain, asked.vault) == ("list", True, "here")


def test_no_screen_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal, or on one that can draw nothing, there is one clear error."""
    with pytest.raises(errors.MissingTerminal):
        start._dispatch("fieldlog", [])
    monkeypatch.setattr("fieldlog.system.terminal.can_draw", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(errors.MissingTerminal):
        start._dispatch("fieldlog", [])


@pytest.mark.parametrize("language", catalog.LANGUAGES)
def test_missing_terminal_names_the_way_without_one(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who wanted the screens hears of the practice and the commands; who had to type, of the descriptor."""
    catalog.set_language(language)
    assert diagnostics.report(errors.MissingTerminal()) == 63
    screens = capsys.readouterr().err
    assert "run.py demo --once" in screens
    assert "fieldlog --help" in screens
    assert diagnostics.report(errors.MissingKeyboard()) == 63
    assert "--passphrase-fd" in capsys.readouterr().err


def test_verb_without_a_keyboard_names_the_descriptor(
    vault_run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verb that has to ask for the passphrase where nobody can type it says how to give it."""
    monkeypatch.setattr("fieldlog.system.terminal._POSIX", False)
    ran = vault_run("list", passphrase=None)
    assert ran.status == errors.MissingKeyboard.exit_status
    assert "--passphrase-fd" in ran.err


def test_desk_without_a_verb_shows_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """The organisation's program without a verb lists its verbs and says it was not understood."""
    assert start._dispatch("fieldlog-desk", []) == 2
    assert "extract" in capsys.readouterr().err


@pytest.mark.claim("C-MEM-01")
def test_lock_replaces_the_process_image(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After lock the process image is replaced by a fresh one of the same vault, language and drawing.

    So it is where another vault is opened, which was recovered from this one.
    """
    from fieldlog.system import process
    from fieldlog.tui.field import app, outcome

    replaced: list[list[str]] = []

    def replace_image(arguments: list[str]) -> None:
        replaced.append(arguments)
        raise SystemExit(0)

    monkeypatch.setattr("fieldlog.system.terminal.can_draw", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(process, "replace_image", replace_image)
    monkeypatch.setattr(app, "run", lambda *_a, **_k: outcome.Lock(language="kk"))
    with pytest.raises(SystemExit):
        start._dispatch("fieldlog", ["--vault", str(tmp_path / "v"), "--ascii"])
    monkeypatch.setattr(app, "run", lambda *_a, **_k: outcome.Lock(language="ru", unsaved=True))
    with pytest.raises(SystemExit):
        start._dispatch("fieldlog", ["--vault", str(tmp_path / "v")])
    assert replaced.pop()[-1] == "--unsaved"
    told = []
    monkeypatch.setattr(app, "run", lambda *_a, **given: told.append(given["unsaved"]) or outcome.Quit())
    assert start._dispatch("fieldlog", ["--vault", str(tmp_path / "v"), "--unsaved"]) == 0
    assert told == [True]
    other = outcome.OpenOther(tmp_path / "recovered", "ru")
    monkeypatch.setattr(app, "run", lambda *_a, **_k: other)
    with pytest.raises(SystemExit):
        start._dispatch("fieldlog", ["--vault", str(tmp_path / "v"), "--ascii", "--unsaved"])
    opening = ["fieldlog", "--vault", str(other.folder), "--language", "ru", "--ascii"]
    assert replaced.pop() == [*process.own_interpreter(), *opening]
    monkeypatch.setattr(app, "run", lambda *_a, **_k: outcome.Practise(language="ru"))
    with pytest.raises(SystemExit):
        start._dispatch("fieldlog", [])
    again = [
        *process.own_interpreter(),
        "fieldlog",
        "--vault",
        str(tmp_path / "v"),
        "--language",
        "kk",
        "--ascii",
    ]
    assert replaced == [
        again,
        [*process.own_interpreter(), "fieldlog.practice", "--language", "ru"],
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [("Quit", (), 0), ("Panic", (), 0), ("Ended", (15,), 143), ("Crashed", (), 70)],
)
def test_end_of_the_screen_is_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, name: str, arguments: tuple[int, ...], status: int
) -> None:
    """However the screen ends, the exit status says so."""
    from fieldlog.tui.field import app, outcome

    monkeypatch.setattr("fieldlog.system.terminal.can_draw", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(app, "run", lambda *_a, **_k: getattr(outcome, name)(*arguments))
    assert start._dispatch("fieldlog", []) == status


def test_panic_clears_a_terminal_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After panic the screen and its scrollback are emptied; a file that output goes to is left alone."""
    output.clear_terminal()
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    output.clear_terminal()
    assert capsys.readouterr().out.endswith("\x1b[3J")


def test_unsafe_environment_is_dropped_first(tmp_path: Path) -> None:
    """``TEXTUAL_LOG``, which would write every key to a file, is gone before anything reads it."""
    log = tmp_path / "keys.log"
    result = subprocess.run(
        [sys.executable, "-I", "-m", "fieldlog"],
        env={**os.environ, "TEXTUAL_LOG": str(log), "PYTHONINSPECT": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == errors.MissingTerminal.exit_status
    assert not log.exists()


def test_both_console_scripts_start(run: Callable) -> None:
    """``fieldlog`` and ``fieldlog-desk`` are functions without arguments that give an exit status."""
    for entry in ("main", "desk_main"):
        script = f"import sys; sys.argv=['x','--version']; from fieldlog.__main__ import {entry}; sys.exit({entry}())"
        result = subprocess.run(
            [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False, timeout=60
        )
        assert result.returncode == 0
        assert result.stdout.startswith("fieldlog")
