"""Mutation testing: change one thing in the program at a time, and see whether a test notices.

A change that no test notices is one that a bug could make as well. The modules are those of ``primitives``
and ``formats``, the tests those of ``TESTS_OF``; each change runs in a forked process, from memory, so
no file is touched. POSIX only.

    python tools/mutate.py                               all modules: hours
    python tools/mutate.py keyslots slot_changes         those whose path contains one of these words
    python tools/mutate.py --sample 40 --seed 7          40 of all changes, chosen by the seed
    python tools/mutate.py keyslots --survivors          print each change that no test noticed

Exit status 1 when fewer than 90 of 100 changes are noticed, 2 when tests fail without a change.
"""

from __future__ import annotations

import argparse
import ast
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src"
FIGURES: Final = ROOT / "docs" / "figures.json"
ENOUGH: Final = 0.9
SECONDS: Final = 60
"""Of processor time for one change: what runs longer loops for ever, and is noticed."""
MEMORY: Final = 4 << 30

TESTS_OF: Final = {
    "fieldlog/primitives/": (
        "tests/unit/primitives", "tests/unit/keyslots", "tests/unit/volume/test_log.py",
        "tests/unit/volume/test_unused.py", "tests/unit/volume/test_stamps.py", "tests/unit/age",
        "tests/unit/formats/test_sshsig.py", "tests/unit/card",
    ),
    "fieldlog/formats/age/": ("tests/unit/age", "tests/properties/test_age_header.py"),
    "fieldlog/formats/archive/": (
        "tests/unit/formats/test_archive_reader.py", "tests/unit/formats/test_archive_writer.py",
        "tests/unit/formats/test_archive_names.py", "tests/properties/test_archive_properties.py",
        "tests/unit/formats/test_archive_many.py",
    ),
    "fieldlog/formats/bag/": (
        "tests/unit/formats/test_bag_build.py", "tests/unit/formats/test_bag_verify.py",
        "tests/unit/formats/test_bag_conformance.py", "tests/properties/test_bag_properties.py",
    ),
    "fieldlog/formats/keyslots.py": ("tests/unit/keyslots", "tests/properties/test_keyslots_properties.py"),
    "fieldlog/formats/slot_changes.py": (
        "tests/unit/keyslots", "tests/properties/test_slot_changes_properties.py",
    ),
    "fieldlog/formats/card": ("tests/unit/card",),
    "fieldlog/formats/check_code.py": ("tests/unit/card",),
    "fieldlog/formats/canonical.py": ("tests/unit/formats/test_canonical.py", "tests/unit/card"),
    "fieldlog/formats/sshsig.py": ("tests/unit/formats/test_sshsig.py",),
    "fieldlog/formats/padme.py": ("tests/unit/formats/test_padme.py",),
    "fieldlog/formats/backup_manifest.py": ("tests/unit/formats/test_backup_manifest.py",),
    "fieldlog/formats/bundle": ("tests/unit/sealing",),
    "fieldlog/formats/marks.py": ("tests/unit/sealing", "tests/unit/age"),
}  # fmt: skip

_COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_CALCULATED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the n-th that can be made in a module, its line, and what it is."""

    module: str
    number: int
    line: int
    what: str


class _Changer(ast.NodeTransformer):
    """Counts every change there could be; makes number ``wanted``."""

    def __init__(self, wanted: int = -1) -> None:
        self.wanted = wanted
        self.seen: list[tuple[int, str]] = []

    def _here(self, node: ast.AST, what: str) -> bool:
        self.seen.append((getattr(node, "lineno", 0), what))
        return len(self.seen) - 1 == self.wanted

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        # What is annotated is not run.
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.args.defaults = [self.visit(one) for one in node.args.defaults]
        node.args.kw_defaults = [one and self.visit(one) for one in node.args.kw_defaults]
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(one) for one in node.body]
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return node
        self.generic_visit(node)
        if self._here(node, "if not"):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):
            return node  # a docstring
        self.generic_visit(node)
        return ast.Pass() if self._here(node, "statement left out") else node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        return ast.Pass() if self._here(node, "raise left out") else node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        nothing = node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
        if not nothing and self._here(node, "returns None"):
            node.value = ast.Constant(None)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for place, operator in enumerate(node.ops):
            if self._here(node, f"{type(operator).__name__} -> {_COMPARED[type(operator)].__name__}"):
                node.ops[place] = _COMPARED[type(operator)]()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = _CALCULATED.get(type(node.op))
        if other and self._here(node, f"{type(node.op).__name__} -> {other.__name__}"):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._here(node, "and <-> or"):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return node.operand if isinstance(node.op, ast.Not) and self._here(node, "not left out") else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        other: object = None
        match node.value:
            case bool():
                other = not node.value
            case int():
                other = node.value + 1
            case bytes():
                other = node.value + b"?"
            case _:
                return node  # texts are names of our own: slugs and keywords, compared elsewhere
        return ast.Constant(other) if self._here(node, f"{node.value!r} -> {other!r}") else node


def modules(words: Sequence[str] = ()) -> list[str]:
    """Paths of the modules that have tests here, relative to ``src``; those that contain one of ``words``."""
    found = [
        path.relative_to(SOURCE).as_posix()
        for folder in ("primitives", "formats")
        for path in sorted((SOURCE / "fieldlog" / folder).rglob("*.py"))
    ]
    return [one for one in found if tests_of(one) and (not words or any(word in one for word in words))]


def tests_of(module: str) -> tuple[str, ...]:
    """The tests that have to notice a change in ``module``."""
    best = max((prefix for prefix in TESTS_OF if module.startswith(prefix)), key=len, default="")
    return TESTS_OF.get(best, ())


def changes(module: str) -> Iterator[Change]:
    """Every change that can be made in ``module``."""
    changer = _Changer()
    changer.visit(ast.parse((SOURCE / module).read_text("utf-8")))
    for number, (line, what) in enumerate(changer.seen):
        yield Change(module, number, line, what)


def changed(change: Change) -> ast.Module:
    """The module with ``change`` made."""
    tree = ast.parse((SOURCE / change.module).read_text("utf-8"))
    _Changer(change.number).visit(tree)
    return ast.fix_missing_locations(tree)


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the changed module where the real one is asked for."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._name = change.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if name != self._name:
            return None
        path = SOURCE / self._change.module
        return importlib.util.spec_from_file_location(
            name,
            path,
            loader=self,
            submodule_search_locations=[str(path.parent)] if path.name == "__init__.py" else None,
        )

    def exec_module(self, module: ModuleType) -> None:
        code = compile(changed(self._change), str(SOURCE / self._change.module), "exec")
        exec(code, module.__dict__)  # noqa: S102 - our own source with one change


def _tested(tests: Sequence[str], change: Change | None) -> int:
    """In a forked process: run ``tests`` until one fails; pytest's status."""
    import pytest  # noqa: PLC0415 - the modules under test come with it

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if change is not None:
        sys.meta_path.insert(0, _Instead(change))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    # Nothing is rewritten: what was loaded before the fork could not be, and nobody reads why a test failed.
    plain = ["--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main(["-x", "-q", "--no-header", *plain, *tests]))


def noticed(change: Change | None, tests: Sequence[str]) -> bool:
    """Whether ``tests`` fail, run for too long or end the process; ``None`` changes nothing."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = _tested(tests, change)
        finally:
            os._exit(min(status, 125))
    return os.waitpid(child, 0)[1] != 0


def _prepare() -> None:
    """Load what every run needs and no change touches, once."""
    os.chdir(ROOT)
    sys.path[:0] = [str(SOURCE), str(ROOT / "tests")]
    for name in ("pytest", "hypothesis", "cryptography.hazmat.primitives.ciphers.aead", "nacl.bindings"):
        importlib.import_module(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the changes that were asked for, and say how many were noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", help="parts of the modules' paths")
    parser.add_argument("--sample", type=int, default=0, help="so many changes instead of all")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--enough", type=float, default=ENOUGH, help="share of the changes to be noticed")
    parser.add_argument("--tests", nargs="*", default=[], help="run these tests instead of the module's own")
    parser.add_argument("--survivors", action="store_true", help="print what no test noticed")
    asked = parser.parse_args(arguments)
    _prepare()
    chosen = [change for module in modules(asked.words) for change in changes(module)]
    if 0 < asked.sample < len(chosen):
        chosen = random.Random(asked.seed).sample(chosen, asked.sample)  # noqa: S311 - no secret
    tests = {change.module: tuple(asked.tests) or tests_of(change.module) for change in chosen}
    for every in {*tests.values()}:
        if noticed(None, every):
            print(f"without any change these fail: {' '.join(every)}", file=sys.stderr)
            return 2
    found = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda one: noticed(one, tests[one.module]), chosen)
        for done, (change, killed) in enumerate(zip(chosen, outcomes, strict=True), 1):
            found += killed
            if not killed and asked.survivors:
                print(f"{change.module}:{change.line}: {change.what}", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(chosen)}: {found} noticed", file=sys.stderr, flush=True)
    print(f"{found} of {len(chosen)} changes noticed")
    everything = not (asked.words or asked.sample or asked.tests)
    if everything and os.environ.get("FIELDLOG_WRITE_FIGURES") == "1":
        kept = json.loads(FIGURES.read_text("utf-8"))
        kept |= {"mutation.changes": len(chosen), "mutation.noticed": found}
        FIGURES.write_text(json.dumps(kept, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    return 0 if found >= asked.enough * len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
