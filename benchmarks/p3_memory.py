"""P3: peak memory of attaching, sealing and opening, in processes of their own, at 1 GiB (--large: and 8).

Not a ratio: MiB of resident memory, against the bar of 120 MiB. The vault's Argon2id is made small
(64 MiB) because its memory is a choice of the vault, not a cost of sealing.
"""

from __future__ import annotations

import argparse

import measure
import scene

BAR_MIB = 120
SECRET = " ".join(scene.WORDS).encode()


def more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--large",
        action="store_true",
        help="eight times the size as well, which needs 50 GiB free",
    )


def one(label: str, entry: str, arguments: list[str]) -> float:
    """Run once, print the peak and return it."""
    seconds, peak = measure.run_quietly(entry, arguments, secret=SECRET)
    verdict = "meets" if peak <= BAR_MIB else "MISSES"
    print(f"P3 {label}: {peak:.0f} MiB at most (bar {BAR_MIB}, {verdict} it); {seconds:.1f} s", flush=True)
    return peak


def at(mib: int, folder: str | None) -> dict[str, float]:
    """Attach, seal and open ``mib`` MiB in 8 files; the peaks."""
    with scene.folder(folder) as place:
        places, code, _card = scene.make(place, [])
        vault, register = ["--vault", str(places.vault)], ["--register", str(places.register)]
        attaching = []
        for number in range(8):
            (path,) = scene.random_files(place / f"files{number}", count=1, mib=mib // 8)
            attaching.append(one(f"attach {mib // 8} MiB", "main", [*vault, "attach", code, str(path)]))
            path.unlink()
        sealing = one(
            f"seal {mib} MiB", "main", [*vault, "seal", code, "--for", "Made up", "--to", str(place)]
        )
        bundle = next(place.glob("*.age"))
        opening = one(f"open {mib} MiB", "desk_main", [*register, "open", str(bundle)])
    return {"attach": max(attaching), "seal": sealing, "open": opening}


def main() -> None:
    asked = measure.options(__doc__ or "", more=more)
    for mib in (asked.mib, asked.mib * 8) if asked.large else (asked.mib,):
        for work, peak in at(mib, asked.folder).items():
            measure.keep(f"P3.{work}_{mib}_mib", peak)


if __name__ == "__main__":
    main()
