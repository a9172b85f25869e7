"""The reporter's settings: they live inside the vault, because a language alone says something.

Before unlock there is no vault: the faces take the language of the system, and F8 changes it.
"""

from __future__ import annotations

from typing import Final

from fieldlog.errors import UsageError
from fieldlog.field.vault import OpenVault

NAMES: Final = frozenset({"language", "theme"})


def get(vault: OpenVault, name: str) -> str:
    """What is set for ``"language"`` or ``"theme"``; empty when nothing is.

    Raises:
        UsageError: ``unknown-setting``.
    """
    return vault.store.settings.get(_known(name))


def set(  # noqa: A001 - read as settings.set
    vault: OpenVault, name: str, value: str
) -> None:
    """Set ``name``, durably.

    Raises:
        UsageError: ``unknown-setting``.
    """
    vault.store.settings.set(_known(name), value)


def _known(name: str) -> str:
    if name not in NAMES:
        raise UsageError("unknown-setting")
    return name
