"""Recording one workload, and opening every crash state of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from crash.oracle import WHOLE, Care, judge
from crash.record import Prepared, Workers
from crash.stage import Stage
from crash.states import crash_states
from crash.workloads import Place, Workload

_THOROUGH = 20
"""Every twentieth state is looked at thoroughly."""
_SHOWN = 5


def care_of(turn: int, *, written: int) -> Care:
    """How closely state number ``turn`` is looked at, when one in ``written`` is written to."""
    if turn % _THOROUGH == 0:
        return Care.THOROUGH
    return Care.WRITTEN if turn % written == 0 else Care.OPENED


@dataclass(slots=True)
class Examined:
    """How many states there were, of which kinds, and what came out; the first bad ones in words."""

    states: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """States that are not whole."""
        return self.states - self.verdicts[WHOLE]


def examine(
    workload: Workload,
    workers: Workers,
    shop: Path,
    *,
    wanted: int,
    seed: str,
    twist: str = "",
    written: int = 1,
) -> Examined:
    """Record ``workload``, with its writing spoiled by ``twist`` if that is given, and judge its crash states.

    One in ``written`` of them is written to after it was opened.
    """
    prepared = Prepared(workload, shop / workload.name)
    examined = Examined()
    with prepared.run() as run:
        ran = workers.perform(run, twist=twist)
        assert ran.outcome == "done", ran.outcome
        replay = run.replay()
        replay.require_complete(run.place.root)
        expected = run.expected()
        stage = Stage(shop / "stage")
        place = Place(stage.root, prepared.inputs)
        for state in crash_states(replay, wanted=wanted, seed=seed):
            stage.lay(state)
            turn = examined.states
            care = care_of(turn, written=written)
            verdict = judge(place, expected, state.acknowledged, turn=turn, care=care)
            examined.states += 1
            examined.kinds[state.kind] += 1
            examined.verdicts[verdict.verdict] += 1
            if verdict.verdict != WHOLE and len(examined.bad) < _SHOWN:
                examined.bad.append(f"{state.kind} at step {state.step} ({state.after}): {verdict}")
    return examined
