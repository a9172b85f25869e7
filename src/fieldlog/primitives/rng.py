"""Randomness, from the operating system only (``secrets``, that is ``getrandom``)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TypeVar

from fieldlog.errors import UsageError
from fieldlog.primitives.secret import Secret

_Item = TypeVar("_Item")


def random_bytes(count: int) -> bytes:
    """Return ``count`` random bytes, for nonces, salts and padding."""
    return secrets.token_bytes(count)


def random_secret(count: int) -> Secret:
    """Return ``count`` random bytes as a secret, for keys."""
    return Secret(secrets.token_bytes(count))


def randbelow(bound: int) -> int:
    """Return a uniform integer in ``range(bound)``.

    Raises:
        UsageError: ``bound`` is not positive.
    """
    if bound < 1:
        raise UsageError("random-bound")
    return secrets.randbelow(bound)


def choose(items: Sequence[_Item]) -> _Item:
    """Return one item, each with the same probability.

    Raises:
        UsageError: there is nothing to choose from.
    """
    return items[randbelow(len(items))]
