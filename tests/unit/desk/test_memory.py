"""Memory: sealing and opening do not grow with the size of the attachments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
MIB = 1 << 20
LIMIT_MIB = 160
"""Of the whole process, 64 MiB of which are the cheapest key derivation of the tests."""

# A process of its own: the peak of this one holds whatever other tests needed.
JOB = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from support.handover import attach, new_register, new_vault, record, seal_to, trust_in
from fieldlog.desk.extraction import extract
from fieldlog.desk.intake import open_bundle
from fieldlog.field import recording

folder, size = Path(sys.argv[2]), int(sys.argv[3])
source = folder / "film"
with source.open("wb") as film:
    film.truncate(size)
with new_vault(folder / "vault") as vault, new_register(folder / "register") as register:
    code = record(vault)
    recording.attach(vault, code, source)
    source.unlink()
    sealed = seal_to(vault, [code], [trust_in(vault, register)], folder / "stick")
    report = open_bundle(register, sealed.path).report
    assert report.payload_bytes > size, report
    if len(sys.argv) > 4:
        extract(register, sealed.path, folder / "out")
# Not ru_maxrss: that begins with the peak of the process this one was forked from.
status = Path("/proc/self/status").read_text().split("VmHWM:")[1]
print(int(status.split()[0]) // 1024)
"""


def peak_mib(folder: Path, size: int, *more: str) -> int:
    done = subprocess.run(
        [sys.executable, "-I", "-c", JOB, str(TESTS), str(folder), str(size), *more],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_a_large_attachment_does_not_fit_into_memory_and_need_not(tmp_path: Path) -> None:
    """64 MiB of attachment are sealed, opened and extracted within the limit."""
    assert peak_mib(tmp_path, 64 * MIB, "extract") <= LIMIT_MIB


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
def test_the_peak_is_the_same_for_several_hundred_mebibytes(tmp_path: Path) -> None:
    """400 MiB of attachment need no more memory than 16."""
    small, large = tmp_path / "small", tmp_path / "large"
    small.mkdir()
    large.mkdir()
    assert peak_mib(large, 400 * MIB) <= peak_mib(small, 16 * MIB) + 16
