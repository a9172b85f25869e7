"""Extracting a bundle: first everything is verified, then the bag is written to a new folder.

Promises that the folder appears whole or not at all, 0700 with files 0600, that no folder appears before
the audit chain tells of it, and that each file's digest is checked once more as it is written: what is on
the disk is what was verified.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.desk.intake import opening
from fieldlog.desk.keys import OpenRegister
from fieldlog.desk.report import VerificationReport
from fieldlog.desk.verifying import Progress
from fieldlog.formats.bag import Check, VerifiedBag
from fieldlog.primitives.hash import Sha512
from fieldlog.store.register import Action
from fieldlog.system import files, paths

_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was written: ``folder`` is the bag, ``files`` counts everything in it."""

    report: VerificationReport
    folder: Path
    files: int


def extract(
    register: OpenRegister, path: Path, folder: Path, *, progress: Progress | None = None
) -> Extraction:
    """Verify the bundle at ``path``, then write its bag to ``folder``, which must not exist.

    ``progress`` runs to the end twice, for verifying and for writing.

    Raises:
        TargetExists: there is something at ``folder``.
        NoSpace: it does not fit; nothing was written.
        FieldlogError: as ``desk.intake.open_bundle``. Nothing is left behind.
    """
    if os.path.lexists(folder):
        raise errors.TargetExists(str(folder))
    with (
        ExitStack() as until_noted,
        opening(register, path, action=Action.EXTRACTED, check=Check.EVERY_MANIFEST, progress=progress) as (
            bundle,
            opened,
        ),
    ):
        bag = bundle.bag
        files.require_space(folder.parent, needed=sum(bag.all_files().values()))
        # Left after the block above: the folder appears when the register has noted it, never before.
        building = until_noted.enter_context(_appearing(folder))
        _write_all(bag, building, progress)
    return Extraction(report=opened.report, folder=folder, files=len(bag.all_files()))


def _write_all(bag: VerifiedBag, building: Path, progress: Progress | None) -> None:
    sizes = bag.all_files()
    done, total = 0, sum(sizes.values())
    for name in sorted(sizes):
        # The strict reader let no name through that could leave the folder (Z01 to Z17).
        target = building.joinpath(*name.split("/"))
        for parent in reversed(target.relative_to(building).parents[:-1]):
            with files.translating(building):
                (building / parent).mkdir(mode=paths.PRIVATE_FOLDER_MODE, exist_ok=True)
        done = _write_one(bag, name, target, done=done, total=total, progress=progress)


def _write_one(
    bag: VerifiedBag, name: str, target: Path, *, done: int, total: int, progress: Progress | None
) -> int:
    digest = Sha512()
    source = bag.open_any(name)
    with files.atomic_write(target, replace=False) as sink:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            sink.write(chunk)
            done += len(chunk)
            if progress is not None:
                progress(done, total)
        bag.require_unaltered(name, digest.digest())
    return done


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A private folder that takes ``folder``'s place when the block ends well, and vanishes otherwise."""
    building = folder.with_name(f".{secrets.token_hex(8)}.part")
    with files.translating(folder):
        building.mkdir(mode=paths.PRIVATE_FOLDER_MODE)
    try:
        yield building
        for below, _folders, _names in os.walk(building):
            files.sync_folder(Path(below))
        if os.path.lexists(folder):
            raise errors.TargetExists(str(folder))  # noqa: TRY301 - the handler only cleans up
        with files.translating(folder):
            building.rename(folder)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    files.sync_folder(folder.parent)
