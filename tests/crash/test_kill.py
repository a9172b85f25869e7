"""``kill -9`` at every call that touches the disk: all comes back, and no other file lies there (AT-07, AT-13)."""

from __future__ import annotations

from pathlib import Path

import pytest

from crash.oracle import STRANGE, WHOLE, Verdict
from crash.points import Point, Rehearsed, spread
from crash.record import Prepared, Workers
from crash.workloads import WORKLOADS, Workload
from support import figures
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


def _counted(verdicts: dict[Point, Verdict], *, run: str = "") -> dict[str, int]:
    found = [verdict.verdict for verdict in verdicts.values()]
    return {
        f"AT-07.{run}points": len(found),
        f"AT-07.{run}recovered": found.count(WHOLE),
        f"AT-13.{run}points": len(found),
        f"AT-13.{run}other_files": found.count(STRANGE),
    }


def _require_recovered(verdicts: dict[Point, Verdict]) -> None:
    assert {point: verdict for point, verdict in verdicts.items() if verdict.verdict != WHOLE} == {}


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
@pytest.mark.claim("C-DUR-01")
def test_killed(
    workload: Workload, workers: Workers, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A process that is killed at one of many moments loses nothing that was acknowledged, and leaves no other file."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    verdicts = _kill_at(spread(rehearsed.points, SAMPLE), rehearsed)
    add_up(tmp_path_factory, workload.name, _counted(verdicts))
    _require_recovered(verdicts)


@pytest.mark.slow
@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
def test_killed_at_every_call(workload: Workload, workers: Workers, shop: Path) -> None:
    """As above, at every single call that opens, writes, syncs, names or removes."""
    rehearsed = Rehearsed(Prepared(workload, shop / workload.name), workers)
    verdicts = _kill_at(rehearsed.points, rehearsed)
    figures.record_part(workload.name, _counted(verdicts, run="every."))
    _require_recovered(verdicts)
