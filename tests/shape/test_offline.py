"""No way around the import contract that keeps the program offline."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fieldlog"
MODULES = sorted(SOURCE.rglob("*.py"))

NETWORK_MODULES = {
    "socket", "ssl", "http", "urllib", "ftplib", "smtplib", "webbrowser", "xmlrpc", "imaplib", "poplib", "socketserver",
}  # fmt: skip
OTHER_DOORS = {"_socket", "_ssl", "ctypes", "cffi", "_ctypes", "telnetlib", "nntplib", "wsgiref", "asyncore"}
NAMES = {
    # Connections that asyncio, Textual or SQLite would make for whoever asks.
    "open_connection", "start_server", "create_connection", "create_server", "create_datagram_endpoint", "sock_connect",
    "open_unix_connection", "start_unix_server", "open_url", "load_extension", "enable_load_extension",
    # Other programs, and code that no reader of the source sees.
    "system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "create_subprocess_exec",
    "create_subprocess_shell", "subprocess_exec", "subprocess_shell", "eval", "exec", "compile", "__import__",
}  # fmt: skip
HARMLESS = {"re.compile", "platform.system"}
KNOWN = {
    "cli/parser.py: importlib.import_module(f'{package}.{name}')": "a verb of this package",
    "system/children.py: os.posix_spawn": "this interpreter again, without a shell",
    "system/children.py: os.spawnv": "this interpreter again, without a shell",
    "system/locking.py: __import__": "msvcrt of Windows, for locks",
    "system/mounts.py: ctypes": "statfs of macOS and the drive's facts of Windows: what kind of disk a vault is on",
    "system/swap.py: __import__": "winreg of Windows, reading one value: whether the paging file is encrypted",
    "system/process.py: ctypes": "prctl and its like, against core dumps",
}
"""Read by a person: none of them connects. A new one fails the test until somebody has read it as well."""


def doors(module: ast.Module) -> Iterator[str]:
    """Imports and calls through which a connection could be made."""
    for node in ast.walk(module):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{name}" for name in names]
            yield from (name for name in names if name.rpartition(".")[2] in NAMES and name not in HARMLESS)
        yield from (name for name in names if name.partition(".")[0] in NETWORK_MODULES | OTHER_DOORS)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called not in HARMLESS and (last in NAMES or last.startswith(("spawnl", "spawnv"))):
                yield called
            if last == "import_module" and not isinstance(node.args[0], ast.Constant):
                yield f"{called}({ast.unparse(node.args[0])})"


@pytest.mark.claim("C-OFF-01")
def test_no_code_could_connect() -> None:
    """Besides seven places that were read, nothing could connect, start a program or run code not in the source."""
    found = {
        f"{path.relative_to(SOURCE)}: {door}"
        for path in MODULES
        for door in doors(ast.parse(path.read_text("utf-8")))
    }
    assert found == set(KNOWN)


def test_the_contract_names_every_module_of_the_network() -> None:
    """The import contract forbids what this file forbids, for the whole package."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = {one["id"]: one for one in tomllib.load(file)["tool"]["importlinter"]["contracts"]}
    assert set(contracts["offline"]["forbidden_modules"]) >= NETWORK_MODULES
    assert contracts["offline"]["source_modules"] == ["fieldlog"]
    assert not contracts["offline"].get("ignore_imports")


@pytest.mark.parametrize(
    "mistake",
    [
        "import socket",
        "import http.client",
        "from urllib import request",
        "import _socket as s",
        "import ctypes",
        "asyncio.open_connection('example.org', 80)",
        "from asyncio import open_connection",
        "loop.create_connection(f)",
        "importlib.import_module(name)",
        "__import__('soc' + 'ket')",
        "exec(text)",
        "os.system('ping example.org')",
        "os.spawnlp(0, 'ping')",
        "app.open_url('https://example.org')",
    ],
)
def test_the_check_sees_a_door(mistake: str) -> None:
    """Each way to a connection is seen by the check itself."""
    assert list(doors(ast.parse(mistake)))
