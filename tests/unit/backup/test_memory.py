"""Memory: making, checking and restoring a backup do not grow with the size of the attachments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support import figures

TESTS = Path(__file__).resolve().parents[2]
MIB = 1 << 20
LIMIT_MIB = 170
"""Of the whole process, 64 MiB of which are the cheapest key derivation of the tests."""

# A process of its own: the peak of this one holds whatever other tests needed.
JOB = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fieldlog.field import recording
from fieldlog.field.backup import back_up
from support.backups import new_vault, restored, save

folder, size = Path(sys.argv[2]), int(sys.argv[3])
source = folder / "film"
with source.open("wb") as film:
    film.truncate(size)
with new_vault(folder / "vault") as vault:
    recording.attach(vault, save(vault, "A film."), source)
    source.unlink()
    made = back_up(vault, folder)
    assert made.size > size
restored(made.path, folder / "again")
# Not ru_maxrss: that begins with the peak of the process this one was forked from.
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
print(int(status.split()[0]) // 1024)
"""


def peak_mib(folder: Path, size: int) -> int:
    done = subprocess.run(
        [sys.executable, "-I", "-c", JOB, str(TESTS), str(folder), str(size)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_a_large_attachment_does_not_fit_into_memory_and_need_not(tmp_path: Path) -> None:
    """64 MiB of attachment are backed up, verified and restored within the limit."""
    assert peak_mib(tmp_path, 64 * MIB) <= LIMIT_MIB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_the_peak_is_the_same_for_several_hundred_mebibytes(tmp_path: Path) -> None:
    """400 MiB need no more memory than 16 MiB."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    few, many = peak_mib(small, 16 * MIB), peak_mib(large, 400 * MIB)
    assert many <= few + 16
    figures.record("backup.peak_mib_400", many)
