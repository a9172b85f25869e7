"""What the program's memory holds after a lock, read from outside as an examiner would (AT-15).

``/proc/<pid>/mem`` of the process is searched while the vault is open, where text and keys have to be
found, and again after F9, when the same process runs a new image.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from fieldlog.field.vault import typed_secret
from fieldlog.formats import keyslots
from support.handover import new_vault
from support.reporter import Reporter, fresh_home

NOTES = tuple(f"the {colour} heron number {n} left the {colour} reed bed" for n, colour in enumerate(
    ("saffron", "indigo", "umber", "teal", "crimson", "olive", "mauve", "cobalt", "sepia", "coral")
))  # fmt: skip
PASSPHRASE = "one two three four five six seven"


def memory_of(pid: int) -> list[bytes]:
    """Every readable writable part of a process's memory."""
    parts = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found:
                start, end = (int(one, 16) for one in found.groups())
                memory.seek(start)
                try:
                    parts.append(memory.read(end - start))
                except OSError:
                    continue
    return parts


def count(parts: list[bytes], wanted: bytes) -> int:
    return sum(part.count(wanted) for part in parts)


def shapes(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-32-le")]


def readable_memory_of(pid: int) -> list[bytes]:
    """As ``memory_of``; without the right to look, there is nothing to test."""
    try:
        return memory_of(pid)
    except PermissionError:
        assert os.environ.get("CI") is None or os.geteuid(), "root may look into this process"
        pytest.skip("only root may read the memory of a process that keeps others out")


@pytest.mark.claim("C-MEM-01")
def test_nothing_is_in_memory_after_lock(tmp_path):
    """After F9 neither a note, the passphrase nor a key is anywhere in the process; before, they are."""
    if sys.platform != "linux":
        pytest.skip("the memory of a process is a file on Linux only")
    vault = tmp_path / "vault"
    new_vault(vault).lock()
    keys = keys_of(vault)
    with Reporter(vault, fresh_home(tmp_path)) as reporter:
        reporter.unlock(PASSPHRASE, shows="Nothing here yet.")
        reporter.new_incident()
        for note in NOTES:
            reporter.paste(note + ". ")
        reporter.saved()
        pid, before = reporter.program, readable_memory_of(reporter.program)
        assert all(sum(count(before, shape) for shape in shapes(note)) for note in NOTES)
        assert any(count(before, key) for key in keys)

        reporter.press("f9")
        reporter.wait_for("Type your passphrase")
        assert reporter.program == pid
        after = memory_of(pid)
        assert sum(map(len, after)) > 1_000_000
        for note in NOTES:
            assert not sum(count(after, shape) for shape in shapes(note))
        for shape in shapes(PASSPHRASE):
            assert not count(after, shape)
        for key in keys:
            assert not count(after, key)
            assert not count(after, key.hex().encode())


def keys_of(vault: Path) -> tuple[bytes, ...]:
    """The keys in the vault's slot."""

    header = keyslots.VaultHeader.parse((vault / "fieldlog.json").read_bytes())
    opened = keyslots.open_slots(header, (vault / "slots").read_bytes(), typed_secret(PASSPHRASE))
    keys = opened.payload.keys
    return keys.database_key.reveal(), keys.media_key.reveal()
