"""No hook from the environment reaches Textual (ui.md recipe 2.0, security.md 5.1).

``TEXTUAL_LOG`` writes every key into a readable file, passphrases included; ``TEXTUAL_DRIVER`` imports
any code; ``TEXTUAL_SCREENSHOT`` writes the screen to disk.
Textual reads them when it is imported, so ``scrub`` must run before the first such import.
"""

from __future__ import annotations

import os
from typing import Final

_PREFIX: Final = "TEXTUAL"
_PYTHON_HOOKS: Final = ("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT")


def scrub() -> None:
    """Take every ``TEXTUAL*`` variable and Python's debugging hooks out of this process."""
    for name in list(os.environ):
        if name.upper().startswith(_PREFIX) or name in _PYTHON_HOOKS:
            del os.environ[name]
