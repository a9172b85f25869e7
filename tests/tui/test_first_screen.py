"""What the first screen waits for."""

from __future__ import annotations

import subprocess
import sys

from fieldlog.field.vault import TELLING
from fieldlog.store.vault.folder import HEADER_NAME
from fieldlog.system.clock import FixedClock
from fieldlog.tui.field import deferred
from support.screens import NOW, WORDS

LOADED = """
import sys
from pathlib import Path
from fieldlog.system.clock import SystemClock
from fieldlog.tui.field.deferred import deferred_work
import fieldlog.tui.field.application
work = deferred_work(Path("nowhere"), SystemClock())
assert not work.vault_exists()
work.lock()
print([name for name in ("apsw", "cryptography", "nacl", "fieldlog.store.connection") if name in sys.modules])
"""


def test_the_first_screen_loads_neither_encryption_nor_storage():
    """Until something touches the vault, the libraries for it are not loaded."""
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_mark_of_a_vault_is_the_stores_own():
    """The file that decides on the first screen is the one the store writes."""
    assert deferred.VAULT_MARK == HEADER_NAME
    assert deferred.PARTS == TELLING


def test_a_vault_without_its_mark_is_asked_for_words(tmp_path):
    """Where only a part of a vault is, the first screen does not offer to make a new one."""
    work = deferred.deferred_work(tmp_path, FixedClock(NOW))
    assert not work.vault_exists()
    (tmp_path / "vol-b").write_bytes(b"")
    assert work.vault_exists()


def test_work_is_the_same_once_loaded(scene):
    """What is asked of the vault reaches the real one, before and after it was opened."""
    work = deferred.deferred_work(scene.vault, FixedClock(NOW))
    assert work.vault_exists()
    work.unlock(" ".join(WORDS))
    assert work.vault_exists()
    assert work.incidents(query="", state="all").rows
    work.lock()
