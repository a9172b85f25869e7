"""P9: ten times the attachments costs at most 10.5 times the sealing; list and search stay as they are."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path

import crowd
import measure
import scene
from fieldlog.field import recording, sealing, trust
from fieldlog.field.vault import OpenVault
from fieldlog.formats.check_code import check_code

BAR_SEALING = 10.5
BAR_FLAT = 1.2
"""Above 1 for the noise of two short times."""


def more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--files", type=int, default=8, help="attachments of the small incident")


def with_files(opened: OpenVault, paths: list[Path]) -> str:
    """An incident that holds these files."""
    code = recording.save(opened, None, scene.CAPTURE, ready=True)
    for path in paths:
        recording.attach(opened, code, path)
    return code


def medians(runs: int, *works: Callable[[], object]) -> list[float]:
    """Seconds of each, run in turn."""
    for work in works:
        work()
    turns = [[measure.timed(work) for work in works] for _ in range(runs)]
    return [statistics.median(times) for times in zip(*turns, strict=True)]


def report(name: str, ratio: float, bar: float, key: str) -> None:
    verdict = "meets" if ratio <= bar else "MISSES"
    print(f"{name}: {ratio:.2f} x (bar {bar}, {verdict} it)", flush=True)
    measure.keep(key, ratio)


def main() -> None:
    asked = measure.options(__doc__ or "", more=more)
    mib = max(asked.files, asked.mib // 10)
    with scene.folder(asked.folder) as place:
        places, card = scene.make_empty(place)
        few = scene.random_files(place / "few", count=asked.files, mib=mib)
        many = scene.random_files(place / "many", count=asked.files * 10, mib=mib * 10)
        out = place / "out"
        out.mkdir()
        with crowd.open_vault(places.vault) as opened:
            card_id = trust.pin(opened, card).known.card_id
            trust.check(opened, card_id, check_code(card.root_key))

            def seal(code: str) -> Callable[[], object]:
                def sealed() -> None:
                    sealing.seal(opened, sealing.plan(opened, [code], [card_id]), out).path.unlink()

                return sealed

            def listing() -> object:
                return [recording.list_incidents(opened) for _ in range(200)]

            def searching() -> object:
                return [recording.list_incidents(opened, query="фонт") for _ in range(200)]

            small = with_files(opened, few)
            listed, searched = medians(asked.runs, listing, searching)
            large = with_files(opened, many)
            recording.move_to_bin(opened, large)
            listed_after, searched_after = medians(asked.runs, listing, searching)
            recording.restore_from_bin(opened, large)
            one, ten = medians(asked.runs, seal(small), seal(large))
    report(f"P9 sealing {mib * 10} MiB against {mib} MiB", ten / one, BAR_SEALING, "P9.sealing")
    report("P9 list with eleven times the attachments", listed_after / listed, BAR_FLAT, "P9.list")
    report("P9 search likewise", searched_after / searched, BAR_FLAT, "P9.search")


if __name__ == "__main__":
    main()
