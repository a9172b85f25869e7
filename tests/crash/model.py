"""A disk that forgets: what is durable, and what a crash may keep or lose of the rest.

Per file the bytes of the last fsync and every change since; a name is durable when its folder was synced.
Nothing else is promised by POSIX, and nothing else is assumed here: changes since a sync may be kept in any
combination, also a rename without the rename before it (security.md section 2.1).

Not modelled: a drive that lies about a sync, or that damages sectors which were synced before.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

SECTOR = 512


@dataclass(eq=False, slots=True)
class File:
    """A file as an inode: ``durable`` survives whatever happens, ``version`` tells one content from the next."""

    number: int
    durable: bytes = b""
    version: int = 0


@dataclass(eq=False, slots=True)
class Folder:
    """A folder as an inode, with its names at this moment and its durable names."""

    number: int
    now: dict[str, File | Folder] = field(default_factory=dict)
    durable: dict[str, File | Folder] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Written:
    """Bytes at an offset of a file."""

    file: File
    offset: int
    content: bytes


@dataclass(frozen=True, eq=False, slots=True)
class Resized:
    """A file cut, or made longer with zeros."""

    file: File
    size: int


@dataclass(frozen=True, eq=False, slots=True)
class Entered:
    """A name that came into a folder."""

    folder: Folder
    name: str
    inode: File | Folder


@dataclass(frozen=True, eq=False, slots=True)
class Left:
    """A name that went from a folder."""

    folder: Folder
    name: str


@dataclass(frozen=True, eq=False, slots=True)
class Moved:
    """A name that went from one place to another, in one step."""

    source: Folder
    source_name: str
    target: Folder
    target_name: str


FileChange = Written | Resized
NameChange = Entered | Left | Moved
Change = FileChange | NameChange
Names = Callable[[Folder], dict[str, File | Folder]]


def _belongs_to(change: Change, inode: File | Folder) -> bool:
    match change:
        case Written() | Resized():
            return change.file is inode
        case Entered() | Left():
            return change.folder is inode
        case Moved():
            return inode is change.source or inode is change.target


def rename(change: NameChange, names: Names) -> None:
    """Let ``change`` happen to the names that ``names`` gives; one that has nothing to act on does nothing."""
    match change:
        case Entered():
            names(change.folder)[change.name] = change.inode
        case Left():
            names(change.folder).pop(change.name, None)
        case Moved():
            moved = names(change.source).pop(change.source_name, None)
            if moved is not None:
                names(change.target)[change.target_name] = moved


def altered(content: bytes, changes: list[FileChange]) -> bytes:
    """``content`` after ``changes``."""
    buffer = bytearray(content)
    for change in changes:
        if isinstance(change, Resized):
            del buffer[change.size :]
            buffer.extend(bytes(change.size - len(buffer)))
        else:
            end = change.offset + len(change.content)
            buffer.extend(bytes(max(0, end - len(buffer))))
            buffer[change.offset : end] = change.content
    return bytes(buffer)


class Disk:
    """The tree below one folder, and every change to it that is not durable yet, in order.

    Each pending change has the number of the call that made it.
    """

    def __init__(self, root: Path) -> None:
        self._numbers = itertools.count()
        self.root = self._taken_in(root)
        self.pending: list[tuple[int, Change]] = []

    def _taken_in(self, path: Path) -> Folder:
        """What is on the real disk before the run begins: durable."""
        folder = Folder(next(self._numbers))
        for entry in sorted(path.iterdir()):
            folder.now[entry.name] = (
                self._taken_in(entry) if entry.is_dir() else File(next(self._numbers), entry.read_bytes())
            )
        folder.durable = dict(folder.now)
        return folder

    def new_file(self) -> File:
        return File(next(self._numbers))

    def new_folder(self) -> Folder:
        return Folder(next(self._numbers))

    def change(self, change: Change, *, call: int) -> None:
        """``change`` was made by call number ``call``; it is not durable."""
        if isinstance(change, Entered | Left | Moved):
            rename(change, lambda folder: folder.now)
        self.pending.append((call, change))

    def sync(self, inode: File | Folder, *, begun: int) -> None:
        """Whatever was done to ``inode`` before call number ``begun`` is durable from now on."""
        covered = [one for call, one in self.pending if call < begun and _belongs_to(one, inode)]
        gone = {id(one) for one in covered}
        self.pending = [(call, one) for call, one in self.pending if id(one) not in gone]
        if isinstance(inode, Folder):
            for change in covered:
                if isinstance(change, Entered | Left | Moved):
                    rename(change, lambda folder: folder.durable)
        elif covered:
            changes = [change for change in covered if isinstance(change, Written | Resized)]
            inode.durable = altered(inode.durable, changes)
            inode.version += 1

    def folder(self, path: PurePosixPath) -> Folder:
        """The folder that has this path now."""
        found = self.find(path)
        if not isinstance(found, Folder):
            raise NotADirectoryError(path)
        return found

    def find(self, path: PurePosixPath) -> File | Folder:
        """What has this path, relative to the root, now."""
        at: File | Folder = self.root
        for name in path.parts:
            if not isinstance(at, Folder):
                raise NotADirectoryError(path)
            at = at.now[name]
        return at

    def size(self, file: File) -> int:
        """The size of ``file`` for the program, which sees every change."""
        size = len(file.durable)
        for _, change in self.pending:
            if isinstance(change, Resized) and change.file is file:
                size = change.size
            elif isinstance(change, Written) and change.file is file:
                size = max(size, change.offset + len(change.content))
        return size


def reachable(
    root: Folder, names: Names, at: PurePosixPath | None = None
) -> Iterator[tuple[str, File | None]]:
    """Every path below ``root`` with its file, ``None`` for a folder."""
    place = at or PurePosixPath()
    for name, inode in sorted(names(root).items()):
        if isinstance(inode, Folder):
            yield str(place / name), None
            yield from reachable(inode, names, place / name)
        else:
            yield str(place / name), inode
