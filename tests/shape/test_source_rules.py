"""Rules of the house that a machine can see in the source, the tests and the documents."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fieldlog"
LONGEST = 400

# Assembled from pieces, so that this file does not hold what it looks for.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")))
CLAIMED = re.compile(
    "|".join(
        (
            "military" + "[- ]grade",
            "bank" + "[- ]grade",
            "un" + "hackable",
            "un" + "breakable",
            "un" + "detectable",
            "plausible " + "deniability",
            "100 ?% " + "secure",
            "completely " + "anonymous",
            "hidden " + "(?:vault|volume)",
        )
    ),
    re.IGNORECASE,
)


def _tracked(*patterns: str) -> list[Path]:
    """Files of the repository, tracked or new, without what git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / line for line in listed.splitlines()]
    except (OSError, subprocess.CalledProcessError):
        # An unpacked source archive has no git; its files are the repository.
        paths = [path for pattern in patterns or ("*",) for path in ROOT.rglob(pattern)]
        paths = [path for path in paths if not {".venv", "wheelhouse", ".git"} & set(path.parts)]
    return [path for path in paths if path.is_file()]


def _texts(*patterns: str) -> Iterator[tuple[Path, str]]:
    for path in _tracked(*patterns):
        try:
            yield path, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def _modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_no_file_is_longer_than_400_lines() -> None:
    """One idea per file: no module, and not the start script, is longer than 400 lines."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in [*_modules(), ROOT / "run.py"]}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST} == {}


def test_every_module_says_what_it_owns() -> None:
    """Every module has a docstring."""
    silent = [path for path in _modules() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_no_assert_in_the_program() -> None:
    """``assert`` vanishes with -O, so the program never relies on it."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assert)
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    """No marker of unfinished work is in program, tools or tests."""
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in _texts("*.py", "*.toml", "*.tcss", "*.sh", ".ci/run")
        for match in UNFINISHED.finditer(text)
    ]
    assert found == []


def test_a_skipped_test_says_why() -> None:
    """Every skip carries a reason, and nothing is expected to fail."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if name.endswith("mark.xfail"):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: expected to fail")
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "pytest.skip",
                "pytest.mark.skip",
                "pytest.mark.skipif",
            ):
                positional = node.args if ast.unparse(node.func) != "pytest.mark.skipif" else []
                if not positional and not any(keyword.arg == "reason" for keyword in node.keywords):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: no reason")
    assert found == []


def test_only_two_places_catch_everything() -> None:
    """``except Exception`` stands at the edge of the two faces, and nowhere else by accident."""
    found = sorted(
        path.relative_to(SOURCE).parts[0]
        for path in _modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    )
    assert set(found) <= {"cli", "tui"}
    assert found.count("cli") <= 1


def test_stdout_and_stderr_have_one_writer_each() -> None:
    """Only ``cli/output.py`` writes to stdout and only ``cli/diagnostics.py`` to stderr in the command line."""
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sorted((SOURCE / "cli").rglob("*.py"))
        for word in ("print(", "sys.stdout.write", "sys.stderr.write")
        if word in path.read_text("utf-8") and path.name not in ("output.py", "diagnostics.py")
    ]
    assert found == []


@pytest.mark.parametrize("pattern", ["*.md", "*.po", "*.py", "*.toml"])
def test_nothing_is_claimed_that_cannot_be_proven(pattern: str) -> None:
    """No advertisement words in documents, interface or code, except where a text forbids them."""
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in _texts(pattern)
        for match in CLAIMED.finditer(text)
        if path != Path(__file__)
    ]
    assert found == []


def test_no_path_of_a_machine_and_no_mirror_is_in_the_repository() -> None:
    """What is committed holds for every machine: no home or work folder, no registry but the public one."""
    folders = re.compile(
        "|".join(("/ho" + "me/[a-z]", "/ro" + "ot/", "/Us" + "ers/[a-z]", "/wo" + "rk/", "C:\\\\Us" + "ers"))
    )
    here = str(ROOT)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in _texts()
        for match in folders.finditer(text)
        if path.suffix != ".lock"
    ]
    found += [str(path.relative_to(ROOT)) for path, text in _texts() if len(here) > 5 and here in text]
    assert found == []


def test_locks_name_only_the_public_registry() -> None:
    """``uv.lock`` names no mirror, and every requirement of the other locks has its hashes."""
    text = (ROOT / "uv.lock").read_text("utf-8")
    assert set(re.findall(r'registry = "([^"]+)"', text)) == {"https://pypi.org/simple"}
    assert set(re.findall(r'url = "https://([^/"]+)', text)) == {"files.pythonhosted.org"}
    for name in ("requirements.lock", "requirements-test.lock", "requirements-build.lock"):
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
        assert entries
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in "".join(entries)


def test_start_script_needs_nothing_but_python() -> None:
    """``run.py`` imports the standard library only."""
    import sys

    tree = ast.parse((ROOT / "run.py").read_text("utf-8"))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {
        str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert imported <= set(sys.stdlib_module_names)
