"""Signals that end a process, as exceptions: what was begun is taken away and the vault is locked.

SIGTERM is sent by whoever ends the session, SIGHUP when the terminal window is closed. By default both end
a process on the spot: half a backup stays on the stick, and the vault says that nobody locked it.
"""

from __future__ import annotations

import signal

TYPE_CHECKING = False  # every start pays for importing typing; the type checker reads this name
if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Final

_NAMES: Final = ("SIGTERM", "SIGHUP")
"""Windows has no SIGHUP."""


class EndedBySignal(BaseException):
    """A signal asks this process to end. No error: only ``with`` and ``finally`` have business with it."""


class EndingSignals:
    """In its ``with`` block the first SIGTERM or SIGHUP raises ``EndedBySignal``.

    Those after it do nothing: a closing window may well send both, and the second must not disturb the
    clearing up. A signal that this process was started to ignore (``nohup``) or that somebody else handles
    is left alone; outside the main thread, where nothing can be caught, all of them are.
    ``number`` is that of the signal that came, 0 while none has. It is set even when the exception got lost
    on its way, in a callback of C or behind another exception.
    """

    def __init__(self) -> None:
        self.number = 0
        self._caught: list[int] = []

    def __enter__(self) -> None:
        for number in (getattr(signal, name) for name in _NAMES if hasattr(signal, name)):
            if signal.getsignal(number) is signal.SIG_DFL:
                try:
                    signal.signal(number, self._raise_once)
                except ValueError:
                    return
                self._caught.append(number)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in self._caught:
            signal.signal(number, signal.SIG_DFL)

    def _raise_once(self, number: int, _frame: FrameType | None) -> None:
        if not self.number:
            self.number = number
            raise EndedBySignal
