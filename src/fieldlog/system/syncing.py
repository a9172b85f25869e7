"""Recognising folders that a service copies to other computers, by their names and by the marks it leaves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_NAMES: Final = (
    (re.compile(r"dropbox( \(.*\)|-.*)?"), "Dropbox"),
    (re.compile(r"onedrive( ?- ?.*)?"), "OneDrive"),
    (re.compile(r"(my )?google ?drive|googledrive-.*|drivefs"), "Google Drive"),
    (re.compile(r"icloud ?drive.*|mobile documents"), "iCloud Drive"),
    (re.compile(r"nextcloud\d?"), "Nextcloud"),
    (re.compile(r"owncloud"), "ownCloud"),
    (re.compile(r"yandex\.?disk.*|яндекс\.диск.*"), "Yandex.Disk"),
    (re.compile(r"mega(sync)?( downloads)?"), "MEGA"),
    (re.compile(r"p ?cloud ?(drive|sync)"), "pCloud"),
    (re.compile(r"box( sync)?|box-box"), "Box"),
    (re.compile(r"proton ?drive.*"), "Proton Drive"),
    (re.compile(r"(mail\.ru cloud|cloud mail\.ru|облако mail\.ru).*"), "Mail.ru"),
    (re.compile(r"sea ?drive"), "SeaDrive"),
    (re.compile(r"resilio ?sync"), "Resilio Sync"),
    (re.compile(r"tresorit( drive)?|my tresors"), "Tresorit"),
    (re.compile(r"synology ?drive"), "Synology Drive"),
    (re.compile(r"insync"), "Insync"),
    (re.compile(r"jottacloud"), "Jottacloud"),
    (re.compile(r"seafile"), "Seafile"),
    (re.compile(r"syncthing"), "Syncthing"),
)
"""What the folders are called that the services make, in small letters."""

_MARKS: Final = (
    (".stfolder", "Syncthing"),
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".tmp.drivedownload", "Google Drive"),
    (".tmp.driveupload", "Google Drive"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
    (".megaignore", "MEGA"),
    (".sync/cli.log", "Yandex.Disk"),
    (".sync/ID", "Resilio Sync"),
    (".SynologyWorkingDirectory", "Synology Drive"),
    (".849C9593-D756-4E56-8D6E-42412F2A707B", "OneDrive"),
)
"""What they leave in the top folder that they copy."""

_DATABASE: Final = re.compile(r"\._?sync_[0-9a-f]+\.db")
"""Of Nextcloud and ownCloud, one for each account."""

_ENTRIES: Final = 5_000
"""Entries of one folder that are looked through for such a name."""

_WINDOWS_NAMES: Final = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
"""Names of the environment under which Windows says where OneDrive is."""

_CLOUD_STORAGE: Final = "CloudStorage"
_CLOUD_HOME: Final = Path("Library", "Mobile Documents", "com~apple~CloudDocs")
_CLOUD_FOLDERS: Final = ("Desktop", "Documents")


def synced_by(parents: Sequence[Path]) -> str:
    """The service that copies a folder elsewhere, given with all above it; empty for none that is known."""
    for found in (_by_mark(parents), _by_environment(parents), _by_home(parents), _by_name(parents)):
        if found:
            return found
    return ""


def _by_mark(parents: Iterable[Path]) -> str:
    for parent in parents:
        with suppress(OSError):
            for mark, service in _MARKS:
                if os.path.lexists(parent / mark):
                    return service
            with os.scandir(parent) as entries:
                for number, entry in enumerate(entries):
                    if _DATABASE.fullmatch(entry.name):
                        return "Nextcloud"
                    if number > _ENTRIES:
                        break
    return ""


def _by_name(parents: Iterable[Path]) -> str:
    for parent in parents:
        name = parent.name.casefold()
        for pattern, service in _NAMES:
            if pattern.fullmatch(name):
                return service
        # macOS puts every service of others below this folder, under a name with the account in it.
        if parent.parent.name == _CLOUD_STORAGE and parent.parent.parent.name == "Library":
            return parent.name.partition("-")[0]
    return ""


def _by_environment(parents: Iterable[Path]) -> str:
    named = {os.environ.get(name, "") for name in _WINDOWS_NAMES} - {""}
    places = {os.path.normcase(name) for name in named}
    return "OneDrive" if any(os.path.normcase(parent) in places for parent in parents) else ""


def _by_home(parents: Iterable[Path]) -> str:
    """Desktop and Documents, which iCloud takes over under the names they had."""
    with suppress(RuntimeError, OSError):
        home = Path.home()
        taken = {home / name for name in _CLOUD_FOLDERS if (home / _CLOUD_HOME / name).is_dir()}
        if taken.intersection(parents):
            return "iCloud Drive"
    return ""
