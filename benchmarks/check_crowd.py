"""`check` and `recover` of a vault of 100,000 incidents, against reading the same bytes with sha512sum.

The peer does the least that anybody has to do who wants to know that no byte went bad. Ours decrypts every
page, follows every chain, rebuilds what it reads and compares it with what is kept; `recover` writes all of
it into a fresh vault. No bar: what is asked for is that a person can wait for it, and sees how far it is.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

import crowd
import measure
import scene
from fieldlog.field import checking, recovering, vault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.system.clock import SystemClock


def more(parser: argparse.ArgumentParser) -> None:
    crowd.add_options(parser)
    parser.add_argument("--incidents", type=int, default=100_000)


class Told:
    """Counts how often somebody who waits sees something new, in whole percents."""

    def __init__(self) -> None:
        self.percents: set[int] = set()

    def __call__(self, done: int, total: int) -> None:
        self.percents.add(100 if done >= total else done * 100 // total)


def check(folder: Path) -> Told:
    told = Told()
    report = checking.check(folder=folder, passphrase=vault.secret_of(scene.WORDS), progress=told)
    assert report.is_clean, report.findings
    return told


def recover(folder: Path, into: Path) -> Told:
    told = Told()
    with recovering.opened(folder=folder, passphrase=vault.secret_of(scene.WORDS)) as damaged:
        recovered = recovering.recover(
            damaged,
            into=into,
            passphrase=vault.secret_of(vault.propose_passphrase("en")),
            recovery=vault.secret_of(vault.propose_recovery("en")),
            clock=SystemClock(),
            profile=CHEAPEST_FOR_TESTS,
            progress=told,
        )
    assert recovered.is_whole, recovered.findings
    return told


def main() -> None:
    asked = measure.options(__doc__ or "", runs=1, more=more)
    with (
        scene.folder(asked.folder) as place,
        crowd.crowded(place, asked.incidents, asked.keep) as folder,
    ):
        files = sorted(str(path) for path in folder.iterdir())

        def peer() -> None:
            subprocess.run(["sha512sum", *files], check=True, stdout=subprocess.DEVNULL)

        peer()
        reading = measure.timed(peer)
        told: list[Told] = []
        for name, work in (
            ("check", lambda: told.append(check(folder))),
            ("recover", lambda: told.append(recover(folder, place / "recovered"))),
        ):
            seconds = measure.timed(work)
            print(
                f"{name} of {asked.incidents:,} incidents: {seconds / reading:.1f} x sha512sum of its files; "
                f"ours {seconds:.1f} s, peer {reading:.2f} s; {len(told[-1].percents)} percents were told",
                flush=True,
            )
            measure.keep(f"scale.{name}", seconds / reading)


if __name__ == "__main__":
    main()
