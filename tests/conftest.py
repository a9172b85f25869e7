"""What holds for every test: no network, no home folder, no developer's settings; and which claims were proven.

A claim of ``docs/claims.toml`` is proven by a passing test marked ``claim("C-...")``, a limit is
demonstrated by one marked ``limit("L-...")``. After a run of the whole suite the marks are compared
with the file, and a claim that no test proves fails the run.
"""

from __future__ import annotations

import compileall
import gc
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.tools import load_tool

ROOT = Path(__file__).resolve().parent.parent
RESULTS = pytest.StashKey[dict[str, dict[str, str]]]()
HOME = pytest.StashKey[str]()
WHOLE = pytest.StashKey[bool]()

_SETTINGS = ("XDG_", "FIELDLOG_VAULT", "TEXTUAL", "PYTHONSTARTUP", "LC_", "LANGUAGE", "NO_COLOR", "COLUMNS")


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    # Event loops talk to themselves through a pair of local sockets; nothing else may open one.
    if event == "socket.__new__" and sys.platform != "win32":
        _socket, family, *_rest = arguments
        if family not in (1, -1):  # AF_UNIX; -1 is "take the family of the given descriptor"
            raise RuntimeError("a test opened a network socket")
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"):
        raise RuntimeError(f"a test used the network: {event}")
    if event == "socket.connect" and not str(arguments[1]).startswith("('127.0.0.1'"):
        raise RuntimeError("a test connected to somebody")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow as well")


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_refuse_network)
    for name in list(os.environ):
        if name.startswith(_SETTINGS):
            del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    os.environ["TZ"] = "UTC"
    config.stash[HOME] = tempfile.mkdtemp(prefix="fieldlog-tests-home-")
    os.environ["HOME"] = os.environ["USERPROFILE"] = config.stash[HOME]
    beside = ROOT.parent / "shared" / "vectors"
    if "FIELDLOG_VECTORS" not in os.environ and beside.is_dir():
        os.environ["FIELDLOG_VECTORS"] = str(beside)
    if not hasattr(config, "workerinput"):
        # Python caches what it compiles; a test that searches every written byte must not meet our own texts.
        compileall.compile_dir(ROOT / "src", quiet=2)
    config.stash[RESULTS] = {"claim": {}, "limit": {}}
    asked = [argument for argument in config.invocation_params.args if not str(argument).startswith("-")]
    narrowed = config.getoption("keyword") or config.getoption("markexpr") or config.getoption("lf", False)
    paths = [argument for argument in asked if (ROOT / str(argument).partition("::")[0]).exists()]
    config.stash[WHOLE] = not paths and not narrowed and not config.getoption("collectonly")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for kind in ("claim", "limit"):
            item.user_properties += [(kind, mark.args[0]) for mark in item.iter_markers(kind)]
        if item.get_closest_marker("slow") and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow; runs with --slow"))
    # What takes minutes first: at the end it would keep one process busy and the other waiting.
    items.sort(key=lambda item: "test_crash_states" not in item.name)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: not looked through again with each collection."""
    gc.collect()
    gc.freeze()


class _ClaimResults:
    """Collects the outcome of every marked test in the process that sees all reports."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        for kind, identifier in report.user_properties:
            if kind in ("claim", "limit"):
                outcomes = self.config.stash[RESULTS][kind]
                if outcomes.get(identifier) != "failed" and outcomes.get(identifier) != "passed":
                    outcomes[identifier] = report.outcome
                if report.outcome == "failed":
                    outcomes[identifier] = "failed"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        config = self.config
        cache = getattr(config, "cache", None)
        if cache is not None:
            folder = Path(str(cache.makedir("fieldlog")))
            (folder / "claims.json").write_text(json.dumps(config.stash[RESULTS]), "utf-8")
        if config.stash[WHOLE] and session.exitstatus == pytest.ExitCode.OK and self.problems():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def problems(self) -> list[str]:
        """Claims without proof and limits without demonstration in this run."""
        tool = load_tool("check_claims")
        found: list[str] = tool.unproven(self.config.stash[RESULTS], strict=bool(os.environ.get("CI")))
        return found

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.config.stash[WHOLE] and (problems := self.problems()):
            terminalreporter.section("claims of docs/threat-model.md", red=True)
            for problem in problems:
                terminalreporter.write_line(problem)


@pytest.fixture(scope="session", autouse=True)
def small_vaults() -> Iterator[None]:
    """Vaults made in this process are small; the program itself makes them of the usual size."""
    from fieldlog.store.volume import sizes

    small = sizes.Sizes(log=1 << 20, volume=2 << 20, media=1 << 20, unit=1 << 20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "USUAL", small)
        yield


@pytest.fixture
def quick_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: for what is synced a thousand times."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    place = Path(tempfile.mkdtemp(prefix="fieldlog-", dir=memory))
    yield place
    shutil.rmtree(place)


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        session.config.pluginmanager.register(_ClaimResults(session.config), "fieldlog-claims")
