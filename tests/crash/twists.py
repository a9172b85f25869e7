"""Ways of writing that are known to lose data: the crash tests must catch each, or they prove nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fieldlog.store
from fieldlog.system import files


def _set_pragma(name: str, value: str, reads_as: object) -> None:
    module: Any
    for module in (vars(fieldlog.store).get("cipher"), vars(fieldlog.store).get("connection")):
        settings = getattr(module, "_SETTINGS", None)
        if settings is not None:
            changed = tuple((name, value, reads_as) if one[0] == name else one for one in settings)
            assert changed != settings
            module._SETTINGS = changed
            return
    raise AssertionError("the settings of the opener are elsewhere now")


def no_journal() -> None:
    """Nothing keeps the old pages until the new ones are there."""
    _set_pragma("journal_mode", "OFF", "off")


def synchronous_normal() -> None:
    """A commit returns before the log is synced."""
    _set_pragma("synchronous", "NORMAL", 1)


def rename_without_sync() -> None:
    """A file takes its name before its bytes, and nobody waits for the name."""
    real_write, real_sync = files.atomic_write, files.sync_descriptor
    writing = 0

    @contextmanager
    def unsynced_write(path: Path, *, replace: bool = True) -> Iterator[files.TargetFile]:
        nonlocal writing
        writing += 1
        try:
            with real_write(path, replace=replace) as target:
                yield target
        finally:
            writing -= 1

    def sync_unless_writing(descriptor: int) -> None:
        if not writing:
            real_sync(descriptor)

    files.atomic_write = unsynced_write
    files.sync_descriptor = sync_unless_writing
    files.sync_folder = lambda folder: None


def folder_not_synced() -> None:
    """A file takes its name after its bytes, but nobody waits for the name."""
    files.sync_folder = lambda folder: None


TWISTS = {
    "folder not synced": folder_not_synced,
    "no journal": no_journal,
    "synchronous normal": synchronous_normal,
    "rename without sync": rename_without_sync,
}
