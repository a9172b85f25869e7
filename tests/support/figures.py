"""Figures that tests measure for the threat model: written only when asked for (FIELDLOG_WRITE_FIGURES=1).

``docs/figures.json`` maps an acceptance test's figure, such as ``AT-05.blocks``, to what was last measured;
``tools/check_claims.py`` puts them into the document's tables.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures.json"


def record(key: str, value: float | str) -> None:
    """Keep ``value`` as the newest figure of ``key``, if this run was asked to write figures."""
    if os.environ.get("FIELDLOG_WRITE_FIGURES") != "1":
        return
    FIGURES.touch()
    # Tests run in several processes.
    with FIGURES.open("r+", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        figures = json.loads(stream.read() or "{}")
        figures[key] = value
        stream.seek(0)
        stream.truncate()
        json.dump(figures, stream, indent=1, sort_keys=True, ensure_ascii=False)
        stream.write("\n")
