"""Files that have changed places with their twins, as after a careless copy: ours is the other one."""

from __future__ import annotations

from collections.abc import Callable

from fieldlog.store.media import MediaStore
from fieldlog.store.vault.findings import Findings


def other_holds_ours(holds: Callable[[int], bool], own: int) -> bool:
    """Whether ``holds`` is true of the other one of volumes 0 and 1, and not of ours."""
    return not holds(own) and holds(1 - own)


class Attached:
    """Where each attachment is: in our area, or in its twin, which was once in our place.

    Asked for one by one, because some may have been added after the files had changed places.
    """

    def __init__(self, own: MediaStore, findings: Findings) -> None:
        self._own = own
        self._twin = own.in_the_twin()
        self._findings = findings
        self._told = False

    def holding(self, code: str) -> MediaStore:
        """The area in which an attachment begins; ours where neither does."""
        if self._twin is self._own or self._own.begins(code) or not self._twin.begins(code):
            return self._own
        if not self._told:
            self._told = True
            self._findings.add("media-exchanged")
        return self._twin
