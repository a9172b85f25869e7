"""Progress over parts that take very different times."""

from __future__ import annotations

import pytest

from fieldlog import errors
from fieldlog.store.vault.pace import Pace


def test_it_only_goes_on_and_ends_at_the_end() -> None:
    """More than was expected, and less, give no percents beyond 100 and none that go back."""
    seen: list[tuple[int, int]] = []
    pace = Pace(lambda *told: seen.append(told))
    pace.expect(1000)
    pace.expect(-5)
    assert list(pace.each(range(200), cost=3)) == list(range(200))
    pace.step()
    pace.step(10_000)
    pace.end()
    assert seen == [(192, 1000), (384, 1000), (576, 1000), (576, 1000), (1000, 1000), (1000, 1000)]


def test_nothing_to_do_is_done() -> None:
    """Somebody who waits sees the end all the same; nobody who waits is no error."""
    seen: list[tuple[int, int]] = []
    pace = Pace(lambda *told: seen.append(told))
    pace.step()
    assert not seen
    pace.end()
    assert seen == [(1, 1)]
    Pace(None).end()


def test_what_progress_raises_ends_the_rows() -> None:
    """In the middle, and the rows are closed."""

    def stop(_done: int, _total: int) -> None:
        raise errors.Cancelled

    pace = Pace(stop)
    pace.expect(1)
    taken: list[int] = []
    with pytest.raises(errors.Cancelled):
        taken.extend(pace.each(range(1000), cost=1))
    assert taken == list(range(64))
