"""A recorded run, done again on the model: which call changed what, which was durable when, what was acknowledged.

A call that changes a file in a way this module does not know is an error, and so is a run whose replay does
not end with the bytes that are really there: a crash test that overlooks a write proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from crash.model import Change, Disk, Entered, File, Folder, Left, Moved, Resized, Written, reachable
from support.syscalls import Call, calls

_NUMBER = re.compile(rb"^(\d+)<([\\x0-9a-f]*)>")
_PLACE = re.compile(rb"(?:AT_FDCWD|\d+)(?:<([\\x0-9a-f]*)>)?, \"([\\x0-9a-f]*)\"")
_PLAIN_PLACE = re.compile(rb"\"([\\x0-9a-f]*)\"")
_NUMBERS = re.compile(rb", (\d+)$")
_UNKNOWN = {
    "copy_file_range", "sendfile", "splice", "fallocate", "truncate", "symlink", "symlinkat", "openat2", "creat",
    "io_uring_setup",
}  # fmt: skip
"""Not used by the program; a run that uses one has to be taught here first."""


@dataclass(slots=True)
class _Descriptor:
    inode: File | Folder
    position: int = 0
    appends: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The disk after one call; ``acknowledged`` saves had returned by then."""

    call: Call
    disk: Disk
    acknowledged: int


def _unhex(escaped: bytes) -> str:
    return bytes.fromhex(escaped.replace(b"\\x", b"").decode()).decode()


class Replay:
    """One recorded run below ``root``, whose acknowledgements are the lines written to ``acknowledgements``."""

    def __init__(self, record: Path, *, before: Path, root: Path, acknowledgements: Path) -> None:
        # Every round of crash states replays the run: it is read once.
        self._calls = [
            (number, call)
            for number, call in enumerate(calls(record))
            if call.result >= 0 or call.name == "mmap"
        ]
        self._written_by = {
            number: b"".join(call.texts())[: call.result]
            for number, call in self._calls
            if "write" in call.name
        }
        self._before = before
        self._root = PurePosixPath(root)
        self._acknowledgements = str(acknowledgements)

    def steps(self) -> Iterator[Step]:
        """Every call that changed something or made something durable, one after another."""
        disk = Disk(self._before)
        descriptors: dict[int, _Descriptor] = {}
        acknowledged = 0
        for number, call in self._calls:
            told = self._is_acknowledgement(call)
            acknowledged += told
            if told or self._apply(call, number, disk, descriptors):
                yield Step(call, disk, acknowledged)

    def require_complete(self, after: Path) -> None:
        """Check that the replay ends with what the run really left in ``after``."""
        disk = None
        for step in self.steps():
            disk = step.disk
        assert disk is not None, "nothing was recorded"
        left = {
            str(path.relative_to(after)): None if path.is_dir() else path.read_bytes()
            for path in after.rglob("*")
        }
        for inode in {
            id(file): file for _, file in reachable(disk.root, lambda folder: folder.now) if file
        }.values():
            disk.sync(inode, begun=len(disk.pending) + 1_000_000_000)
        replayed = {
            path: None if file is None else file.durable
            for path, file in reachable(disk.root, lambda folder: folder.now)
        }
        assert left.keys() == replayed.keys(), "the replay has other names than the run"
        differing = [path for path, content in left.items() if content != replayed[path]]
        assert not differing, f"the replay has other bytes than the run in {differing}"

    def _is_acknowledgement(self, call: Call) -> bool:
        where = _NUMBER.match(call.arguments)
        return call.name == "writev" and where is not None and _unhex(where[2]) == self._acknowledgements

    def _inside(self, path: str) -> PurePosixPath | None:
        place = PurePosixPath(path)
        return place.relative_to(self._root) if place.is_relative_to(self._root) else None

    def _places(self, call: Call) -> list[PurePosixPath | None]:
        """The paths among the arguments, relative to the root; ``None`` for one that is elsewhere."""
        if call.name.endswith(("at", "at2")):
            pairs = _PLACE.findall(call.arguments)
        else:
            pairs = [(b"", path) for path in _PLAIN_PLACE.findall(call.arguments)]
        return [self._inside(str(PurePosixPath(_unhex(base) or "/") / _unhex(path))) for base, path in pairs]

    def _apply(self, call: Call, number: int, disk: Disk, descriptors: dict[int, _Descriptor]) -> bool:
        """Whether the call changed something or made something durable."""
        if call.name in _UNKNOWN or call.name == "mmap":
            self._require_elsewhere(call)
            return False
        match call.name:
            case "open" | "openat":
                return self._open(call, number, disk, descriptors)
            case "close":
                if where := re.match(rb"(\d+)", call.arguments):
                    descriptors.pop(int(where[1]), None)
                return False
            case "rename" | "renameat" | "renameat2" | "link" | "linkat":
                return self._two_names(call, number, disk)
            case "unlink" | "unlinkat" | "rmdir" | "mkdir" | "mkdirat":
                return self._one_name(call, number, disk)
            case _:
                return self._on_descriptor(call, number, disk, descriptors)

    def _require_elsewhere(self, call: Call) -> None:
        assert call.name != "io_uring_setup", "what goes through io_uring is invisible"
        if call.name == "mmap" and not (b"MAP_SHARED" in call.arguments and b"PROT_WRITE" in call.arguments):
            return
        touched = re.findall(rb"[<\"]((?:\\x[0-9a-f]{2})+)[>\"]", call.arguments)
        assert not any(self._inside(_unhex(text)) for text in touched), f"{call.name} is not modelled"

    def _open(self, call: Call, number: int, disk: Disk, descriptors: dict[int, _Descriptor]) -> bool:
        descriptors.pop(call.result, None)
        (place, *_rest) = self._places(call) or [None]
        if place is None or b"O_PATH" in call.arguments:
            return False
        folder = disk.folder(place.parent) if place.parts else disk.root
        inode = folder.now.get(place.name) if place.parts else disk.root
        changes: list[Change] = []
        if inode is None:
            assert b"O_CREAT" in call.arguments, f"{place} was opened and was never made"
            inode = disk.new_file()
            changes = [Entered(folder, place.name, inode)]
        elif b"O_TRUNC" in call.arguments and isinstance(inode, File) and disk.size(inode):
            changes = [Resized(inode, 0)]
        for change in changes:
            disk.change(change, call=number)
        descriptors[call.result] = _Descriptor(inode, appends=b"O_APPEND" in call.arguments)
        return bool(changes)

    def _two_names(self, call: Call, number: int, disk: Disk) -> bool:
        source, target = self._places(call)
        if source is None and target is None:
            return False
        assert source is not None, "a name came from elsewhere"
        assert target is not None, "a name went elsewhere"
        change: Change
        if call.name.startswith("link"):
            change = Entered(disk.folder(target.parent), target.name, disk.find(source))
        else:
            assert b"RENAME_EXCHANGE" not in call.arguments
            change = Moved(disk.folder(source.parent), source.name, disk.folder(target.parent), target.name)
        disk.change(change, call=number)
        return True

    def _one_name(self, call: Call, number: int, disk: Disk) -> bool:
        (place,) = self._places(call)
        if place is None:
            return False
        folder = disk.folder(place.parent)
        made = call.name.startswith("mkdir")
        change = Entered(folder, place.name, disk.new_folder()) if made else Left(folder, place.name)
        disk.change(change, call=number)
        return True

    def _on_descriptor(
        self, call: Call, number: int, disk: Disk, descriptors: dict[int, _Descriptor]
    ) -> bool:
        where = _NUMBER.match(call.arguments)
        held = descriptors.get(int(where[1])) if where else None
        if held is None:
            # A folder that is being listed is moved in; a write to something unknown would be overlooked.
            unknown = (
                where is not None and call.name != "lseek" and self._inside(_unhex(where[2])) is not None
            )
            assert not unknown, f"unknown descriptor: {call}"
            return False
        match call.name:
            case "fsync" | "fdatasync":
                disk.sync(held.inode, begun=call.begun)
                return True
            case "lseek":
                held.position = call.result
                return False
            case "dup" | "dup2" | "dup3":
                descriptors[call.result] = held
                return False
            case "sync_file_range" | "syncfs":
                # Promises nothing that could be relied on.
                return False
        assert isinstance(held.inode, File), f"{call.name} on a folder"
        disk.change(self._changed(call, number, held, held.inode, disk), call=number)
        return True

    def _changed(self, call: Call, number: int, held: _Descriptor, file: File, disk: Disk) -> Change:
        last = _NUMBERS.search(call.arguments)
        if call.name == "ftruncate":
            assert last is not None
            return Resized(file, int(last[1]))
        content = self._written_by[number]
        assert len(content) == call.result, f"{call.name} was recorded short"
        if call.name.startswith("pwrite"):
            assert last is not None
            return Written(file, int(last[1]), content)
        offset = disk.size(file) if held.appends else held.position
        held.position = offset + len(content)
        return Written(file, offset, content)
