"""``kill -9`` at every call that touches the disk: all comes back, and no other file lies there (AT-07, AT-13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from crash.oracle import STRANGE, WHOLE, Verdict
from crash.points import Point, Rehearsed, spread
from crash.record import Prepared, Workers
from crash.workloads import WORKLOADS, Workload
from support.tally import add_up

SAMPLE = 24
"""Points of each workload in the normal suite; all of them with --slow."""

REACHED = 0.9


def _kill_at(points: list[Point], rehearsed: Rehearsed) -> dict[Point, Verdict]:
    verdicts = {}
    for number, point in enumerate(points):
        with rehearsed.performed(point, "signal=KILL:when={when}") as (run, ran):
            verdict = rehearsed.judged(run, turn=number)
            if ran.killed:
                verdicts[point] = verdict
            else:
                # Which thread loads a module differs between runs, and so may the number of its calls.
                assert (ran.outcome, verdict.verdict) == ("done", WHOLE), f"{point}: {ran.outcome} {verdict}"
    assert len(verdicts) > len(points) * REACHED, "too few of the points were reached"
    return verdicts


def _require_recovered(
    workload: Workload, verdicts: dict[Point, Verdict], factory: pytest.TempPathFactory, *, run: str = ""
) -> None:
    found = [verdict.verdict for verdict in verdicts.values()]
    counted = {
        f"AT-07.{run}points": len(found),
        f"AT-07.{run}recovered": found.count(WHOLE),
        f"AT-13.{run}points": len(found),
        f"AT-13.{run}other_files": found.count(STRANGE),
    }
    add_up(factory, workload.name, counted)
    assert {point: verdict for point, verdict in verdicts.items() if verdict.verdict != WHOLE} == {}


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
@pytest.mark.claim("C-DUR-01")
def test_killed(
    workload: Workload, workers: Workers, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A process that is killed at one of many moments loses nothing that was acknowledged, and leaves no other file."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    verdicts = _kill_at(spread(rehearsed.points, SAMPLE), rehearsed)
    _require_recovered(workload, verdicts, tmp_path_factory)


@pytest.mark.slow
@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
def test_killed_at_every_call(
    workload: Workload, workers: Workers, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As above, at every single call that opens, writes, syncs, names or removes."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    _require_recovered(workload, _kill_at(rehearsed.points, rehearsed), tmp_path_factory, run="every.")
