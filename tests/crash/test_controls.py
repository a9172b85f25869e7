"""Ways of writing that lose data, each of which the crash tests must catch: else what they find proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crash.examine import examine
from crash.oracle import CORRUPT, LOCKED_OUT, LOST, OLD_SECRET
from crash.record import Workers
from crash.workloads import WORKLOADS
from support import figures

STATES = 300


@pytest.mark.parametrize(
    ("twist", "workload", "caught_as"),
    [
        ("no journal", "save", {CORRUPT}),
        ("synchronous normal", "save", {LOST}),
        ("rename without sync", "change and lock", {CORRUPT, LOCKED_OUT}),
        # The database knows the slots that were replaced, and says so.
        ("folder not synced", "change and lock", {CORRUPT, OLD_SECRET}),
    ],
    ids=["no-journal", "synchronous-normal", "rename-without-sync", "folder-not-synced"],
)
def test_weak_writing_is_caught(
    twist: str, workload: str, caught_as: set[str], workers: Workers, shop: Path
) -> None:
    """A vault written in a way that is known to be weak does not pass."""
    examined = examine(WORKLOADS[workload], workers, shop, wanted=STATES, seed=twist, twist=twist)
    caught = sum(examined.verdicts[verdict] for verdict in caught_as)
    figures.record(f"AT-06.control.{twist.replace(' ', '_')}", f"{caught} of {examined.states}")
    assert caught, dict(examined.verdicts)
