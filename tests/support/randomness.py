"""Statistics of bytes that should look random: chi squared per block, and Kolmogorov-Smirnov over the blocks.

Written with the standard library only; the p values are the usual approximations (Wilson and Hilferty for
chi squared, the asymptotic series for Kolmogorov-Smirnov), good enough to tell a pattern from none.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence

BLOCK_BYTES = 4096
_DEGREES = 255


def chi_squared_p(block: bytes) -> float:
    """How probable a distribution of byte values at least as uneven as this one is."""
    expected = len(block) / 256
    counts = Counter(block)
    chi = sum((counts.get(value, 0) - expected) ** 2 for value in range(256)) / expected
    spread = 2 / (9 * _DEGREES)
    deviation = ((chi / _DEGREES) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


def set_bits_p(block: bytes) -> float:
    """Likewise for the number of bits that are set."""
    bits = len(block) * 8
    deviation = (int.from_bytes(block, "big").bit_count() - bits / 2) / math.sqrt(bits / 4)
    return 0.5 * math.erfc(deviation / math.sqrt(2))


def serial_p(block: bytes) -> float:
    """Likewise for the products of neighbouring bytes: a pattern of neighbours shows here."""
    centred = [value - 127.5 for value in block]
    total = sum(left * right for left, right in itertools.pairwise(centred))
    variance = (256**2 - 1) / 12
    return 0.5 * math.erfc(total / (variance * math.sqrt(len(block) - 1)) / math.sqrt(2))


def uniform_p(values: Sequence[float]) -> float:
    """Kolmogorov-Smirnov: how probable values at least as far from uniform between 0 and 1 are."""
    ordered, count = sorted(values), len(values)
    distance = max(
        max((place + 1) / count - value, value - place / count) for place, value in enumerate(ordered)
    )
    return _kolmogorov((math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count)) * distance)


def same_p(first: Sequence[float], second: Sequence[float]) -> float:
    """Kolmogorov-Smirnov of two samples: how probable it is that they differ at least as much by chance."""
    left, right = sorted(first), sorted(second)
    distance, at, by = 0.0, 0, 0
    while at < len(left) and by < len(right):
        value = min(left[at], right[by])
        while at < len(left) and left[at] <= value:
            at += 1
        while by < len(right) and right[by] <= value:
            by += 1
        distance = max(distance, abs(at / len(left) - by / len(right)))
    size = math.sqrt(len(left) * len(right) / (len(left) + len(right)))
    return _kolmogorov((size + 0.12 + 0.11 / size) * distance)


def _kolmogorov(value: float) -> float:
    if value < 0.2:
        return 1.0
    total = sum((-1) ** (k - 1) * math.exp(-2 * (k * value) ** 2) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def blocks_of(content: bytes) -> list[bytes]:
    """Whole blocks of 4 KiB."""
    return [content[at : at + BLOCK_BYTES] for at in range(0, len(content) - BLOCK_BYTES + 1, BLOCK_BYTES)]


def constant_positions(contents: Iterable[bytes]) -> int:
    """How many byte positions have the same value in all of ``contents``, which are equally long."""
    differs, first, length = 0, 0, 0
    for number, content in enumerate(contents):
        value = int.from_bytes(content, "little")
        if number == 0:
            first, length = value, len(content)
        differs |= first ^ value
    return differs.to_bytes(length, "little").count(0)


def constant_runs(content: bytes, *, length: int = 64) -> int:
    """How many aligned runs of ``length`` bytes consist of one value only."""
    return sum(1 for at in range(0, len(content), length) if len(set(content[at : at + length])) == 1)
