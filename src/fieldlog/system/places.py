"""Where a folder lies: on which kind of file system, and who else keeps copies of what is in it.

Implements security.md sections 4.2 and 5.2, as far as it can be told from this computer alone: nothing is
asked over a network, no other program is started, and nothing is changed. Silence here is no promise: a
backup program that leaves no mark is not found.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog.system import mounts, syncing
from fieldlog.system.mounts import Mount

WRITES_ELSEWHERE: Final = frozenset({"apfs", "bcachefs", "btrfs", "f2fs", "nilfs2", "refs", "ubifs", "zfs"})
"""File systems that never write over old bytes: these stay on the disk for a while, and tell what changed."""

_NETWORK: Final = frozenset(
    {
        "9p", "afpfs", "ceph", "cifs", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.gvfsd-fuse",
        "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "prl_fs",
        "smb3", "smbfs", "vboxsf", "virtiofs", "webdav",
    }
)  # fmt: skip
"""Somebody else's disk, a host's under a virtual machine included."""

_VOLATILE: Final = frozenset({"ramfs", "tmpfs"})
_LAYERED: Final = frozenset({"aufs", "overlay"})

_SNAPSHOT_FOLDERS: Final = (".snapshots", ".zfs", "timeshift", "timeshift-btrfs")
"""What snapper, ZFS and Timeshift keep at the top of a file system or above the folder."""

_TIME_MACHINE: Final = Path("/Library/Preferences/com.apple.TimeMachine.plist")
_TIME_MACHINE_MARKS: Final = (b"Destinations", b"AutoBackup")
_PLIST_LIMIT: Final = 1 << 20
_FILE_HISTORY: Final = Path("Microsoft", "Windows", "FileHistory", "Configuration")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFacts:
    """What is known of where a folder lies.

    ``file_system`` is the system's own name, empty when it does not say. ``synced_by`` names the service
    that copies the folder to other computers, empty when none was recognised.
    """

    file_system: str
    copy_on_write: bool
    synced_by: str
    snapshots: bool
    network: bool
    removable: bool
    lost_at_power_off: bool


def facts_of(folder: Path) -> PlaceFacts:
    """What is known of the place of ``folder``, which need not exist yet.

    Never fails: what the system does not tell is empty or false.
    """
    place = _nearest(folder)
    mount = mounts.mount_of(place)
    parents = (place, *place.parents)
    return PlaceFacts(
        file_system=mount.file_system,
        copy_on_write=mount.file_system in WRITES_ELSEWHERE,
        synced_by=syncing.synced_by(parents),
        snapshots=_has_snapshots(parents, mount),
        network=mount.network or mount.file_system in _NETWORK,
        removable=mount.removable,
        lost_at_power_off=_is_volatile(mount),
    )


def _nearest(folder: Path) -> Path:
    """The folder, or its nearest parent that exists, without links: what counts is where the bytes go."""
    place = folder.absolute()
    with suppress(OSError):
        place = place.resolve()
        while not place.exists() and place != place.parent:
            place = place.parent
    return place


def _is_volatile(mount: Mount) -> bool:
    if mount.file_system in _LAYERED and mount.upper:
        # A live system: what is written goes to the upper layer.
        return mounts.mount_of(Path(mount.upper)).file_system in _VOLATILE
    return mount.file_system in _VOLATILE


def _has_snapshots(parents: tuple[Path, ...], mount: Mount) -> bool:
    if sys.platform == "darwin":
        return _time_machine(_TIME_MACHINE)
    if os.name == "nt":
        return _file_history(os.environ.get("LOCALAPPDATA", ""))
    top = Path(mount.point or "/")
    on_same_mount = [parent for parent in parents if parent == top or top in parent.parents]
    return any(_is_folder(parent / name) for parent in (*on_same_mount, top) for name in _SNAPSHOT_FOLDERS)


def _time_machine(settings: Path) -> bool:
    """Whether Time Machine has been set up: where it is, there are snapshots on the disk itself as well."""
    with suppress(OSError), settings.open("rb") as file:
        content = file.read(_PLIST_LIMIT)
        return any(mark in content for mark in _TIME_MACHINE_MARKS)
    return False


def _file_history(application_data: str) -> bool:
    return bool(application_data) and _is_folder(Path(application_data, _FILE_HISTORY))


def _is_folder(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False
