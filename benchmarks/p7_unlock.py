"""P7: from the end of Argon2id to the first page of the list, in vaults of 100, 10,000 and 100,000 incidents.

Everything counts that happens between: slots, opener and its checks, history, the bin, the note of the
time, the numbers on the home screen and the first 200 lines. Not a ratio: milliseconds, and the largest
vault against the smallest.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import crowd
import measure
import scene
from fieldlog.field import recording
from fieldlog.formats import keyslots

BAR_MS = 100
BAR_GROWTH = 1.5
"""Above 1 for the noise of two short times; a scan of the incidents would make it hundreds."""


def more(parser: argparse.ArgumentParser) -> None:
    crowd.add_options(parser)
    parser.add_argument("--incidents", type=int, nargs="+", default=[100, 10_000, 100_000])


class AfterArgon2:
    """Remembers when the derivation of the key ended."""

    def __init__(self) -> None:
        self.ended = 0.0
        self._derive = keyslots.argon2id

    def __call__(self, *arguments: object, **named: object) -> object:
        derived = self._derive(*arguments, **named)  # type: ignore[arg-type]
        self.ended = time.perf_counter()
        return derived


@contextlib.contextmanager
def watched() -> Iterator[AfterArgon2]:
    watch, keyslots_argon2id = AfterArgon2(), keyslots.argon2id
    keyslots.argon2id = watch  # type: ignore[assignment]
    try:
        yield watch
    finally:
        keyslots.argon2id = keyslots_argon2id


def to_the_list(folder: Path) -> tuple[float, float]:
    """Seconds from the derived key to the list, and those of locking."""
    with watched() as watch:
        opened = crowd.open_vault(folder)
        try:
            rows = recording.list_incidents(opened)
            recording.counts(opened)
            seconds = time.perf_counter() - watch.ended
            assert rows
        finally:
            locking = measure.timed(opened.lock)
    return seconds, locking


def main() -> None:
    asked = measure.options(__doc__ or "", runs=11, more=more)
    medians = {}
    for incidents in asked.incidents:
        with scene.folder(asked.folder) as place, crowd.crowded(place, incidents, asked.keep) as folder:
            to_the_list(folder)
            times = [to_the_list(folder) for _ in range(asked.runs)]
        medians[incidents] = milliseconds = statistics.median(one for one, _ in times) * 1000
        print(
            f"P7 unlock to list, {incidents:,} incidents: {milliseconds:.1f} ms (bar {BAR_MS}, "
            f"{'meets' if milliseconds <= BAR_MS else 'MISSES'} it); locking "
            f"{statistics.median(one for _, one in times) * 1000:.1f} ms; median of {asked.runs}",
            flush=True,
        )
        measure.keep(f"P7.ms_{incidents}", milliseconds)
    growth = medians[max(medians)] / medians[min(medians)]
    print(
        f"P7 largest against smallest: {growth:.2f} x (bar {BAR_GROWTH}, "
        f"{'meets' if growth <= BAR_GROWTH else 'MISSES'} it)"
    )
    measure.keep("P7.growth", growth)


if __name__ == "__main__":
    main()
