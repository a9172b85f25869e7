"""What Textual draws on, made so that a terminal that went away cannot keep the process alive.

Textual's writing thread dies of the first write that is refused; its queue then fills, and whoever writes
next waits for ever, with the vault's words in memory (security.md 5.2).
"""

from __future__ import annotations

from typing import IO, Any, Final

GONE_SECONDS: Final = 15.0
"""After a signal that ends it the process has so long to keep the draft and to lock. Locking takes less than
one; only a disk or a terminal that hangs takes longer, and those in the room must not wait for it."""


class SteadyOutput:
    """A terminal's stream; what cannot be written because the terminal is gone is dropped."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop."""
        try:
            return self._stream.write(text)
        except (OSError, ValueError):
            return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            return

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def steady(driver: type[Any]) -> type[Any]:
    """``driver``, one of Textual's, that draws on a ``SteadyOutput``."""

    class SteadyDriver(driver):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            stream: Any = getattr(self, "_file", None)
            if stream is not None:
                self._file: Any = SteadyOutput(stream)

    return SteadyDriver
