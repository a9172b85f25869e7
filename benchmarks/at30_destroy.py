"""AT-30: how long ``destroy`` takes until nothing opens any more, for a small vault and a large one.

The bar is 100 ms, measured from the call to the moment the face hears that the keys are gone; that includes
finding the files, 4,096 random bytes over ``slots``, their sync, the removal and the sync of the folder.
With FIELDLOG_WRITE_FIGURES=1 the figures are kept for the threat model.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import measure
import scene
from fieldlog.field import destruction, vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock
from support import figures

BAR_MS = 100
LARGE_MIB = 1024


def made(folder: Path, *, extra_mib: int) -> Path:
    """A vault at ``folder``, with ``extra_mib`` more in one of its files."""
    vault.create(
        folder=folder,
        passphrase=vault.secret_of(scene.WORDS),
        recovery=vault.secret_of(vault.propose_recovery("en")),
        clock=SystemClock(),
        profile=CHEAPEST_FOR_TESTS,
    ).lock()
    with (folder / "media-a").open("ab") as file:
        for _ in range(extra_mib):
            file.write(os.urandom(scene.MIB))
        file.flush()
        os.fsync(file.fileno())
    return folder


def milliseconds(folder: Path) -> float:
    """From the call until the keys are gone."""
    gone: list[float] = []
    start = time.perf_counter()
    destruction.destroy(folder, keys_gone=lambda: gone.append(time.perf_counter()))
    return (gone[0] - start) * 1000


def main() -> None:
    asked = measure.options(__doc__ or "")
    worst = 0.0
    with scene.folder(asked.folder) as place:
        for name, extra in (("small", 0), ("large", min(asked.mib, LARGE_MIB))):
            times = [milliseconds(made(place / "vault", extra_mib=extra)) for _ in range(asked.runs)]
            worst = max(worst, *times)
            median = statistics.median(times)
            print(f"AT-30 {name} vault (+{extra} MiB): median {median:.1f} ms, worst {max(times):.1f} ms")
            figures.record(f"AT-30.{name}_median_ms", round(median, 1))
    figures.record("AT-30.worst_ms", round(worst, 1))
    print(f"AT-30: worst {worst:.1f} ms (bar {BAR_MS} ms, {'meets' if worst <= BAR_MS else 'MISSES'} it)")


if __name__ == "__main__":
    main()
