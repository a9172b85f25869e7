from datetime import UTC, datetime, timedelta, timezone

import pytest

from fieldlog.system.clock import FixedClock, SystemClock


def test_the_system_clock_is_aware_and_in_utc():
    """Nobody has to guess the zone."""
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_fixed_clock_stands_still_until_moved():
    """A test sees the same moment each time, and moves it itself."""
    clock = FixedClock(datetime(2026, 3, 2, 15, tzinfo=timezone(timedelta(hours=5))))
    assert clock.now() == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert clock.monotonic() == 0
    clock.move_on(seconds=90)
    assert clock.now() == datetime(2026, 3, 2, 10, 1, 30, tzinfo=UTC)
    assert clock.monotonic() == 90


def test_a_moment_without_a_zone_is_refused():
    """A mistake of the caller is found at once."""
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2026, 3, 2))  # noqa: DTZ001
