"""The answers of quick capture in the chosen language: codes of the vocabularies with their labels."""

from __future__ import annotations

from typing import Final

from fieldlog.i18n.labels import choices, label

_LISTS: Final = {
    "place_type": "place",
    "perpetrator": "perpetrator",
    "family": "violation_family",
    "urgency": "urgency",
    "consent": "consent",
}
"""Field of ``QuickCapture`` to its vocabulary."""

_FIRST: Final = {
    "perpetrator": ("POL", "SEC", "PRI", "ADM", "MOB", "GRP", "FAM", "PRV", "UNK"),
    "place_type": ("STRT", "HOME", "DETN", "WORK", "OFFC", "VENU", "EVNT", "ONLN", "UNKN"),
}
"""What the digits 1 to 9 choose (data-model 2.2: the top nine); the rest follows in its own order."""

_NOT_HERE: Final = {"consent": ("CX",)}
"""Withdrawing is a record of its own, not an answer of a first note."""


def answers(field: str) -> list[tuple[str, str]]:
    """Codes and labels of a field of quick capture, the most frequent first."""
    first = _FIRST.get(field, ())
    offered = [pair for pair in choices(_LISTS[field]) if pair[0] not in _NOT_HERE.get(field, ())]
    return sorted(offered, key=lambda pair: first.index(pair[0]) if pair[0] in first else len(first))


def answer(field: str, code: str) -> str:
    """The label of one code."""
    return label(_LISTS[field], code)
