"""Which file system a path is on: from ``/proc`` on Linux, from one system call on macOS and Windows."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_MOUNTINFO: Final = Path("/proc/self/mountinfo")
_BLOCK_DEVICES: Final = Path("/sys/dev/block")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")

_STATFS_BYTES: Final = 4096
"""More than the 2,168 of macOS' ``struct statfs`` with 64-bit inodes."""
_STATFS_FLAGS: Final = 64
_STATFS_NAME: Final = slice(72, 88)
_MNT_LOCAL: Final = 0x1000

_DRIVE_REMOVABLE: Final = 2
_DRIVE_REMOTE: Final = 4
_DRIVE_RAM: Final = 6
_NAME_LENGTH: Final = 261


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One mounted file system. Everything is empty or false that the system does not say.

    ``point`` is where it is mounted, ``device`` the numbers of its block device, ``upper`` the folder that
    takes what is written where there are layers.
    """

    file_system: str = ""
    point: str = ""
    device: str = ""
    upper: str = ""
    network: bool = False
    removable: bool = False


def mount_of(path: Path) -> Mount:
    """The file system that ``path``, an existing absolute path without links, is on."""
    with suppress(OSError, ValueError, AttributeError):
        if sys.platform == "darwin":
            return _darwin(path)
        if os.name == "nt":
            return _windows(path)
        return linux_mount(path, _MOUNTINFO.read_text("utf-8", "surrogateescape"))
    return Mount()


def linux_mount(path: Path, mountinfo: str) -> Mount:
    """The last of the deepest mounts above ``path`` in the text of ``mountinfo`` (proc(5))."""
    best: tuple[int, Mount] = (-1, Mount())
    for line in mountinfo.splitlines():
        fields, separator, rest = line.partition(" - ")
        words, details = fields.split(" "), rest.split(" ")
        if not separator or len(words) < 6 or len(details) < 1:
            continue
        point = Path(_unescaped(words[4]))
        depth = len(point.parts)
        if (point == path or point in path.parents) and depth >= best[0]:
            options = details[2] if len(details) > 2 else ""
            upper = next((one for one in options.split(",") if one.startswith("upperdir=")), "")
            best = (
                depth,
                Mount(
                    file_system=details[0].lower(),
                    point=str(point),
                    device=words[2],
                    upper=_unescaped(upper.removeprefix("upperdir=")),
                    removable=_is_removable(words[2]),
                ),
            )
    return best[1]


def block_device(numbers: str) -> Path:
    """The folder of ``/sys`` about the block device of these numbers, such as ``8:1``."""
    return _BLOCK_DEVICES / numbers


def _is_removable(numbers: str) -> bool:
    with suppress(OSError):
        device = block_device(numbers).resolve(strict=True)
        # A partition has no such file, its disk has.
        for folder in (device, device.parent):
            with suppress(OSError):
                return (folder / "removable").read_text("ascii").strip() == "1"
    return False


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)


def _darwin(path: Path) -> Mount:
    import ctypes  # noqa: PLC0415 - every start pays for what stands at the top

    library: Any = ctypes.CDLL(None)
    # On Intel the plain name is that of the older structure.
    call = getattr(library, "statfs$INODE64", None) or library.statfs
    answer = ctypes.create_string_buffer(_STATFS_BYTES)
    if call(os.fsencode(path), answer) != 0:
        return Mount()
    return darwin_mount(answer.raw)


def darwin_mount(answer: bytes) -> Mount:
    """What ``struct statfs`` of macOS says."""
    name = answer[_STATFS_NAME].split(b"\x00")[0].decode("ascii", "replace").lower()
    flags = int.from_bytes(answer[_STATFS_FLAGS : _STATFS_FLAGS + 4], "little")
    return Mount(file_system=name, network=not flags & _MNT_LOCAL)


def _windows(path: Path) -> Mount:
    import ctypes  # noqa: PLC0415 - every start pays for what stands at the top

    windows: Any = ctypes
    return windows_mount(path, windows.windll.kernel32, ctypes.create_unicode_buffer(_NAME_LENGTH))


def windows_mount(path: Path, kernel: Any, name: Any) -> Mount:
    """What the drive of ``path`` says; ``kernel`` is kernel32, ``name`` a buffer it writes into."""
    drive = f"{path.drive}\\"
    kind = kernel.GetDriveTypeW(drive)
    known = kernel.GetVolumeInformationW(drive, None, 0, None, None, None, name, _NAME_LENGTH)
    return Mount(
        # A disk in memory keeps no more than a temporary file system does.
        file_system="ramfs" if kind == _DRIVE_RAM else str(name.value).lower() if known else "",
        point=drive,
        network=kind == _DRIVE_REMOTE,
        removable=kind == _DRIVE_REMOVABLE,
    )
