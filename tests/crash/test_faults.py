"""A disk that is full or broken at any write and sync: an explained refusal, and nothing is damaged (AT-08)."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from crash.oracle import WHOLE
from crash.points import WRITES, Point, Rehearsed, spread
from crash.record import Prepared, Workers
from crash.workloads import WORKLOADS, Workload
from support import figures
from support.tally import add_up

SAMPLE = 24
"""Points of each workload in the normal suite; with --slow all of them, each with every fault."""

FAULTS = tuple(
    f"error={error}:when={{when}}{lasting}"
    for error, lasting in itertools.product(("ENOSPC", "EIO"), ("", "+"))
)
"""Once, and from then on."""


def _refuse_at(faults: list[tuple[Point, str]], rehearsed: Rehearsed) -> dict[str, list[str]]:
    bad: dict[str, list[str]] = {"damaged": [], "unexplained": []}
    for number, (point, fault) in enumerate(faults):
        with rehearsed.performed(point, fault) as (run, ran):
            what = f"{point} {fault}: {ran.outcome}"
            if ran.killed or not (ran.outcome == "done" or ran.outcome.startswith("refused ")):
                bad["unexplained"].append(what)
            verdict = rehearsed.judged(run, turn=number)
            if verdict.verdict != WHOLE:
                bad["damaged"].append(f"{what}: {verdict}")
    return bad


def _counted(count: int, bad: dict[str, list[str]], *, run: str = "") -> dict[str, int]:
    return {
        f"AT-08.{run}faults": count,
        f"AT-08.{run}corrupt": len(bad["damaged"]),
        f"AT-08.{run}unexplained": len(bad["unexplained"]),
    }


def _require_explained(bad: dict[str, list[str]]) -> None:
    assert bad == {"damaged": [], "unexplained": []}


def _write_points(rehearsed: Rehearsed) -> list[Point]:
    return [point for point in rehearsed.points if point.name in WRITES]


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
@pytest.mark.claim("C-DUR-02")
def test_refused(
    workload: Workload, workers: Workers, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """When a write or a sync fails, the program says so in its own words, and the vault still opens with everything."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    points = spread(_write_points(rehearsed), SAMPLE)
    faults = list(zip(points, itertools.cycle(FAULTS), strict=False))
    bad = _refuse_at(faults, rehearsed)
    add_up(tmp_path_factory, workload.name, _counted(len(faults), bad))
    _require_explained(bad)


@pytest.mark.slow
@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
def test_refused_at_every_write(workload: Workload, workers: Workers, shop: Path) -> None:
    """As above, at every write and every sync, once and from then on, full and broken."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    faults = list(itertools.product(_write_points(rehearsed), FAULTS))
    bad = _refuse_at(faults, rehearsed)
    figures.record_part(workload.name, _counted(len(faults), bad, run="every."))
    _require_explained(bad)
