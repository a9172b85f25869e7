"""The only writer of stderr, and the place where errors become sentences and exit statuses.

What it promises (house rules 16-20): a deliberate error is two sentences in the chosen language and
its documented exit status; anything unexpected is a type, a file and a line, and never a value,
because an exception's text may hold what somebody wrote (security.md 5.1).
"""

from __future__ import annotations

import os
import sys

from fieldlog.errors import FieldlogError, OutputFailed
from fieldlog.i18n.catalog import translate as _

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

UNEXPECTED: Final = 70
"""EX_SOFTWARE of sysexits.h: a mistake in Fieldlog."""

SIGNALLED: Final = 128
"""Added to a signal's number, as shells report it."""

INTERRUPTED: Final = SIGNALLED + 2
"""SIGINT: the person pressed Ctrl+C."""

PIPE_CLOSED: Final = SIGNALLED + 13
"""SIGPIPE: the reader of our output went away, which is its right."""

_FRAMES_SHOWN: Final = 6


def say(text: str) -> None:
    """Write one message to stderr; what cannot be shown safely is made visible instead."""
    from fieldlog.system.terminal import safe_text

    try:
        sys.stderr.write(safe_text(text, kind="body") + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        # Nobody can be told that stderr is gone, or ``None`` from the start; the exit status still tells.
        return


def progress(label: str) -> Callable[[int, int], None]:
    """A callback for long work that keeps one line of a terminal up to date; elsewhere it says nothing."""
    from fieldlog.system.terminal import safe_text

    told = -1
    shown = safe_text(label, kind="name")

    def tell(done: int, total: int) -> None:
        nonlocal told
        percent = 100 if done >= total else done * 100 // total
        if percent == told:
            return
        told = percent
        try:
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{shown} {percent:3} %" + ("\n" if percent == 100 else ""))
                sys.stderr.flush()
        except (OSError, ValueError, AttributeError):
            return

    return tell


def report(error: FieldlogError) -> int:
    """Say what happened and what to do now; give the error's exit status."""
    from fieldlog.i18n.sentences import explain

    explanation = explain(error)
    say(f"{explanation.what}\n{explanation.advice}")
    return error.exit_status


def report_unexpected(error: BaseException) -> int:
    """Say where Fieldlog failed, without any value; give the status of an internal mistake."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_SHOWN:]
    places = [f"  {os.path.basename(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]  # noqa: PTH119
    say(
        "\n".join(
            [
                _("Fieldlog met a mistake of its own and stopped. What was saved before is safe."),
                _("Please tell the people who gave you Fieldlog these lines; they hold nothing you wrote."),
                f"  {type(error).__name__}",
                *places,
            ]
        )
    )
    return UNEXPECTED


def guarded(work: Callable[[], int]) -> int:
    """Run ``work`` and give the exit status; nothing but ``SystemExit`` leaves this function.

    SIGTERM and SIGHUP end ``work`` as an exception, so that files that were begun are taken away and the
    vault is locked; the status is then 128 and the signal's number, and nothing is said.

    A reader of the output that goes away, such as ``head``, ends it quietly with the status of SIGPIPE, as
    it ends other Unix programs. Output that cannot be written for another reason is an error: who redirects
    a list into a file on a full disk must not take the beginning for the whole. What had to be seen, secret
    words and questions, is an error in both cases (``output.require_shown``).
    """
    from fieldlog.system.signals import EndedBySignal, EndingSignals

    ending = EndingSignals()
    status = 0
    try:
        with ending:
            try:
                status = _status_of(work)
            except SystemExit as stopped:
                # argparse, which has written its help.
                stopped.code = _write_out() or stopped.code
                raise
            unwritten = _write_out()
            status = status or unwritten
    except EndedBySignal:
        pass
    if ending.number:
        _forget_output()
        return SIGNALLED + ending.number
    return status


def _status_of(work: Callable[[], int]) -> int:
    try:
        return work()
    except OutputFailed as error:
        _forget_output()
        return report(error)
    except FieldlogError as error:
        return report(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - a face ends here; the values in it must not be shown
        return report_unexpected(error)


def _write_out() -> int:
    """Write what waits in memory; gives the status when it cannot be written, and 0 when it was."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return PIPE_CLOSED
    except (OSError, ValueError):
        _forget_output()
        return report(OutputFailed())
    except KeyboardInterrupt:
        _forget_output()
        return INTERRUPTED
    return 0


def _forget_output() -> None:
    """Drop what is not written yet: Python would try once more at exit, and complain or wait there."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
