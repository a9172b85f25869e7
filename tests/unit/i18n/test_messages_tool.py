"""The check of translations is known to fail where it should."""

from pathlib import Path

import pytest

from support.tools import load_tool

GOOD = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "{count} files in {folder}"
msgstr "{folder} ішінде {count} файл"

msgid "one file"
msgid_plural "{count} files"
msgstr[0] "бір файл"
msgstr[1] "{count} файл"
"""


@pytest.fixture
def messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """The tool, looking at one Kazakh area file in a folder of its own."""
    tool = load_tool("messages")
    (tmp_path / "kk").mkdir()
    monkeypatch.setattr(tool, "LOCALE", tmp_path)
    return tool


WANTED = (("", "{count} files in {folder}", ""), ("", "one file", "{count} files"))


def _problems(tool: object, text: str, folder: Path, *, second: str = "") -> list[str]:
    (folder / "kk" / "cli.po").write_text(text, "utf-8")
    if second:
        (folder / "kk" / "tui.po").write_text(second, "utf-8")
    wanted = {key: tool.Found(key, "cli", "here.py:1") for key in WANTED}
    return tool.check_language("kk", wanted)


def test_complete_translation_has_no_problems(messages: object, tmp_path: Path) -> None:
    """A file that translates everything passes."""
    assert _problems(messages, GOOD, tmp_path) == []


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('msgstr "{folder} ішінде {count} файл"', 'msgstr ""', "has no translation"),
        ('msgstr "{folder} ішінде {count} файл"', 'msgstr "{count} файл"', "other placeholders"),
        ('msgid "{count} files in', '#, fuzzy\nmsgid "{count} files in', "fuzzy"),
        ('msgid "{count} files in {folder}"', 'msgid "{count} files at {folder}"', "not in the program"),
        ('msgstr[1] "{count} файл"', 'msgstr[1] ""', "has no translation"),
        ('msgstr "{folder} ішінде {count} файл"', 'msgstr "{folder} ішінде {count} файл\\n"', "line break"),
    ],
    ids=["empty", "placeholder", "fuzzy", "obsolete", "plural", "line-break"],
)
def test_defect_is_reported(messages: object, tmp_path: Path, before: str, after: str, problem: str) -> None:
    """Each kind of defect is found and named."""
    assert before in GOOD
    problems = _problems(messages, GOOD.replace(before, after), tmp_path)
    assert [found for found in problems if problem in found]


def test_message_in_two_areas_is_reported(messages: object, tmp_path: Path) -> None:
    """A message is translated in one place only."""
    second = GOOD.partition('\n\nmsgid "one')[0]
    assert [found for found in _problems(messages, GOOD, tmp_path, second=second) if "already" in found]


def test_missing_message_is_reported(messages: object, tmp_path: Path) -> None:
    """A message of the program that no area translates is found."""
    text = GOOD.partition('\n\nmsgid "one')[0]
    assert [found for found in _problems(messages, text, tmp_path) if "one file" in found]


def test_message_that_is_put_together_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that is not one literal, which nobody could translate, is found."""
    import ast

    tool = load_tool("messages")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "SOURCE", tmp_path)
    source = (
        'from fieldlog.i18n.catalog import translate as _\n_(f"hello {name}")\n_("a" + name)\n_("fine")\n'
    )
    calls = tool._Calls(tmp_path / "m.py")
    calls.visit(ast.parse(source))
    assert len(calls.problems) == 2
    assert [found.key for found in calls.found] == [("", "fine", "")]
