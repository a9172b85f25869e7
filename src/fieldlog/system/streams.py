"""Standard input and output: what happens to letters that the terminal's encoding does not have.

Old terminals and Windows pipes have encodings of 256 letters, without the Kazakh ones. By default Python
stops in the middle of a list there; and in the C locale it takes bytes that are no text for text.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from typing import TextIO


def settle() -> None:
    r"""From now on output writes a letter that it lacks as ``\u04e9``, and input that is no text is an error.

    Nothing is lost so: the number names the letter. A stream that was closed from the start, and one that
    somebody has put in its place, is left alone.
    """
    _answer(sys.stdin, "strict")
    for stream in (sys.stdout, sys.stderr):
        _answer(stream, "backslashreplace")


def _answer(stream: TextIO | None, errors: str) -> None:
    if stream is not None and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors=errors)
