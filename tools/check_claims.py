"""Claims and limits: what is said about protection is what a test shows.

``docs/claims.toml`` is the only source of claims and limits, ``docs/acceptance.toml`` of the acceptance
tests. Figures in both stand as ``{key}`` and come from ``docs/figures.json``, which tests and benchmarks
write when ``FIELDLOG_WRITE_FIGURES=1``. The tables in ``docs/threat-model.md`` are generated from these
between two markers, and a test compares them.

    python tools/check_claims.py            compares file, tests, document and the last whole run
    python tools/check_claims.py --write    writes the tables of docs/threat-model.md again
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
CLAIMS: Final = ROOT / "docs" / "claims.toml"
ACCEPTANCE: Final = ROOT / "docs" / "acceptance.toml"
FIGURES: Final = ROOT / "docs" / "figures.json"
DOCUMENT: Final = ROOT / "docs" / "threat-model.md"
TESTS: Final = ROOT / "tests"
LAST_RUN: Final = ROOT / ".pytest_cache" / "d" / "fieldlog" / "claims.json"

_BEGIN: Final = "<!-- generated: {name} -->"
_END: Final = "<!-- end of generated: {name} -->"


def load(path: Path = CLAIMS) -> dict[str, dict[str, dict[str, Any]]]:
    """``{"claim": {id: fields}, "limit": {id: fields}}``."""
    content = tomllib.loads(path.read_text("utf-8"))
    return {"claim": content.get("claim", {}), "limit": content.get("limit", {})}


def marked_tests(folder: Path = TESTS) -> dict[str, dict[str, list[str]]]:
    """Which test functions or classes carry which id: ``{"claim": {id: ["path::name"]}}``."""
    marked: dict[str, dict[str, list[str]]] = {"claim": {}, "limit": {}}
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        place = path.relative_to(folder.parent).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for kind, identifier in filter(None, map(_mark, node.decorator_list)):
                    marked[kind].setdefault(identifier, []).append(f"{place}::{node.name}")
            elif isinstance(node, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
            ):
                listed = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
                for kind, identifier in filter(None, map(_mark, listed)):
                    marked[kind].setdefault(identifier, []).append(place)
    return marked


def _mark(node: ast.expr) -> tuple[str, str] | None:
    """``("claim", "C-...")`` for ``pytest.mark.claim("C-...")``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1):
        return None
    argument = node.args[0]
    if node.func.attr in ("claim", "limit") and isinstance(argument, ast.Constant):
        return node.func.attr, str(argument.value)
    return None


def mismatches(
    declared: Mapping[str, Mapping[str, Mapping[str, Any]]], marked: Mapping[str, Mapping[str, list[str]]]
) -> list[str]:
    """What does not fit between the file and the marks, without running anything."""
    problems = []
    for kind in ("claim", "limit"):
        for identifier, places in marked[kind].items():
            if identifier not in declared[kind]:
                problems.append(f"{places[0]} names an unknown {kind}: {identifier}")
        for identifier, fields in declared[kind].items():
            shown = identifier in marked[kind]
            excused = kind == "limit" and bool(fields.get("cannot_be_shown"))
            if not shown and not excused:
                problems.append(f"{identifier}: no test {'proves' if kind == 'claim' else 'demonstrates'} it")
            if shown and excused:
                problems.append(f"{identifier}: says it cannot be shown, and a test shows it")
    return problems


def unproven(results: Mapping[str, Mapping[str, str]], *, strict: bool) -> list[str]:
    """Claims and limits without a passing test in one whole run.

    A test that was skipped, because a program it needs is not on this machine, proves nothing: that is
    a failure where ``strict``, and accepted on a bare machine otherwise.
    """
    problems = []
    for kind, entries in load().items():
        for identifier, fields in entries.items():
            outcome = results.get(kind, {}).get(identifier, "never run")
            if kind == "limit" and fields.get("cannot_be_shown"):
                continue
            if outcome == "skipped" and not strict:
                continue
            if outcome != "passed":
                problems.append(f"{identifier}: no passing test in this run ({outcome})")
    return problems


def with_figures(text: str, figures: Mapping[str, object]) -> str:
    """``text`` with each ``{key}`` replaced by the figure that was measured last.

    Raises:
        ValueError: one of them was never measured.
    """

    def figure(found: re.Match[str]) -> str:
        key = found.group(1)
        if key not in figures:
            msg = f"the figure {key} was never measured"
            raise ValueError(msg)
        value = figures[key]
        return f"{value:,}" if isinstance(value, int) else str(value)

    return re.sub(r"\{([^{}]+)\}", figure, text)


def figures_now() -> dict[str, object]:
    """What was measured last."""
    found: dict[str, object] = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    return found


def _acceptance(figures: Mapping[str, object]) -> str:
    lines = [
        "| Id | What is tested | To reach | Measured | Command |",
        "| - | - | - | - | - |",
    ]
    for identifier, fields in tomllib.loads(ACCEPTANCE.read_text("utf-8")).items():
        cells = (
            identifier,
            with_figures(fields["what"], figures),
            fields["bar"],
            with_figures(fields["measured"], figures),
            f"`{fields['command']}`",
        )
        lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def tables() -> dict[str, str]:
    """The generated parts of the document by name."""
    declared = load()
    marked = marked_tests()
    figures = figures_now()
    claims = [
        "| Id | Claim | Holds when | Against | Shown by | Measured |",
        "| - | - | - | - | - | - |",
    ]
    for identifier, fields in declared["claim"].items():
        shown = "<br>".join(f"`{place}`" for place in marked["claim"].get(identifier, []))
        cells = [
            identifier,
            fields["claim"],
            fields["conditions"],
            ", ".join(fields["against"]),
            shown,
            with_figures(fields.get("measured", "-"), figures),
        ]
        claims.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    limits = ["| Id | What is not protected | Demonstrated by |", "| - | - | - |"]
    for identifier, fields in declared["limit"].items():
        shown = "<br>".join(f"`{place}`" for place in marked["limit"].get(identifier, []))
        reason = fields.get("cannot_be_shown")
        by = shown or f"No test can show it: {reason}"
        limits.append("| " + " | ".join(_cell(cell) for cell in (identifier, fields["limit"], by)) + " |")
    return {
        "claims": "\n".join(claims),
        "limits": "\n".join(limits),
        "acceptance": _acceptance(figures),
    }


def with_tables(document: str) -> str:
    """``document`` with its generated parts replaced.

    Raises:
        ValueError: a marker is missing.
    """
    for name, table in tables().items():
        begin, end = _BEGIN.format(name=name), _END.format(name=name)
        head, found, rest = document.partition(begin)
        _old, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError("the document has no place for " + name)
        document = f"{head}{begin}\n{table}\n{end}{tail}"
    return document


def main() -> int:
    """Compare or write; 1 when something does not fit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the tables of the document")
    text = DOCUMENT.read_text("utf-8")
    if parser.parse_args().write:
        DOCUMENT.write_text(with_tables(text), "utf-8")
        return 0
    problems = mismatches(load(), marked_tests())
    if with_tables(text) != text:
        problems.append("docs/threat-model.md is older than docs/claims.toml or the tests: use --write")
    if LAST_RUN.exists():
        problems += unproven(json.loads(LAST_RUN.read_text("utf-8")), strict=True)
    else:
        problems.append("there is no whole run to look at: python3 run.py test")
    print("\n".join(problems) or "every claim has its proof and every limit its demonstration")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
