"""SQLite's view of a volume: a database and its log, and no other file (docs/formats/vault.md section 4.5).

A small VFS of apsw below the encrypting one. It holds no lock, because the owner of the volume does; it
opens nothing by name, so SQLite cannot make a file even by mistake: a journal or a temporary file on the
disk is refused.

Two properties keep acknowledged saves (measured, security.md section 4.4): the device does **not** say
that an overwrite spares neighbouring bytes (POWERSAFE_OVERWRITE), so that SQLite fills each commit up to a
whole sector; and the objects here outlive every connection, because a connection that calls into a VFS
which is gone ends the process with a memory fault. So a `Volume` unregisters only after closing.
"""

from __future__ import annotations

import errno
import secrets
from contextlib import suppress
from typing import Any, Final

import apsw

from fieldlog import errors
from fieldlog.primitives.pages import PageCipher
from fieldlog.primitives.secret import Secret
from fieldlog.store.volume.log import Log, RegionFull
from fieldlog.store.volume.stamps import Freshness
from fieldlog.store.volume.twins import TwinFiles
from fieldlog.store.volume.unused import clean

ENCRYPTING: Final = "multipleciphers-"
"""How the library names the encrypting VFS that it puts above one of ours."""

SECTOR_BYTES: Final = 4_096
_NAME: Final = "vault"
_LOG_NAME: Final = _NAME + "-wal"
_JOURNAL_NAME: Final = _NAME + "-journal"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class VolumeVfs(apsw.VFS):
    """Registered under a name of its own while it lives; opens the one database of ``twins``.

    ``log_key`` of ``None`` hides the log: that is for trying a wrong key, which must not touch it.
    ``building`` takes the database region for empty and allows a journal in memory. ``pages`` is the cipher
    above, for cleaning the pages that are written.
    """

    def __init__(
        self,
        twins: TwinFiles,
        *,
        log_bytes: int,
        log_key: Secret | None,
        building: bool,
        pages: PageCipher | None = None,
    ) -> None:
        self.twins = twins
        self.pages = pages
        self.log_bytes = log_bytes
        self.building = building
        self.database_length = 0 if building else twins.size - log_bytes
        self.log = None
        if log_key is not None:
            self.log = Log(twins, log_key, capacity=log_bytes, page_coming=self.make_room)
        self.freshness = Freshness(None if self.log is None or building else self.log.stamps)
        self._journal = _MemoryFile()
        self.registered_as = f"fieldlog-{secrets.token_hex(8)}"
        super().__init__(self.registered_as, base="")

    @property
    def database_name(self) -> str:
        """What to open."""
        return _NAME

    @property
    def name(self) -> str:
        """The encrypting VFS above this one."""
        return ENCRYPTING + self.registered_as

    def withdraw(self) -> None:
        """Take this VFS, and the encrypting one above it, out of SQLite's list; no connection may live.

        The library never takes its own one out: each unlock of a long process made the next one slower,
        because the list is searched by name.
        """
        # A ValueError says that there is none: nothing was opened through it yet.
        with suppress(apsw.Error, ValueError):
            apsw.unregister_vfs(self.name)
        with suppress(apsw.Error, ValueError):
            self.unregister()

    def make_room(self, page: int) -> None:
        """Grow both files until page ``page`` has its place, so that writing the log back never has to.

        Raises:
            MachineError: one of its subclasses; nothing was changed.
        """
        needed = self.log_bytes + page * SECTOR_BYTES
        if needed > self.twins.size:
            # An eighth at least: growth syncs both files.
            step = max(self.log_bytes, self.twins.size // 8 // SECTOR_BYTES * SECTOR_BYTES)
            try:
                self.twins.grow(max(needed, self.twins.size + step))
            except errors.NoSpace:
                self.twins.grow(needed)
        if not self.building:
            self.database_length = self.twins.size - self.log_bytes

    def require_newest(self, content: bytes, offset: int) -> None:
        """Refuse whole pages of the database, read from ``offset``, of which one is not the newest.

        Raises:
            CorruptError: of apsw; ``freshness`` tells why.
        """
        if self.pages is None or offset % SECTOR_BYTES or len(content) % SECTOR_BYTES:
            return
        for at in range(0, len(content), SECTOR_BYTES):
            page, number = content[at : at + SECTOR_BYTES], (offset + at) // SECTOR_BYTES + 1
            if not self.freshness.is_newest(page, number=number, cipher=self.pages):
                raise apsw.CorruptError

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802 - SQLite's name
        """The database, its log, or while building a journal in memory."""
        asked = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        if asked == _NAME:
            return DatabaseFile(self)
        if asked == _LOG_NAME and self.log is not None:
            return LogFile(self.log)
        if asked == _JOURNAL_NAME and self.building:
            return self._journal
        raise apsw.CantOpenError

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
        """Whether a file is there: the log always, for SQLite to look into it."""
        return name == _NAME or (name == _LOG_NAME and self.log is not None and self.log.length > 0)

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802, FBT001
        """Forget the log, after everything in it was written back."""
        if name == _LOG_NAME and self.log is not None:
            with _reporting():
                self.log.wipe()

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        """Names are not paths."""
        return name


class _reporting:  # noqa: N801 - read as a verb in ``with _reporting():``
    """Tell SQLite what went wrong by its own codes, without a word that could hold a path."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (errors.NoSpace, RegionFull)):
            raise apsw.FullError from None
        if isinstance(error, OSError):
            raise (apsw.FullError if error.errno in _FULL else apsw.IOError) from None
        if isinstance(error, errors.ReadOnly):
            raise apsw.ReadOnlyError from None
        if isinstance(error, errors.FieldlogError):
            raise apsw.IOError from None


_quiet: Final = _reporting()


class OwnedFile:
    """What files here and images have in common: one owner, no locks, no promises about the device."""

    def xClose(self) -> None:  # noqa: N802
        """Its owner closes what is below."""

    def xLock(self, _level: int) -> None:  # noqa: N802
        """Nobody else is there: of a volume the vault's own lock keeps others away."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        """As above."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        """Nobody else."""
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802
        """None is known here."""
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        """What one write may damage around itself."""
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        """None: above all not POWERSAFE_OVERWRITE."""
        return 0


class DatabaseFile(OwnedFile):
    """Region 2. Its size is that of the region: what is behind the last page is random and ignored."""

    def __init__(self, vfs: VolumeVfs) -> None:
        self._vfs = vfs
        self._start = vfs.log_bytes

    def xRead(self, count: int, offset: int) -> bytes:  # noqa: N802
        """Bytes of pages."""
        with _quiet:
            available = max(0, min(count, self._vfs.database_length - offset))
            content = self._vfs.twins.read(available, self._start + offset)
            self._vfs.require_newest(content, offset)
            return content

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        """Bytes of pages; there is always room, unless the database is being built."""
        with _quiet:
            end = offset + len(content)
            if self._start + end > self._vfs.twins.size:
                self._vfs.make_room(-(-end // SECTOR_BYTES))
            if self._vfs.pages is not None:
                content = clean(content, self._vfs.pages, number=offset // SECTOR_BYTES + 1)
            self._vfs.twins.write(content, self._start + offset)
            if len(content) == SECTOR_BYTES:
                self._vfs.freshness.note(content, number=offset // SECTOR_BYTES + 1)
            self._vfs.database_length = max(self._vfs.database_length, end)

    def xTruncate(self, length: int) -> None:  # noqa: N802
        """A volume never becomes shorter."""
        if self._vfs.building:
            self._vfs.database_length = min(self._vfs.database_length, length)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        """Past the drive's own cache where the system can."""
        with _quiet:
            self._vfs.twins.sync()

    def xFileSize(self) -> int:  # noqa: N802
        """Of the region."""
        return self._vfs.database_length


class LogFile(OwnedFile):
    """Region 1."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def xRead(self, count: int, offset: int) -> bytes:  # noqa: N802
        """Bytes of frames."""
        with _quiet:
            return self._log.read(count, offset)

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        """Bytes of frames; a transaction that is larger than the region finds it full."""
        with _quiet:
            self._log.write(content, offset)

    def xTruncate(self, length: int) -> None:  # noqa: N802
        """After everything was written back."""
        with _quiet:
            self._log.truncate(length)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        """Past the drive's own cache where the system can."""
        with _quiet:
            self._log.sync()

    def xFileSize(self) -> int:  # noqa: N802
        """The whole region where a process left frames, else what was written."""
        return self._log.length


class _MemoryFile(OwnedFile):
    """A journal that is needed for the first moments of a database only."""

    def __init__(self) -> None:
        self._content = bytearray()

    def xRead(self, count: int, offset: int) -> bytes:  # noqa: N802
        """Bytes."""
        return bytes(self._content[offset : offset + count])

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        """Bytes."""
        if len(self._content) < offset:
            self._content.extend(bytes(offset - len(self._content)))
        self._content[offset : offset + len(content)] = content

    def xTruncate(self, length: int) -> None:  # noqa: N802
        """Shorter."""
        del self._content[length:]

    def xSync(self, _flags: int) -> None:  # noqa: N802
        """Nothing to do."""

    def xFileSize(self) -> int:  # noqa: N802
        """Its length."""
        return len(self._content)
