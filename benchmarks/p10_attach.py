"""P10: attach one file: hash it, encrypt it, store it durably, and make the other volume's area as large.

The peer hashes with ``sha512sum`` and copies with ``cp`` and fsync; it writes the bytes once. Each attaching
is to an area with no room, so that both areas grow; a second figure is with the room made in advance.
"""

from __future__ import annotations

from pathlib import Path

import crowd
import measure
import scene
from fieldlog.field import recording
from fieldlog.field.vault import OpenVault

BAR = 2.0
"""Half the speed is twice the time."""


def attach(opened: OpenVault, code: str, path: Path) -> str:
    return recording.attach(opened, code, path).code


def main() -> None:
    asked = measure.options(__doc__ or "")
    with scene.folder(asked.folder) as place:
        places, _card = scene.make_empty(place)
        (path,) = scene.random_files(place / "files", count=1, mib=asked.mib)
        copy = place / "copy.bin"

        def peer() -> None:
            copy.unlink(missing_ok=True)
            measure.shell(f"sha512sum {path} && cp {path} {copy} && sync {copy}")

        with crowd.open_vault(places.vault) as opened:
            code = recording.save(opened, None, scene.CAPTURE, ready=True)
            held: list[str] = []
            measure.in_turn(
                f"P10 attach {asked.mib} MiB, both areas growing, against sha512sum and cp with fsync",
                ours=lambda: held.append(attach(opened, code, path)), peer=peer, bar=BAR, runs=asked.runs,
                key="P10.ratio",
            )  # fmt: skip

            def reused() -> None:
                # The units of the one taken off are the room of the next.
                recording.detach(opened, code, held.pop())
                held.append(attach(opened, code, path))

            measure.in_turn(
                f"P10 attach {asked.mib} MiB into room that is there",
                ours=reused, peer=peer, bar=BAR, runs=asked.runs, key="P10.ratio_in_room",
            )  # fmt: skip


if __name__ == "__main__":
    main()
