"""Importing a module does nothing: no file, no folder, no process, no socket, no translation."""

import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"

# Third-party packages are imported first: what they do at import is not ours to promise.
SCRIPT = """
import json, sys, importlib
import argparse, asyncio, getpass, gettext, html, locale, tempfile, zoneinfo
import cryptography.hazmat.primitives.asymmetric.ed25519, nacl.pwhash, apsw, platformdirs, segno
import cryptography.hazmat.primitives.ciphers.aead, cryptography.hazmat.primitives.kdf.scrypt
import textual.app, textual.widgets, textual.containers, textual.screen
from textual.widgets import (Button, Checkbox, DataTable, Input, Label, OptionList, ProgressBar,
                             RadioButton, RadioSet, Select, Static, TextArea)
from mnemonic import Mnemonic
seen, current = [], [None]
WATCHED = ("open", "os.mkdir", "os.rename", "os.remove", "os.chmod", "subprocess.Popen", "socket.__new__",
           "os.system", "os.exec", "os.posix_spawn", "shutil.rmtree", "tempfile.mkstemp", "tempfile.mkdtemp",
           "sqlite3.connect", "os.putenv", "os.unsetenv", "ctypes.dlopen")
CODE = (".py", ".pyc", ".so", ".pyd", ".dylib", ".dll", ".pth", ".zip")
def hook(event, arguments):
    if current[0] and event in WATCHED:
        if event == "open" and str(arguments[0]).endswith(CODE) and "w" not in str(arguments[1]):
            return
        if event in ("open", "os.rename") and "__pycache__" in str(arguments[0]):
            return
        if event == "ctypes.dlopen":
            return
        seen.append([current[0], event, str(arguments[0])])
sys.addaudithook(hook)
for name in sys.argv[1:]:
    current[0] = name
    importlib.import_module(name)
    current[0] = None
catalog = sys.modules["fieldlog.i18n.catalog"]
if catalog._catalogs._loaded:
    seen.append(["?", "translation", "loaded"])
print(json.dumps(seen))
"""


def test_importing_every_module_touches_nothing() -> None:
    """Every module can be imported without a side effect that an audit hook could see."""
    names = sorted(
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for path in (SOURCE / "fieldlog").rglob("*.py")
    )
    result = subprocess.run(
        [sys.executable, "-B", "-c", SCRIPT, *names], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == []
