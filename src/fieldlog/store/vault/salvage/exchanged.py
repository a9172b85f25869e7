"""Files that have changed places with their twins, as after a careless copy: ours is the other one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fieldlog import errors
from fieldlog.store.area import MediaPlace
from fieldlog.store.media import MediaStore
from fieldlog.store.vault.salvage.tables import Tables, Unreadable

_ATTACHMENTS_TRIED: Final = 8
"""Their first bytes: as many as these would have to be damaged for the place to be told wrong."""

_CODES: Final = "SELECT code, bytes FROM attachment"


def other_holds_ours(holds: Callable[[int], bool], own: int) -> bool:
    """Whether ``holds`` is true of the other one of volumes 0 and 1, and not of ours."""
    return not holds(own) and holds(1 - own)


def media_in_place(
    tables: Tables, place: MediaPlace, store_at: Callable[[MediaPlace], MediaStore]
) -> MediaPlace:
    """Where our attachments are: at ``place``, or, when only those there open, in the other area."""
    volume = place.volume
    if volume is None:
        return place
    codes = [
        code
        for code, size in tables.keyed("attachment", _CODES, order=("code",))
        if isinstance(code, str) and size
    ][:_ATTACHMENTS_TRIED]

    def holds(number: int) -> bool:
        store = store_at(replace(place, volume=number))
        return any(_begins(store, code) for code in codes)

    return replace(place, volume=1 - volume) if other_holds_ours(holds, volume) else place


def _begins(store: MediaStore, code: str) -> bool:
    try:
        with store.open(code) as reader:
            return bool(reader.read(1))
    except (*Unreadable, errors.UnknownRecord):
        return False
