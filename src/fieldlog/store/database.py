"""One open encrypted database: the owner of its connection, and SQLite's errors as Fieldlog's.

Promises: one statement or transaction at a time, whichever thread asks; the connection is closed in
every way a process can end that runs Python code (a living connection at interpreter shutdown crashed,
docs/formats/vault.md section 4.4); no exception of ``apsw`` leaves this module.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

import apsw

from fieldlog import errors
from fieldlog.system import files

Row = tuple[Any, ...]
Bindings = Sequence[str | bytes | int | float | None]

_BATCH_ROWS: Final = 256
_STEPS_ASKED: Final = 50_000
"""Steps of the engine after which a long statement is asked whether to go on: some milliseconds."""
"""Rows fetched at once by ``each``: the lock is free between batches."""


_open_files: Final[set[tuple[int, int]]] = set()
"""Device and number of every database file this process has open."""


def is_open_here(path: Path) -> bool:
    """Whether this process has the database file at ``path`` open already."""
    with files.translating(path, reading=True):
        facts = path.stat()
    return (facts.st_dev, facts.st_ino) in _open_files


class Backing(Protocol):
    """What lies below a connection and must outlive it."""

    @property
    def older_page(self) -> bool:
        """Whether a page was refused because it is an older one that somebody put back."""

    def require_there(self) -> None:
        """Check that what lies below was not removed while it is open; raises ``TargetVanished``."""

    def close(self) -> None:
        """Let it go, after the connection was closed."""


class PlainFile:
    """A database file of its own, with one descriptor for looking at its raw bytes.

    Closing any descriptor of the file drops SQLite's own locks on it (POSIX), so this one lives as long
    as the connection.
    """

    older_page = False
    """Nothing tells how old a page of a plain file is."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path
        facts = os.fstat(descriptor)
        # Some file systems count no names; there nobody can tell.
        self._counts_names = facts.st_nlink > 0
        self._identity = (facts.st_dev, facts.st_ino)
        _open_files.add(self._identity)

    def require_there(self) -> None:
        """Check that the file was not removed while it is open.

        Raises:
            TargetVanished: it was; whatever is written would be gone when it is closed.
        """
        if self._counts_names and not os.fstat(self._descriptor).st_nlink:
            raise errors.TargetVanished(str(self._path.parent))

    def read_raw(self, count: int, offset: int) -> bytes:
        """Bytes of the file; raises ``OSError``."""
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        return os.read(self._descriptor, count)

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._descriptor)
        _open_files.discard(self._identity)


class translating:  # noqa: N801 - read as a verb in ``with translating(path):``
    """Turn every error of SQLite about the database at ``path`` into a Fieldlog error.

    A class and not a generator, because it stands around every statement.

    Raises:
        VaultInUse: another connection holds the lock.
        VaultDamaged: ``database`` when pages do not verify, ``schema`` when a table is not as expected,
            ``record`` for a stored text that is none.
        HistoryAltered: ``backing`` has refused an older page.
        EncryptionUnavailable: a statement that is never allowed after start-up.
        EditConflict: a rule of the schema, such as a code that is in use.
        UsageError: ``text-encoding`` for a text that cannot be stored or looked for, such as a code that
            was typed as broken bytes.
        MachineError: the subclass that fits a full, vanished or read-only disk.
    """

    __slots__ = ("_backing", "_path")

    def __init__(self, path: Path, backing: Backing | None = None) -> None:
        self._path = path
        self._backing = backing

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, apsw.CorruptError) and self._backing is not None and self._backing.older_page:
            raise errors.HistoryAltered(str(self._path.parent)) from None
        if isinstance(error, apsw.Error):
            translated = _translated(error, self._path)
            if isinstance(translated, errors.VaultDamaged) and translated.part == "schema":
                # Chained: such a message names our own tables and never a value, which are always bound.
                raise translated from error
            raise translated from None
        if isinstance(error, UnicodeEncodeError):
            # Its message repeats the text.
            raise errors.UsageError("text-encoding") from None
        if isinstance(error, UnicodeDecodeError):
            # A text of which one page is of another time. Its message repeats the text as well.
            raise errors.VaultDamaged(str(self._path.parent), "record") from None


def _translated(error: apsw.Error, path: Path) -> errors.FieldlogError:
    place = str(path.parent)
    for kinds, make in _TRANSLATIONS:
        if isinstance(error, kinds):
            return make(place)
    if isinstance(error, (apsw.IOError, apsw.CantOpenError)):
        if not os.path.lexists(path.parent):
            return errors.TargetVanished(place)
        # SQLite says "cannot open" of a log that it may not make.
        protected = isinstance(error, apsw.CantOpenError) and not os.access(path.parent, os.W_OK)
        return errors.ReadOnly(place) if protected else errors.StorageFailed(place)
    return errors.VaultDamaged(place, "schema")


_TRANSLATIONS: Final[
    tuple[tuple[tuple[type[apsw.Error], ...], Callable[[str], errors.FieldlogError]], ...]
] = (
    ((apsw.BusyError, apsw.LockedError), errors.VaultInUse),
    ((apsw.NotADBError, apsw.CorruptError), lambda place: errors.VaultDamaged(place, "database")),
    ((apsw.FullError,), errors.DiskFull),
    ((apsw.ReadOnlyError, apsw.PermissionsError), errors.ReadOnly),
    ((apsw.NoMemError,), lambda _place: errors.NotEnoughMemory(needed=0)),
    ((apsw.AuthError,), lambda _place: errors.EncryptionUnavailable("statement-refused")),
    ((apsw.ConstraintError,), lambda _place: errors.EditConflict()),
)


class Database:
    """An open database. Made by ``connection.open_database`` only; close it or let ``atexit`` do so."""

    def __init__(self, connection: apsw.Connection, path: Path, backing: Backing) -> None:
        self._connection = connection
        self._path = path
        self._backing = backing
        self._lock = threading.RLock()
        self._depth = 0
        self._closing_statement = ""
        self._most_frames = 0
        self._frames = 0
        self._open = True
        atexit.register(self.close)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @property
    def backing(self) -> Backing:
        """What lies below the connection."""
        return self._backing

    @property
    def is_open(self) -> bool:
        """Whether ``close`` was not called yet."""
        return self._open

    def execute(self, statement: str, bindings: Bindings = ()) -> list[Row]:
        """Run one statement and return all its rows.

        Raises:
            FieldlogError: as ``translating`` says; ``UsageError`` when the database is closed.
        """
        with self._lock, translating(self._path, self._backing):
            return list(self._cursor().execute(statement, tuple(bindings)))

    def execute_many(self, statement: str, bindings: Sequence[Bindings]) -> None:
        """Run one statement once for each of ``bindings``.

        Raises:
            FieldlogError: as ``execute``.
        """
        with self._lock, translating(self._path, self._backing):
            self._cursor().executemany(statement, [tuple(values) for values in bindings])

    def row(self, statement: str, bindings: Bindings = ()) -> Row | None:
        """The first row, or ``None`` when there is none.

        Raises:
            FieldlogError: as ``execute``.
        """
        with self._lock, translating(self._path, self._backing):
            for found in self._cursor().execute(statement, tuple(bindings)):
                return tuple(found)
        return None

    def value(self, statement: str, bindings: Bindings = ()) -> Any:
        """The first column of the first row, or ``None`` when there is no row.

        Raises:
            FieldlogError: as ``execute``.
        """
        found = self.row(statement, bindings)
        return None if found is None else found[0]

    def each(self, statement: str, bindings: Bindings = ()) -> Iterator[Row]:
        """The rows one after another, in bounded memory.

        Raises:
            FieldlogError: as ``execute``.
        """
        with self._lock, translating(self._path, self._backing):
            rows = iter(self._cursor().execute(statement, tuple(bindings)))
        while True:
            batch: list[Row] = []
            with self._lock, translating(self._path, self._backing):
                for row in rows:
                    batch.append(tuple(row))
                    if len(batch) == _BATCH_ROWS:
                        break
            if not batch:
                return
            yield from batch

    @contextmanager
    def watched(self, ask: Callable[[], object]) -> Iterator[None]:
        """Call ``ask`` again and again while a statement of the block runs; what it raises ends both."""

        def go_on() -> bool:
            ask()
            return False

        self._connection.set_progress_handler(go_on, _STEPS_ASKED)
        try:
            yield
        finally:
            self._connection.set_progress_handler(None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements of the block take effect together and durably, or none does.

        A block inside a block belongs to the outer one.

        Raises:
            TargetVanished: the file was removed meanwhile.
            FieldlogError: as ``execute``; then nothing of the block was written.
        """
        with self._lock:
            if self._depth:
                yield
                return
            if self._open:
                # What is saved into a file that was removed is gone with the last one who holds it.
                self._backing.require_there()
            with translating(self._path, self._backing):
                self._cursor().execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                before = self._connection.total_changes()
                yield
                with translating(self._path, self._backing):
                    if self._closing_statement and self._connection.total_changes() != before:
                        self._connection.execute(self._closing_statement)
                    self._connection.execute("COMMIT")
            except BaseException:
                # A full disk has rolled back by itself; then there is nothing left to roll back.
                with suppress(apsw.Error):
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
            self._write_back_some()

    def write_back_from(self, frames: int) -> None:
        """From now on write the log back after a transaction that leaves so many pages in it.

        The engine does so by itself too, but inside the COMMIT: a disk that refuses then made a save that
        was kept look like one that failed.
        """
        self._most_frames = frames
        self._connection.wal_autocheckpoint(0)
        self._connection.set_wal_hook(self._note_frames)

    def _note_frames(self, _connection: apsw.Connection, _schema: str, frames: int) -> int:
        self._frames = frames
        return int(apsw.SQLITE_OK)

    def _write_back_some(self) -> None:
        if self._most_frames and self._frames >= self._most_frames:
            self._frames = 0
            # What cannot be written back stays in the log, where it counts as well.
            with suppress(apsw.Error):
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Nothing is written while the block lasts, and the log has been written back.

        Raises:
            NoSpace: it could not be.
            VaultInUse: something is being read or written by this very thread.
        """
        with self._lock:
            if self._depth:
                raise errors.UsageError("at-rest-in-transaction")
            with translating(self._path, self._backing):
                self._cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            yield

    def copy_into(self, target: apsw.Connection) -> None:
        """Copy every page into ``target``, an empty database under a key of its own.

        Raises:
            NoSpace: it does not fit.
            FieldlogError: as ``execute``.
        """
        with (
            self.at_rest(),
            translating(self._path, self._backing),
            target.backup("main", self._connection, "main") as copy,
        ):
            while not copy.done:
                copy.step(_BATCH_ROWS)

    def end_writing_with(self, statement: str) -> None:
        """From now on, run ``statement`` as the last one of every transaction that changed something."""
        self._closing_statement = statement

    def restrict(
        self, authorizer: Callable[[int, str | None, str | None, str | None, str | None], int]
    ) -> None:
        """Let ``authorizer`` decide on every statement that is prepared from now on."""
        self._connection.authorizer = authorizer

    def close(self) -> None:
        """Close the connection, which writes the WAL back; again is harmless.

        Raises:
            MachineError: one of its subclasses: the WAL could not be written back and stays; nothing
                is lost.
        """
        with self._lock:
            if not self._open:
                return
            self._open = False
            atexit.unregister(self.close)
            try:
                with translating(self._path, self._backing):
                    self._connection.close(force=True)
            finally:
                # Only now: a connection that calls into a backing that is gone ends the process.
                self._backing.close()

    def _cursor(self) -> apsw.Cursor:
        if not self._open:
            raise errors.UsageError("database-closed")
        return self._connection.cursor()
