"""This process: what it leaves behind when it dies, what it inherits, and how it ends.

Implements security.md section 5.2 (core dumps, other processes of the same user) and 5.3: only the
end of the process image removes every copy of a secret from memory, so lock replaces the image.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Final, NoReturn

_POSIX: Final = os.name == "posix"
_UNSAFE_PREFIXES: Final = ("TEXTUAL",)
"""TEXTUAL_LOG writes every key to a readable file, TEXTUAL_DRIVER imports any module."""

_UNSAFE_NAMES: Final = (
    "PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT", "PYTHONDEVMODE",
    "PYTHONTRACEMALLOC", "PYTHONFAULTHANDLER", "PYTHONPROFILEIMPORTTIME", "PYTHONDUMPREFS",
)  # fmt: skip
"""Each makes the interpreter keep, show or log more than the program does."""

_PR_SET_DUMPABLE: Final = 4
_PT_DENY_ATTACH: Final = 31
_SEM_QUIET: Final = 0x0001 | 0x0002
"""SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX: no crash dialog that offers to send memory."""

_UNKNOWN_MEMORY: Final = 2 * 1024**3
"""Assumed where the system does not say; a quarter of it still opens the ``M`` profile."""


class Hardening:
    """What ``harden`` could switch off here."""

    __slots__ = ("core_dumps_off", "others_kept_out")

    def __init__(self, *, core_dumps_off: bool, others_kept_out: bool) -> None:
        self.core_dumps_off = core_dumps_off
        self.others_kept_out = others_kept_out


def harden() -> Hardening:
    """Drop unsafe environment names, forbid core dumps, keep other processes of this user out.

    Call it before anything else is imported. What the system does not offer is skipped and shows in
    the result.
    """
    for name in list(os.environ):
        if name.startswith(_UNSAFE_PREFIXES) or name in _UNSAFE_NAMES:
            del os.environ[name]
    return Hardening(core_dumps_off=_core_dumps_off(), others_kept_out=_others_kept_out())


def shed_environment() -> None:
    """Start this image again when the interpreter has already read an unsafe name.

    Some names take effect before any line of Python runs: removing them later changes nothing in this
    image (``PYTHONINSPECT`` leaves a prompt behind when the program ends). ``python -I`` reads none.
    Call it before anything secret is in memory. Windows keeps this image, and its prompt.
    """
    if sys.flags.isolated or not _POSIX or not any(name in os.environ for name in _UNSAFE_NAMES):
        return
    for name in _UNSAFE_NAMES:
        os.environ.pop(name, None)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as we were started


def own_interpreter() -> list[str]:
    """The beginning of a command that runs a module of this program in a new image.

    Isolated where this image is. Where it is not, the package may lie in a folder that an isolated
    interpreter would not look into, and a lock must come back.
    """
    return [sys.executable, "-I" if sys.flags.isolated else "-P", "-m"]


def _core_dumps_off() -> bool:
    if not _POSIX:
        import ctypes  # noqa: PLC0415 - every start pays for what stands at the top

        windows: Any = ctypes
        windows.windll.kernel32.SetErrorMode(_SEM_QUIET)
        return True
    import resource  # noqa: PLC0415 - exists on this platform only

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    return True


def _others_kept_out() -> bool:
    # RLIMIT_CORE alone is ignored by piped core handlers; a process that is not dumpable is not.
    import ctypes  # noqa: PLC0415 - every start pays for what stands at the top

    with suppress(OSError, AttributeError):
        calls: Any = ctypes.CDLL(None)
        if _is("linux"):
            return bool(calls.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
        if _is("darwin"):
            return bool(calls.ptrace(_PT_DENY_ATTACH, 0, 0, 0) == 0)
    return False


def _is(platform: str) -> bool:
    # A function, so that the type checker looks at every platform's branch.
    return sys.platform == platform


def replace_image(arguments: Sequence[str]) -> NoReturn:
    """End this process image and start ``arguments`` in its place, on the same terminal.

    ``arguments[0]`` is the program with its full path. Nothing of this process is run afterwards,
    not even ``atexit``: lock the vault first.

    Raises:
        MachineError: one of its subclasses, the program cannot be started; this process goes on.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    from fieldlog.system import files  # noqa: PLC0415 - every start pays for what stands at the top

    with files.translating(arguments[0], reading=True):
        os.execv(arguments[0], list(arguments))  # noqa: S606 - no shell, and the program is our own
    raise AssertionError("unreachable")  # pragma: no cover - execv does not return


def available_memory() -> int:
    """Bytes of memory that can be used without swapping, as far as the system tells."""
    readings = [reading for reading in (_machine_memory(), _group_memory()) if reading is not None]
    return min(readings, default=_UNKNOWN_MEMORY)


def _machine_memory() -> int | None:
    try:
        for line in _read("/proc/meminfo").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        # macOS tells the whole only; half of it is a careful guess.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (OSError, ValueError, AttributeError):
        return None


def _group_memory() -> int | None:
    """What a container leaves, where there is one (cgroup v2)."""
    try:
        limit = int(_read("/sys/fs/cgroup/memory.max"))
        return max(0, limit - int(_read("/sys/fs/cgroup/memory.current")))
    except (OSError, ValueError):
        return None


def _read(path: str) -> str:
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib would cost every start
        return file.read()
