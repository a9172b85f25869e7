"""What a crash can leave: every kind of state, at every operation of a recorded run.

    kill      everything that was done: the process died, the machine did not
    none      only what was synced
    prefix    what was done up to some moment since the syncs
    subset    each write, rename and removal kept or lost by itself, in any combination
    torn      each sector of each write kept or lost by itself
    garbage   as torn, and a lost sector may hold zeros or random bytes

A state is described, not built: building it is for ``stage``, and states that come to the same bytes are
the same state.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from crash.model import (
    SECTOR,
    Change,
    Disk,
    Entered,
    File,
    Folder,
    Left,
    Moved,
    Resized,
    Written,
    reachable,
    rename,
)
from crash.replay import Replay

KINDS = ("kill", "none", "prefix", "subset", "torn", "garbage")
_FRUITLESS = 30
"""Rounds in a row without a new state after which there are no more to be expected."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file: durable bytes, cut or lengthened to ``size``, with stretches laid over them."""

    base: bytes = field(repr=False)
    base_name: tuple[int, int]
    size: int
    laid_over: tuple[tuple[int, bytes], ...] = field(repr=False)

    def digest(self) -> bytes:
        """The same for the same bytes made from the same durable content."""
        told = hashlib.blake2b(repr((self.base_name, self.size)).encode(), digest_size=16)
        for offset, content in self.laid_over:
            told.update(offset.to_bytes(8) + content)
        return told.digest()

    def content(self) -> bytes:
        """All of it."""
        buffer = bytearray(self.base[: self.size].ljust(self.size, b"\0"))
        for offset, piece in self.laid_over:
            buffer[offset : offset + len(piece)] = piece
        return bytes(buffer)


@dataclass(frozen=True, slots=True)
class CrashState:
    """What is on the disk after a crash: each path with its file, ``None`` for a folder."""

    kind: str
    step: int
    after: str
    acknowledged: int
    tree: dict[str, FileState | None] = field(repr=False)

    def digest(self) -> bytes:
        """Tells distinct states apart."""
        told = hashlib.blake2b(bytes((self.acknowledged,)), digest_size=16)
        for path, file in sorted(self.tree.items()):
            told.update(path.encode() + b"\0" + (b"" if file is None else file.digest()))
        return told.digest()


class _Sectors:
    """The stretches that lie over a durable file, and the size it comes to."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.size = len(file.durable)
        self._over: dict[int, bytearray] = {}

    def _sector(self, number: int) -> bytearray:
        if number not in self._over:
            begin = number * SECTOR
            self._over[number] = bytearray(self.file.durable[begin : begin + SECTOR].ljust(SECTOR, b"\0"))
        return self._over[number]

    def lay(self, offset: int, content: bytes) -> None:
        """``content`` at ``offset``."""
        at = 0
        while at < len(content):
            number, inside = divmod(offset + at, SECTOR)
            taken = min(SECTOR - inside, len(content) - at)
            self._sector(number)[inside : inside + taken] = content[at : at + taken]
            at += taken

    def resize(self, size: int) -> None:
        """Cut; what comes again later is zeros."""
        if size < self.size:
            first = -(-size // SECTOR)
            for number in range(first, -(-max(self.size, len(self.file.durable)) // SECTOR)):
                self._over[number] = bytearray(SECTOR)
            if size % SECTOR:
                inside = size % SECTOR
                self._sector(size // SECTOR)[inside:] = bytes(SECTOR - inside)
        self.size = size

    def state(self) -> FileState:
        """The file as it is now, with neighbouring sectors joined."""
        pieces: list[tuple[int, bytearray]] = []
        for number in sorted(self._over):
            begin = number * SECTOR
            content = self._over[number][: max(0, self.size - begin)]
            if not content or content == self.file.durable[begin : begin + SECTOR]:
                continue
            if pieces and pieces[-1][0] + len(pieces[-1][1]) == begin:
                pieces[-1][1].extend(content)
            else:
                pieces.append((begin, content))
        return FileState(
            self.file.durable,
            (self.file.number, self.file.version),
            self.size,
            tuple((offset, bytes(piece)) for offset, piece in pieces),
        )


class _Crash:
    """One crash of one disk: decides about each pending change in turn."""

    def __init__(self, disk: Disk, kind: str, dice: random.Random) -> None:
        self._disk = disk
        self._kind = kind
        self._dice = dice
        self._keep = dice.choice((0.15, 0.5, 0.85, 0.97))
        self._names: dict[int, dict[str, File | Folder]] = {}
        self._files: dict[int, _Sectors] = {}

    def tree(self) -> dict[str, FileState | None]:
        """What is left."""
        until = self._dice.randint(1, max(1, len(self._disk.pending) - 1)) if self._kind == "prefix" else 0
        for place, (_call, change) in enumerate(self._disk.pending):
            match self._kind:
                case "kill":
                    self._apply(change)
                case "none":
                    break
                case "prefix":
                    if place < until:
                        self._apply(change)
                case "subset":
                    if self._dice.random() < self._keep:
                        self._apply(change)
                case _:
                    self._tear(change)
        found = reachable(self._disk.root, self._names_of)
        return {path: None if file is None else self._sectors_of(file).state() for path, file in found}

    def _names_of(self, folder: Folder) -> dict[str, File | Folder]:
        return self._names.setdefault(folder.number, dict(folder.durable))

    def _sectors_of(self, file: File) -> _Sectors:
        if file.number not in self._files:
            self._files[file.number] = _Sectors(file)
        return self._files[file.number]

    def _apply(self, change: Change) -> None:
        match change:
            case Written():
                sectors = self._sectors_of(change.file)
                sectors.size = max(sectors.size, change.offset + len(change.content))
                sectors.lay(change.offset, change.content)
            case Resized():
                self._sectors_of(change.file).resize(change.size)
            case Entered() | Left() | Moved():
                rename(change, self._names_of)

    def _tear(self, change: Change) -> None:
        if not isinstance(change, Written):
            if self._dice.random() < self._keep:
                self._apply(change)
            return
        sectors = self._sectors_of(change.file)
        begin, end = change.offset, change.offset + len(change.content)
        reached = begin
        while begin < end:
            until = min(end, (begin // SECTOR + 1) * SECTOR)
            piece = change.content[begin - change.offset : until - change.offset]
            kept = self._dice.random() < self._keep
            if not kept and self._kind == "garbage" and self._dice.random() < 0.5:
                piece = bytes(len(piece)) if self._dice.random() < 0.5 else self._dice.randbytes(len(piece))
                kept = True
            if kept:
                sectors.lay(begin, piece)
                reached = until
            begin = until
        # The size is one more thing that may or may not have arrived.
        sectors.size = max(sectors.size, end if self._dice.random() < 0.5 else reached)


def crash_states(replay: Replay, *, wanted: int, seed: str) -> Iterator[CrashState]:
    """Distinct crash states of a run, of every kind and at every operation, ``wanted`` of them if there are so many.

    The first round looks at every operation; where that would be more than ``wanted``, at as many as fit, chosen
    evenly by ``seed``. Further rounds throw the dice again.
    """
    seen: set[bytes] = set()
    points = sum(1 for _ in replay.steps())
    share = min(1.0, 0.95 * wanted / max(1, points * len(KINDS)))
    fruitless = 0
    for round_number in itertools.count():
        before = len(seen)
        dice = random.Random(f"{seed}:{round_number}")
        for number, step in enumerate(replay.steps()):
            for kind in KINDS if round_number == 0 else KINDS[2:]:
                if dice.random() >= share:
                    continue
                if not step.disk.pending and kind != "kill":
                    continue
                tree = _Crash(step.disk, kind, dice).tree()
                state = CrashState(kind, number, step.call.name, step.acknowledged, tree)
                if (told := state.digest()) in seen:
                    continue
                seen.add(told)
                yield state
                if len(seen) >= wanted:
                    return
        fruitless = fruitless + 1 if len(seen) == before else 0
        if fruitless == _FRUITLESS:
            return
