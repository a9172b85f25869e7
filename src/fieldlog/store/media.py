"""Attachments: a file of 1 MiB units beside the database (docs/formats/vault.md section 7).

Each attachment is an age STREAM under a key of its own, laid over runs of units. Keys, runs and digests
are rows of the database. Units are written and synced before the row is committed, so a row never points
at bytes that are not there; units without a row are free and look like any other random bytes.
Bytes are hashed, encrypted and written in one pass over the source, on several threads.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from fieldlog import errors
from fieldlog.formats.age.chunks import sealed_size
from fieldlog.formats.age.stream import StreamReader, StreamWriter
from fieldlog.primitives import rng
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret
from fieldlog.store.area import MediaPlace
from fieldlog.store.database import Database
from fieldlog.store.hashing import Digests, Hashers
from fieldlog.store.units import Run, UnitSink, UnitSource, UnitSpace
from fieldlog.system import files

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_TRIED: Final = 4
"""Attachments of which the first bytes are looked for: so many would have to be damaged at once."""

Progress = Callable[[int, int], None]
"""Bytes done and bytes in all; may raise ``Cancelled``."""


class Readable(Protocol):
    """Anything whose bytes can be taken one buffer after another."""

    def readinto(self, buffer: memoryview | bytearray, /) -> int:
        """Fill ``buffer``; 0 at the end."""


KEY_BYTES: Final = 32
_KEY_INFO: Final = b"fieldlog attachment v1"
_BUFFER_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What is known of a stored attachment. Digests are those of its bytes when it was taken in."""

    size: int
    sha256: bytes
    sha512: bytes
    crc32: int


class MediaStore:
    """The attachments of one volume.

    ``add`` may run on any thread; a second one waits until the first is done.
    """

    def __init__(self, database: Database, place: MediaPlace, *, root_key: Secret, unit_bytes: int) -> None:
        self._database = database
        self._place = place
        self._root_key = root_key
        self._unit_bytes = unit_bytes
        self._adding = threading.Lock()

    def require_whole(self) -> None:
        """Check that the area has room for what the rows say, and that it is ours and not the other one.

        The first bytes of a few attachments tell; where there is no attachment, nothing does.

        Raises:
            VaultDamaged: ``media``: it is not there, was cut short, or has changed places with its twin.
        """
        damaged = errors.VaultDamaged(str(self._place.folder), "media")
        if self._place.volume is None:
            # In format 1 the last unit may be shorter, and there is no twin.
            return
        end = max((run.first + run.count for run in self._taken_runs()), default=0)
        if self._place.size < end * self._unit_bytes:
            raise damaged
        rows = self._database.execute("SELECT code FROM attachment WHERE bytes > 0 LIMIT ?", (_TRIED,))
        twin = self.in_the_twin()
        if not any(self.begins(code) for (code,) in rows) and any(twin.begins(code) for (code,) in rows):
            raise damaged

    def in_the_twin(self) -> MediaStore:
        """The same rows, looked for in the other volume's area: after the two files have changed places."""
        if self._place.volume is None:
            return self
        place = replace(self._place, volume=1 - self._place.volume)
        return MediaStore(self._database, place, root_key=self._root_key, unit_bytes=self._unit_bytes)

    def begins(self, code: str) -> bool:
        """Whether the first bytes of an attachment that is not empty are here."""
        try:
            with self.open(code) as reader:
                return bool(reader.read(1))
        except (errors.VaultDamaged, errors.StorageFailed, errors.UnknownRecord):
            return False

    @contextmanager
    def add(
        self, code: str, source: files.SourceFile, *, progress: Progress | None = None
    ) -> Iterator[StoredFile]:
        """Take in everything in ``source``; the block is the transaction that makes it lasting.

        What the block writes and the attachment's own rows are kept together. If the file cannot be read
        to its end, the disk is full, ``progress`` raises or the block raises, nothing of it remains.
        An interruption while the rows are being committed leaves either all of it, or free units.

        Raises:
            FileUnreadable: the source, or its device, went away.
            FileChanged: somebody wrote to it meanwhile.
            VaultDamaged: ``media``: as ``require_whole``; nothing was written over.
            NoSpace: the attachment does not fit.
            Cancelled: from ``progress``.
            MachineError: another subclass.
        """
        with self._adding:
            self.require_whole()
            space = UnitSpace(self._taken_runs())
            key = rng.random_secret(KEY_BYTES)
            expected = source.size
            committing = False
            with UnitSink(self._place, space, unit_bytes=self._unit_bytes) as sink:
                try:
                    sink.reserve(sealed_size(expected))
                    digests = self._pour(source, sink, key, total=expected, progress=progress)
                    source.require_unchanged()
                    sink.finish()
                    with self._database.transaction():
                        self._insert(code, key, digests, sink.runs)
                        yield StoredFile(
                            size=digests.size,
                            sha256=digests.sha256,
                            sha512=digests.sha512,
                            crc32=digests.crc32,
                        )
                        committing = True
                except BaseException:
                    # A commit that was interrupted may be done, and one that the disk refused may be in the
                    # log and come back after a crash: then a row points at the units. Else they are free.
                    if not committing:
                        sink.give_back()
                    raise

    def _pour(
        self, source: Readable, sink: UnitSink, key: Secret, *, total: int, progress: Progress | None
    ) -> Digests:
        with StreamWriter(sink, self._stream_key(key)) as stream, Hashers() as hashers:
            done = 0
            while True:
                buffer = hashers.free_buffer(_BUFFER_BYTES)
                count = source.readinto(buffer)
                if count == 0:
                    break
                stream.write(hashers.take(buffer, count))
                done += count
                if progress is not None:
                    progress(done, max(total, done))
            return hashers.finish()

    def refill(self, code: str, source: Readable, *, progress: Progress | None = None) -> None:
        """Write the bytes of a known attachment anew, under a new key, from another place.

        Raises:
            UnknownRecord: no attachment of this code.
            VaultDamaged: ``media`` when they are not the bytes that were taken in.
            NoSpace, Cancelled, MachineError: as ``add``; then its row is as it was.
        """
        with self._adding:
            known = self.facts(code)
            key = rng.random_secret(KEY_BYTES)
            with UnitSink(self._place, UnitSpace(self._taken_runs()), unit_bytes=self._unit_bytes) as sink:
                sink.reserve(sealed_size(known.size))
                digests = self._pour(source, sink, key, total=known.size, progress=progress)
                sink.finish()
                if (digests.size, digests.sha512) != (known.size, known.sha512):
                    raise errors.VaultDamaged(str(self._place.folder), "media")
                with self._database.transaction():
                    self._database.execute("DELETE FROM media_run WHERE attachment = ?", (code,))
                    self._database.execute(
                        "UPDATE attachment SET key = ? WHERE code = ?", (key.reveal(), code)
                    )
                    self._insert_runs(code, sink.runs)

    def forget_units(self) -> None:
        """Let no attachment have units: in a copy, before each is filled anew."""
        with self._database.transaction():
            self._database.execute("DELETE FROM media_run")

    def reserve(self, size: int, *, progress: Progress | None = None) -> None:
        """Make the area ``size`` bytes large, in whole units, if it is smaller.

        Raises:
            NoSpace: there is no room. Cancelled: from ``progress``. It is as it was.
            VaultDamaged: ``media``: as ``require_whole``.
        """
        with self._adding:
            self.require_whole()
            area = self._place.open()
            try:
                area.grow(-(-size // self._unit_bytes) * self._unit_bytes, progress=progress)
            finally:
                area.close()

    @property
    def copies(self) -> int:
        """How many files grow when an attachment is added at the end."""
        return self._place.copies

    def codes(self) -> tuple[str, ...]:
        """Every attachment there is."""
        return tuple(code for (code,) in self._database.execute("SELECT code FROM attachment ORDER BY code"))

    def total_bytes(self) -> int:
        """The sizes of all attachments together."""
        return int(self._database.value("SELECT ifnull(sum(bytes), 0) FROM attachment"))

    def facts(self, code: str) -> StoredFile:
        """Size and digests.

        Raises:
            UnknownRecord: no attachment of this code.
        """
        row = self._database.row(
            "SELECT bytes, sha256, sha512, crc32 FROM attachment WHERE code = ?", (code,)
        )
        if row is None:
            raise errors.UnknownRecord
        return StoredFile(size=row[0], sha256=row[1], sha512=row[2], crc32=row[3])

    def open(self, code: str) -> MediaReader:
        """The attachment as a stream of verified bytes; close it.

        Raises:
            UnknownRecord: no attachment of this code.
            VaultDamaged: ``media`` when the file of units is not there.
        """
        row = self._database.row("SELECT key, bytes FROM attachment WHERE code = ?", (code,))
        if row is None:
            raise errors.UnknownRecord
        runs = [
            Run(first=first, count=count)
            for first, count in self._database.execute(
                "SELECT first_unit, unit_count FROM media_run WHERE attachment = ? ORDER BY position", (code,)
            )
        ]
        self._place.require_in_place()
        source = UnitSource(self._place.path, runs, unit_bytes=self._unit_bytes, length=sealed_size(row[1]))
        return MediaReader(StreamReader(source, self._stream_key(Secret(row[0]))), source, row[1])

    def remove(self, code: str) -> None:
        """Forget an attachment's key and free its units. Part of a transaction.

        Raises:
            UnknownRecord: no attachment of this code.
        """
        self.facts(code)
        self._database.execute("DELETE FROM attachment WHERE code = ?", (code,))

    def _stream_key(self, key: Secret) -> Secret:
        # The key in the database alone opens nothing without the slot's media key.
        return hkdf_sha256(key, salt=self._root_key.reveal(), info=_KEY_INFO, length=KEY_BYTES)

    def _taken_runs(self) -> list[Run]:
        return [
            Run(first=first, count=count)
            for first, count in self._database.execute("SELECT first_unit, unit_count FROM media_run")
        ]

    def _insert(self, code: str, key: Secret, digests: Digests, runs: list[Run]) -> None:
        self._database.execute(
            "INSERT INTO attachment VALUES (?, ?, ?, ?, ?, ?)",
            (code, key.reveal(), digests.size, digests.sha256, digests.sha512, digests.crc32),
        )
        self._insert_runs(code, runs)

    def _insert_runs(self, code: str, runs: list[Run]) -> None:
        self._database.execute_many(
            "INSERT INTO media_run VALUES (?, ?, ?, ?)",
            [(code, position, run.first, run.count) for position, run in enumerate(runs)],
        )


class MediaReader(io.BufferedIOBase):
    """Reads an attachment from its beginning; every byte that comes out was authenticated.

    Nothing short is ever returned as if it were the end: where bytes are missing or altered, it raises.
    """

    def __init__(self, stream: StreamReader, source: UnitSource, size: int) -> None:
        self._stream = stream
        self._source = source
        self._left = size

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """``size`` bytes, fewer only at the end, or everything for a negative size.

        Raises:
            VaultDamaged: ``media`` when units were altered or are missing.
            StorageFailed: the disk reported an error.
        """
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        content = bytearray(wanted)
        self._fill(memoryview(content))
        return bytes(content)

    def readinto(self, target: WriteableBuffer, /) -> int:
        """Fill ``target``; less only at the end, 0 after it. Raises as ``read``."""
        view = memoryview(target).cast("B")[: self._left]
        self._fill(view)
        return len(view)

    def pieces(self) -> Iterator[memoryview]:
        """Everything that is left, uncopied; each piece is valid until the next one.

        Raises:
            VaultDamaged, StorageFailed: as ``read``; after an error what came before is not the whole.
        """
        damaged = errors.VaultDamaged(str(self._source.folder), "media")
        try:
            for piece in self._stream.pieces():
                if len(piece) > self._left:
                    raise damaged
                self._left -= len(piece)
                yield piece
        except errors.PayloadError:
            raise damaged from None
        if self._left:
            raise damaged

    def _fill(self, view: memoryview) -> None:
        damaged = errors.VaultDamaged(str(self._source.folder), "media")
        try:
            while view:
                count = self._stream.readinto(view)
                if count == 0:
                    raise damaged
                self._left -= count
                view = view[count:]
            # Only the end of the stream says that its last chunk is the last.
            if self._left == 0 and self._stream.read(1):
                raise damaged
        except errors.PayloadError:
            raise damaged from None

    def close(self) -> None:
        """Close it; again is harmless."""
        if not self.closed:
            self._stream.close()
            self._source.close()
            super().close()
