"""A crash that shows no value of any variable (ui.md finding 1, security.md 5.1).

Python and Textual print locals, source lines and exception texts: a passphrase or a name would stay
in the terminal's scrollback.
Here every way out (screen, thread, task, garbage collection, interpreter) prints the *type* of the
exception and where in the code it was, nothing else.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from fieldlog.i18n.catalog import translate as _

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_FRAMES: Final = 6


def crash_text(kind: type[BaseException] | None, trace: TracebackType | None) -> str:
    """Type and places of an exception, without its message: ``str(error)`` may hold record text."""
    name = kind.__name__ if kind else "unknown"
    places = [
        f"  {os.path.basename(frame.filename)}:{frame.lineno} {frame.name}"  # noqa: PTH119 - a source name
        for frame in traceback.extract_tb(trace)[-_FRAMES:]
    ]
    head = _(
        "Fieldlog stopped because of a mistake in the program ({kind}).\n"
        "What you wrote is in the vault up to the last save shown. Start Fieldlog again to go on."
    ).format(kind=name)
    return "\n".join((head, *places))


def say(text: str) -> None:
    """Write to standard error, which may be gone together with the terminal."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        return


@contextmanager
def quiet_hooks() -> Iterator[None]:
    """Replace the interpreter's three printers of exceptions while the block runs."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook = _on_exception
    threading.excepthook = _on_thread
    sys.unraisablehook = _on_unraisable
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before


def on_loop_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Handler of the event loop: a task that nobody awaited any more."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        say(crash_text(type(error), error.__traceback__))


def _on_exception(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    say(crash_text(kind, trace))


def _on_thread(report: threading.ExceptHookArgs) -> None:
    say(crash_text(report.exc_type, report.exc_traceback))


def _on_unraisable(report: UnraisableHookArgs) -> None:
    say(crash_text(report.exc_type, report.exc_traceback))
