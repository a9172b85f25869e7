import pytest

from fieldlog.formats.padme import padded_size


@pytest.mark.parametrize(
    ("size", "padded"),
    [(0, 0), (1, 1), (2, 2), (3, 3), (8, 8), (9, 10), (16, 16), (17, 18), (100, 104), (1 << 20, 1 << 20)],
)
def test_small_classes(size: int, padded: int):
    """The first size classes are those of the paper."""
    assert padded_size(size) == padded


def test_every_size_up_to_100000_is_held_by_its_class_at_little_cost():
    """A class is never smaller than the size, at most 12 % larger, its own class, and in order."""
    before = 0
    for size in range(100_000):
        padded = padded_size(size)
        assert size <= padded <= size * 1.12
        assert padded_size(padded) == padded
        assert padded >= before
        before = padded


@pytest.mark.parametrize("exponent", [30, 32, 33, 40, 46])
def test_large_sizes(exponent: int):
    """Around powers of two the class is the power itself or costs under 4 %."""
    power = 1 << exponent
    assert padded_size(power) == power
    assert padded_size(power - 1) == power
    assert power < padded_size(power + 1) <= power * 1.04
