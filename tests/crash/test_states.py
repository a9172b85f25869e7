"""A crash at any moment: what was acknowledged is there, and everything verifies (security.md 2, AT-06, AT-09)."""

from __future__ import annotations

from pathlib import Path

import pytest

from crash.examine import Examined, examine
from crash.oracle import LOCKED_OUT, LOST, OLD_SECRET
from crash.record import Workers
from crash.workloads import WORKLOADS, Workload
from support import figures
from support.tally import add_up

NORMAL_STATES = 20_000
LONG_STATES = 500_000
SLOT_STATES = 10_000
LONG_WRITTEN = 4
"""In the long run one state in so many is written to as well; opened and verified is each."""


def _long_states(workload: Workload) -> int:
    # The slots have few sectors: what can become of them is seen earlier than what can become of a log.
    return workload.states * (15 if workload.slots else 35)


def _counted(workload: Workload, examined: Examined, *, run: str = "") -> dict[str, int]:
    found = examined.verdicts
    counted = {
        f"AT-06.{run}states": examined.states,
        f"AT-06.{run}corrupt": examined.failed - found[LOST],
        f"AT-06.{run}lost": found[LOST],
        f"AT-06.{run}workloads": 1,
    }
    if workload.slots:
        counted |= {
            f"AT-09.{run}states": examined.states,
            f"AT-09.{run}locked_out": found[LOCKED_OUT],
            f"AT-09.{run}old_secret": found[OLD_SECRET],
        }
    return counted


def _require_whole(examined: Examined) -> None:
    assert not examined.failed, "\n".join([str(dict(examined.verdicts)), *examined.bad])
    # What "none" and "prefix" leave is often what a kill a moment earlier left, and counted as that.
    assert {*examined.kinds} >= {"kill", "subset", "torn", "garbage"}, "a kind of crash never happened"


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
@pytest.mark.claim("C-DUR-01")
@pytest.mark.claim("C-KEY-03")
def test_crash_states(
    workload: Workload, workers: Workers, shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After a crash at any operation, in any of six ways, every acknowledged save is there and nothing is damaged."""
    examined = examine(workload, workers, shop, wanted=workload.states, seed=workload.name)
    add_up(tmp_path_factory, workload.name, _counted(workload, examined))
    _require_whole(examined)
    assert examined.states == workload.states, "there are fewer states than there should be"


@pytest.mark.slow
@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=WORKLOADS.keys())
def test_many_crash_states(workload: Workload, workers: Workers, shop: Path) -> None:
    """As above, with other dice, for as many states as a release needs."""
    examined = examine(
        workload,
        workers,
        shop,
        wanted=_long_states(workload),
        seed=f"{workload.name} slow",
        written=LONG_WRITTEN,
    )
    figures.record_part(workload.name, _counted(workload, examined, run="long."))
    _require_whole(examined)


def test_there_are_enough_states() -> None:
    """The workloads together ask for as many states as the threat model says."""
    assert sum(workload.states for workload in WORKLOADS.values()) >= NORMAL_STATES
    assert sum(map(_long_states, WORKLOADS.values())) >= LONG_STATES
    assert sum(workload.states for workload in WORKLOADS.values() if workload.slots) >= SLOT_STATES
