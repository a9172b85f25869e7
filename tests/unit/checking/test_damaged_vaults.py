"""Randomly damaged vaults: ``check`` notices, ``recover`` never returns anything wrong and names what is lost."""

import multiprocessing
import os
from pathlib import Path

import pytest

from support import damaged_runs, figures
from support.damaged import Sample
from support.tally import add_up

USUAL = 300
MANY = 10_000
CHUNK = 50
"""Vaults of one test, or of one process: small enough to share the work."""


@pytest.mark.claim("C-BAK-02")
@pytest.mark.parametrize("first", range(0, USUAL, CHUNK))
def test_damaged_vaults(
    samples: tuple[Sample, Sample], tmp_path: Path, first: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is damaged is noticed; what is recovered was once written; what is lost is named."""
    outcome = damaged_runs.run(samples, tmp_path, range(first, first + CHUNK))
    counted = {
        "recover.vaults": outcome.vaults,
        "recover.wrong": len(outcome.wrong),
        "recover.unreported": len(outcome.unreported),
    }
    add_up(tmp_path_factory, f"damaged from {first}", counted)
    assert outcome.wrong == []
    assert outcome.unreported == []


@pytest.mark.slow
def test_ten_thousand_damaged_vaults() -> None:
    """As above, for ten thousand, on all processors."""
    chunks = [range(first, first + CHUNK) for first in range(0, MANY, CHUNK)]
    whole = damaged_runs.Outcome()
    # Fresh processes: a fork would take the threads of this one along.
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=10) as pool:
        for outcome in pool.imap_unordered(damaged_runs.run_apart, chunks):
            whole.add(outcome)
    figures.record("recover.many.vaults", whole.vaults)
    figures.record("recover.many.wrong", len(whole.wrong))
    figures.record("recover.many.unreported", len(whole.unreported))
    assert whole.wrong == []
    assert whole.unreported == []
