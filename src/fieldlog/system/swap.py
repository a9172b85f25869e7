"""Whether the system may write memory to disk unencrypted: swap and hibernation (L-06; security.md 5.2)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fieldlog.system import mounts

_SWAPS: Final = Path("/proc/swaps")
_BLOCK_CLASS: Final = Path("/sys/class/block")
_RESUME: Final = Path("/sys/power/resume")
_STATES: Final = Path("/sys/power/state")
_NO_DEVICE: Final = "0:0"
_ENCRYPTED: Final = "CRYPT-"
_LAYERS: Final = 8
"""Devices below a device that are looked at: a volume group on an encrypted disk has two."""

_PAGING_KEY: Final = r"SYSTEM\CurrentControlSet\Control\FileSystem"
_PAGING_NAME: Final = "NtfsEncryptPagingFile"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapFacts:
    """``swap``: parts of memory may go to disk unencrypted; ``hibernation``: all of it at once."""

    swap: bool
    hibernation: bool


def facts() -> SwapFacts:
    """What the system says. Never fails: what cannot be told is not."""
    if sys.platform == "darwin":
        # Encrypted since 10.7, and so is the image of a sleeping Mac with FileVault.
        return SwapFacts(swap=False, hibernation=False)
    if os.name == "nt":
        return _windows(
            Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\"), paging_encrypted=_paging_encrypted()
        )
    return _linux()


def _linux() -> SwapFacts:
    open_swap = False
    with suppress(OSError):
        lines = _SWAPS.read_text("utf-8", "surrogateescape").splitlines()[1:]
        open_swap = any(not _is_safe(line) for line in lines if line.strip())
    hibernation = False
    with suppress(OSError):
        hibernation = (
            "disk" in _STATES.read_text("ascii").split() and _RESUME.read_text("ascii").strip() != _NO_DEVICE
        )
    return SwapFacts(swap=open_swap, hibernation=hibernation and open_swap)


def _is_safe(line: str) -> bool:
    """Whether one line of ``/proc/swaps`` is about memory itself or an encrypted device."""
    name = line.split(maxsplit=1)[0].replace("\\040", " ")
    path = Path(name)
    if path.name.startswith("zram"):
        # Compressed memory; with a disk behind it, it says so.
        return _text(_BLOCK_CLASS / path.name / "backing_dev") in {"", "none"}
    if path.parts[:2] == ("/", "dev"):
        with suppress(OSError):
            path = path.resolve()
        return _is_encrypted(_BLOCK_CLASS / path.name, _LAYERS)
    return _is_encrypted(mounts.block_device(mounts.mount_of(path).device), _LAYERS)


def _is_encrypted(device: Path, layers: int) -> bool:
    if layers and _text(device / "dm" / "uuid").startswith(_ENCRYPTED):
        return True
    below = []
    with suppress(OSError):
        below = sorted((device / "slaves").iterdir())
    return bool(layers and below) and all(_is_encrypted(one, layers - 1) for one in below)


def _windows(drive: Path, *, paging_encrypted: bool) -> SwapFacts:
    with suppress(OSError):
        names = {name.lower() for name in os.listdir(drive)}  # noqa: PTH208 - names only, hidden ones too
        return SwapFacts(
            swap=not paging_encrypted and bool(names & {"pagefile.sys", "swapfile.sys"}),
            hibernation="hiberfil.sys" in names,
        )
    return SwapFacts(swap=not paging_encrypted, hibernation=False)


def _paging_encrypted() -> bool:
    with suppress(ImportError, OSError, AttributeError):
        registry: Any = __import__("winreg")
        with registry.OpenKey(registry.HKEY_LOCAL_MACHINE, _PAGING_KEY) as key:
            return bool(registry.QueryValueEx(key, _PAGING_NAME)[0])
    return False


def _text(path: Path) -> str:
    with suppress(OSError):
        return path.read_text("ascii", "replace").strip()
    return ""
