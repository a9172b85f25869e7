"""The detector itself: a run that writes plaintext must be caught, or the at-rest test proves nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from support import syscalls

CANARY = "канарейка-в-шахте canary-in-the-mine"

WRITER = """
import mmap, os, sys
how, path, text = sys.argv[1:4]
text = text.encode()
f = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
if how == "write": os.write(f, b"x" * 4000 + text)
if how == "pwrite": os.pwrite(f, text, 10)
if how == "writev": os.writev(f, [b"a", text])
if how == "map":
    os.ftruncate(f, 4096)
    mmap.mmap(f, 4096)[:len(text)] = text
if how == "nothing": os.write(f, bytes(4000))
os.unlink(path)
"""


def run(tmp_path, how):
    if shutil.which("strace") is None:
        assert not os.environ.get("CI"), "strace has to be installed where CI runs"
        pytest.skip("strace is not installed")
    record = tmp_path / "record"
    subprocess.run(
        syscalls.traced([sys.executable, "-I", "-c", WRITER, how, str(tmp_path / "file"), CANARY], record),
        check=True,
    )
    return syscalls.scan(record, syscalls.Finder(syscalls.needles([CANARY])))


@pytest.mark.parametrize("how", ["write", "pwrite", "writev"])
def test_every_way_of_writing_is_seen(tmp_path, how):
    """Plaintext in a file that is gone again is still found in the record of what was written."""
    written = run(tmp_path, how)
    assert written.hits
    assert str(tmp_path / "file") in {place for place, _ in written.hits}


def test_a_shared_mapping_is_reported(tmp_path):
    """What strace cannot see is reported as such instead of passing for silence."""
    assert run(tmp_path, "map").shared_mappings


def test_a_silent_run_has_no_hits(tmp_path):
    """A run that writes other bytes gives no hit, and its bytes are counted."""
    written = run(tmp_path, "nothing")
    assert not written.hits
    assert written.bytes_scanned >= 4000


@pytest.mark.parametrize("shape", [str.upper, str.lower, str])
def test_needles_cover_case_and_encoding(shape):
    """A canary is found in either case, in UTF-8 and in UTF-16."""
    finder = syscalls.Finder(syscalls.needles([CANARY]))
    assert finder.find(b"\0" * 99 + shape(CANARY).encode() + b"\0")
    assert finder.find(b"\0" * 99 + shape(CANARY).encode("utf-16-le") + b"\0")
    assert finder.find(bytes(4096)) is None
