"""P1: seal one incident with 1 GiB in 8 files to one hybrid recipient.

Peers on the same disk: ``tar c FILES | age -r RECIPIENT`` (X25519: Debian's age knows no hybrid), as it
is and with its output synced as ours is; and copying the same bytes with fsync.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import measure
import scene
from fieldlog.field import sealing, vault
from fieldlog.system.clock import SystemClock


def copy_synced(files: list[Path], target: Path) -> None:
    """``cp`` with fsync, in one process."""
    target.mkdir(exist_ok=True)
    for path in files:
        shutil.copyfile(path, target / path.name)
        descriptor = os.open(target / path.name, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def main() -> None:
    asked = measure.options(__doc__ or "")
    with scene.folder(asked.folder) as place:
        files = scene.random_files(place / "files", count=8, mib=asked.mib)
        places, code, card = scene.make(place, files)
        made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        recipient = re.search(r"age1[0-9a-z]+", made)
        assert recipient is not None
        out = place / "out"
        out.mkdir()
        with vault.unlock(
            folder=places.vault, passphrase=vault.secret_of(scene.WORDS), clock=SystemClock()
        ) as opened:

            def ours() -> None:
                planned = sealing.plan(opened, [code], [card])
                sealing.seal(opened, planned, out).path.unlink()

            tar = f"tar -C {place}/files -c . | age -r {recipient[0]} > {out}/peer.age"
            measure.in_turn(
                f"P1 seal {asked.mib} MiB, against tar | age -r",
                ours=ours, peer=lambda: measure.shell(f"{tar}; rm {out}/peer.age"), bar=0.75, runs=asked.runs,
            )  # fmt: skip
            measure.in_turn(
                f"P1 seal {asked.mib} MiB, against tar | age -r, synced",
                ours=ours, peer=lambda: measure.shell(f"{tar}; sync {out}/peer.age; rm {out}/peer.age"),
                bar=0.75, runs=asked.runs,
            )  # fmt: skip
            measure.in_turn(
                f"P1 seal {asked.mib} MiB, against copying with fsync",
                ours=ours, peer=lambda: copy_synced(files, place / "copy"), bar=1.5, runs=asked.runs,
            )  # fmt: skip


if __name__ == "__main__":
    main()
