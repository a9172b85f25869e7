"""Many rows in few transactions, none of them larger than the log of a volume holds.

The vault they go into is not in its place yet, so it does not matter where one transaction ends.
"""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from fieldlog.store.database import Bindings, Database

_BYTES: Final = 1 << 20
"""Of values in one transaction: a fraction of the log; one row alone was once written in one, too."""

_ROW: Final = 200
"""Bytes that a row takes besides its texts, generously."""


class Batch:
    """Writes rows; what was written is kept when the block ends or ``flush`` is called."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._open = ExitStack()
        self._bytes = 0
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def begin(self) -> None:
        """Begin a transaction, if none is open."""
        if not self._begun:
            self._open.enter_context(self.database.transaction())
            self._begun = True

    def write(self, statement: str, bindings: Bindings = ()) -> None:
        """Run a statement that writes."""
        self.begin()
        self.database.execute(statement, bindings)
        self.wrote(sum(len(value) for value in bindings if isinstance(value, (str, bytes))))

    def wrote(self, count: int) -> None:
        """Count a row of so many bytes that was written in another way."""
        self._bytes += count + _ROW
        if self._bytes > _BYTES:
            self.flush()

    def flush(self) -> None:
        """Keep everything so far."""
        self._open.close()
        self._begun = False
        self._bytes = 0
