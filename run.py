"""Start Fieldlog from a fresh copy of its source with nothing but Python: ``python3 run.py demo``.

The first start makes ``.venv`` beside this file and installs what ``requirements.lock`` names, each
package by its hash, from ``wheelhouse/`` when that folder exists and from the internet otherwise.
Later starts only compare one stamp. Standard library only; nothing outside this folder is written.

    python3 run.py demo           practise with made-up incidents; nothing is kept
    python3 run.py demo --once    the same without a screen
    python3 run.py test           check the program
    python3 run.py wheelhouse     fill wheelhouse/ for computers without internet
    python3 run.py desk ...       fieldlog-desk ...
    python3 run.py ...            fieldlog ...
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WHEELHOUSE = ROOT / "wheelhouse"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TO_RUN = ["requirements.lock"]
TO_TEST = ["requirements-build.lock", "requirements-test.lock"]
DESK = "import sys; from fieldlog.__main__ import desk_main; sys.exit(desk_main())"

# Wheels by their hash: a source distribution would run its own code here, with whatever that downloads.
# bagit, which only tests use, comes in no other form; what builds it is in requirements-build.lock.
HASHED = ["--require-hashes", "--only-binary=:all:", "--no-binary=bagit", "--no-build-isolation", "-r"]

NO_VENV = """This Python cannot make a virtual environment: it has neither ensurepip nor pip.
On Debian and Ubuntu:  sudo apt install python3-venv
Then start the same command again."""
NO_PACKAGES = """The packages in {lock} could not be had (see above).
With internet: check the connection and start the same command again.
Without: on a computer of the same kind run  python3 run.py wheelhouse  and copy its folder
"wheelhouse" beside run.py. What was installed so far is kept; nothing else was changed."""


def fail(sentences: str) -> int:
    """Say what went wrong on stderr and give the exit status for it."""
    print(sentences, file=sys.stderr)
    return 1


def pip(*arguments: str) -> bool:
    """Run the venv's own pip, or this Python's pip for a venv that was made without one."""
    own = subprocess.call([str(PYTHON), "-Ic", "import pip"], stderr=subprocess.DEVNULL) == 0
    start = (
        [str(PYTHON), "-I", "-m", "pip"] if own else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    )
    return subprocess.call([*start, "--disable-pip-version-check", *arguments]) == 0


def make_venv() -> bool:
    """Make ``.venv`` unless one of this Python is there; False when this machine cannot."""
    config = VENV / "pyvenv.cfg"
    version = "version = {}.{}.".format(*sys.version_info[:2])
    if PYTHON.exists() and config.exists() and version in config.read_text("utf-8"):
        return True
    bundled = importlib.util.find_spec("ensurepip") is not None  # Debian packages it apart
    if not bundled and importlib.util.find_spec("pip") is None:
        return False
    options = [] if bundled else ["--without-pip"]
    return subprocess.call([sys.executable, "-I", "-m", "venv", "--clear", *options, str(VENV)]) == 0


def install(locks: list[str]) -> int:
    """Bring the venv to what ``locks`` say; at once when it is there already. 0 when all is well."""
    stamp = VENV / f"{locks[-1]}.sha256"
    digest = hashlib.sha256(b"".join((ROOT / lock).read_bytes() for lock in locks)).hexdigest()
    if PYTHON.exists() and stamp.exists() and stamp.read_text("ascii") == digest:
        return 0
    print("Fieldlog prepares itself. This happens once and takes about a minute.", file=sys.stderr)
    if not make_venv():
        return fail(NO_VENV)
    offline = ["--no-index", "--find-links", str(WHEELHOUSE)] if WHEELHOUSE.is_dir() else []
    for lock in locks:
        if not pip("install", "--quiet", *offline, *HASHED, str(ROOT / lock)):
            return fail(NO_PACKAGES.format(lock=lock))
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV), "platbase": str(VENV)}))
    # A relative path: .pth files are read in the machine's encoding, which may not know the folder's letters.
    (packages / "fieldlog-source.pth").write_text(os.path.relpath(ROOT / "src", packages) + "\n", "ascii")
    stamp.write_text(digest, "ascii")
    return 0


def fill_wheelhouse() -> int:
    """Download every package for this kind of computer, the ones for tests included."""
    for lock in TO_TEST:
        if status := install([TO_TEST[0]]):
            return status
        if not pip("download", "--quiet", "-d", str(WHEELHOUSE), *HASHED, str(ROOT / lock)):
            return fail(NO_PACKAGES.format(lock=lock))
    return 0


def become(arguments: list[str]) -> int:
    """Replace this process by the venv's Python, so that signals, terminal and exit status are its own."""
    command = [str(PYTHON), "-I", *arguments]
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    child = subprocess.Popen(command)  # Windows has no exec that keeps the console
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child got it too and decides
            continue


def main(arguments: list[str]) -> int:
    """Do what the first argument says; anything unknown to this file is Fieldlog's to judge."""
    if sys.version_info < (3, 11):
        return fail("Fieldlog needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    task, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if task == "wheelhouse":
        return fill_wheelhouse()
    if status := install(TO_TEST if task == "test" else TO_RUN):
        return status
    if task == "demo":
        return become(["-m", "fieldlog.practice", *rest])
    if task == "test":
        os.chdir(ROOT)
        return become(["-m", "pytest", "-n", "2", "--dist", "worksteal", *rest])
    if task == "desk":
        return become(["-c", DESK, *rest])
    return become(["-m", "fieldlog", *arguments])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
