"""Padmé size classes: a size tells at most O(log log n) bits about the true one.

Implements the function of Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
Communication with PURBs" (PETS 2019), section 4: the mantissa of a size of E bits keeps log2(E)+1
bits and the rest is rounded up, so the overhead is at most 12 % and falls as sizes grow.
Cited by ``docs/formats/bundle.md`` section 4.
"""

from __future__ import annotations


def padded_size(size: int) -> int:
    """The smallest Padmé size class that holds ``size`` bytes.

    The function is idempotent and never decreases, which the search for the padding relies on.
    """
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    kept_bits = exponent.bit_length()
    mask = (1 << (exponent - kept_bits)) - 1 if exponent > kept_bits else 0
    return (size + mask) & ~mask
