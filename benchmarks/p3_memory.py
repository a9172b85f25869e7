"""P3: peak memory of sealing and of opening, in processes of their own, at two sizes.

Not a ratio: MiB of resident memory, against the bar of 120 MiB. The vault's Argon2id is made small
(64 MiB) because its memory is a choice of the vault, not a cost of sealing.
"""

from __future__ import annotations

import sys

import measure
import scene

BAR_MIB = 120
SECRET = " ".join(scene.WORDS).encode()


def one(label: str, command: list[str]) -> None:
    seconds, peak = measure.run_quietly(command, secret=SECRET)
    verdict = "meets" if peak <= BAR_MIB else "MISSES"
    print(f"P3 {label}: {peak:.0f} MiB at most (bar {BAR_MIB}, {verdict} it); {seconds:.1f} s", flush=True)


def at(mib: int, folder: str | None) -> None:
    program = [sys.executable, "-I", "-m", "fieldlog"]
    with scene.folder(folder) as place:
        files = scene.random_files(place / "files", count=8, mib=mib)
        places, code, _card = scene.make(place, [])
        for path in files:
            one(f"attach {mib // 8} MiB", [*program, "--vault", str(places.vault), "--passphrase-fd", "3",
                                           "attach", code, str(path)])  # fmt: skip
            path.unlink()
        one(f"seal {mib} MiB", [*program, "--vault", str(places.vault), "--passphrase-fd", "3",
                                "seal", code, "--for", "Made up", "--to", str(place)])  # fmt: skip
        bundle = next(place.glob("*.age"))
        one(f"open {mib} MiB", [sys.executable, "-I", "-c", DESK, "--register", str(places.register),
                                "--passphrase-fd", "3", "open", str(bundle)])  # fmt: skip


DESK = "import sys; from fieldlog.__main__ import desk_main; sys.exit(desk_main())"


def main() -> None:
    asked = measure.options(__doc__ or "")
    at(asked.mib, asked.folder)
    at(asked.mib * 8, asked.folder)


if __name__ == "__main__":
    main()
