"""Figures that tests measure for the threat model: written only when asked for (FIELDLOG_WRITE_FIGURES=1).

``docs/figures.json`` maps an acceptance test's figure, such as ``AT-05.blocks``, to what was last measured;
``tools/check_claims.py`` puts them into the document's tables.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_OF: Final = " of "
FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures.json"


def record(key: str, value: float | str) -> None:
    """Keep ``value`` as the newest figure of ``key``, if this run was asked to write figures."""
    if os.environ.get("FIELDLOG_WRITE_FIGURES") != "1":
        return
    with _changing() as figures:
        figures[key] = value


def record_part(part: str, counted: Mapping[str, int]) -> None:
    """Keep the figures of one part of a long run, which may be made part by part, and the sums over all parts.

    A part that is run again replaces what it counted before.
    """
    if os.environ.get("FIELDLOG_WRITE_FIGURES") != "1":
        return
    with _changing() as figures:
        for key, number in counted.items():
            figures[f"{key}{_OF}{part}"] = number
            figures[key] = sum(value for name, value in figures.items() if name.startswith(f"{key}{_OF}"))


@contextmanager
def _changing() -> Iterator[dict[str, Any]]:
    FIGURES.touch()
    # Tests run in several processes.
    with FIGURES.open("r+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        figures = json.loads(stream.read() or "{}")
        yield figures
        stream.seek(0)
        stream.truncate()
        json.dump(figures, stream, indent=1, sort_keys=True, ensure_ascii=False)
        stream.write("\n")
