"""How large the files of a new vault are (docs/formats/vault.md section 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Bytes: of a volume's log, of a whole volume, of an attachment area, of one unit in it.

    The log bounds what one transaction can write; log and unit are powers of two and stay as they are.
    """

    log: int
    volume: int
    media: int
    unit: int


USUAL: Final = Sizes(log=8 << 20, volume=16 << 20, media=4 << 20, unit=1 << 20)
"""40 MB in all: room for a first few hundred incidents and some photographs without growing."""
