"""P3: peak memory of sealing and of opening, in processes of their own, at two sizes.

Not a ratio: MiB of resident memory, against the bar of 120 MiB. The vault's Argon2id is made small
(64 MiB) because its memory is a choice of the vault, not a cost of sealing.
"""

from __future__ import annotations

import measure
import scene

BAR_MIB = 120
SECRET = " ".join(scene.WORDS).encode()


def one(label: str, entry: str, arguments: list[str]) -> None:
    """Run once and print the peak."""
    seconds, peak = measure.run_quietly(entry, arguments, secret=SECRET)
    verdict = "meets" if peak <= BAR_MIB else "MISSES"
    print(f"P3 {label}: {peak:.0f} MiB at most (bar {BAR_MIB}, {verdict} it); {seconds:.1f} s", flush=True)


def at(mib: int, folder: str | None) -> None:
    """Attach, seal and open ``mib`` MiB in 8 files."""
    with scene.folder(folder) as place:
        places, code, _card = scene.make(place, [])
        vault = ["--vault", str(places.vault)]
        for path in scene.random_files(place / "files", count=8, mib=mib):
            one(f"attach {mib // 8} MiB", "main", [*vault, "attach", code, str(path)])
            path.unlink()
        one(f"seal {mib} MiB", "main", [*vault, "seal", code, "--for", "Made up", "--to", str(place)])
        bundle = next(place.glob("*.age"))
        one(f"open {mib} MiB", "desk_main", ["--register", str(places.register), "open", str(bundle)])


def main() -> None:
    asked = measure.options(__doc__ or "")
    at(asked.mib, asked.folder)
    at(asked.mib * 8, asked.folder)


if __name__ == "__main__":
    main()
