"""P2: open a 1 GiB bundle and verify everything, nothing extracted.

Peer: ``age -d BUNDLE | sha512sum``. Debian's age opens no hybrid file, so it gets the same payload sealed
to X25519.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import measure
import scene
from fieldlog.desk import intake, keys
from fieldlog.field import sealing, vault
from fieldlog.formats import age
from fieldlog.system.clock import SystemClock


def seal(places: scene.Places, code: str, card: str, out: Path) -> Path:
    """The bundle."""
    with vault.unlock(
        folder=places.vault, passphrase=vault.secret_of(scene.WORDS), clock=SystemClock()
    ) as opened:
        return sealing.seal(opened, sealing.plan(opened, [code], [card]), out).path


def main() -> None:
    asked = measure.options(__doc__ or "")
    with scene.folder(asked.folder) as place:
        files = scene.random_files(place / "files", count=8, mib=asked.mib)
        places, code, card = scene.make(place, files)
        bundle = seal(places, code, card, place)
        made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        (place / "key").write_text(made)
        recipient = re.search(r"age1[0-9a-z]+", made)
        assert recipient is not None
        classic = place / "classic"
        with keys.unlock_register(
            folder=places.register, typed=" ".join(scene.WORDS), clock=SystemClock()
        ) as register:
            with bundle.open("rb") as source, classic.open("wb") as target:
                sealer = subprocess.Popen(["age", "-r", recipient[0]], stdin=subprocess.PIPE, stdout=target)
                assert sealer.stdin is not None
                reader = age.open_seekable(source, register.opening)
                while chunk := reader.read(1 << 20):
                    sealer.stdin.write(chunk)
                sealer.stdin.close()
                assert sealer.wait() == 0
            measure.in_turn(
                f"P2 open and verify {asked.mib} MiB, against age -d | sha512sum",
                ours=lambda: intake.open_bundle(register, bundle),
                peer=lambda: measure.shell(f"age -d -i {place}/key {classic} | sha512sum"),
                bar=1.0, runs=asked.runs,
            )  # fmt: skip


if __name__ == "__main__":
    main()
