"""Making a vault out of the pages of a database and the bytes of its attachments (docs/formats/backup.md 8).

The pages come in encrypted as they are, under the keys they were written with; the log, the attachments
and the slots get new ones. The vault appears when all of it is there and verifies.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.age import sealed_size
from fieldlog.formats.keyslots import Head, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.store.media import Progress
from fieldlog.store.vault import backing, chain, folder, making
from fieldlog.store.vault.making import NewVolume
from fieldlog.store.vault.pace import Pace
from fieldlog.store.volume import opening
from fieldlog.store.volume import sizes as volume_sizes
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a vault is made of. ``attachment`` opens the bytes of one, by its code.

    ``attachment_bytes`` are the sizes of all of them; ``head`` is what the history must end with.
    """

    keys: VolumeKeys
    head: Head
    database_bytes: int
    pages: Callable[[], Iterator[bytes]]
    attachment_bytes: Sequence[int]
    attachment: Callable[[str], AbstractContextManager[io.RawIOBase]]


def restore(
    place: Path,
    contents: Contents,
    *,
    profile: Argon2Profile,
    secrets: Sequence[SlotSecret],
    made_at: str,
    settings: Callable[[NewVolume], None],
    sizes: Sizes | None = None,
    progress: Progress | None = None,
) -> None:
    """Make the vault at ``place``. It appears whole, locked, or not at all.

    Args:
        place: where nothing is yet.
        contents: verified already, and verified once more as they go in.
        profile: of Argon2id.
        secrets: what opens it, each through a slot of its own.
        made_at: the present moment, for the list of secrets.
        settings: changes settings of the new vault.
        sizes: of its files, if not the usual ones.
        progress: told what is done and what there is in all.

    Raises:
        VaultExists: there is something at ``place``.
        VaultDamaged: ``database`` or ``media``: it does not verify, or is not what was announced.
        HistoryAltered: the history does not verify or has another end.
        NotEnoughMemory: the profile's memory could not be had.
        NoSpace: both volumes do not fit.
        Cancelled: from ``progress``.
        MachineError: another subclass. Nothing is left behind.
    """
    chosen = sizes or volume_sizes.USUAL
    pace = Pace(progress)
    # Placed, looked at by the engine, and its history followed.
    pace.expect(3 * contents.database_bytes + sum(contents.attachment_bytes))
    header = VaultHeader(profile=profile, wal_bytes=chosen.log, unit_bytes=chosen.unit)
    with folder.appearing(place) as building:
        content, used = keyslots.create_all(header, secrets, keys=contents.keys, head=contents.head)
        files.write_whole(building / folder.HEADER_NAME, header.encode())
        making.make_files(
            building,
            volume_bytes=max(chosen.volume, 2 * header.wal_bytes, header.wal_bytes + contents.database_bytes),
            media_bytes=chosen.media,
        )
        # Both areas grow by what is taken in; whether that fits is known before the first byte.
        files.require_space(building, needed=2 * _units_bytes(contents, header.unit_bytes))
        opening.place_pages(
            folder=building,
            own=used[0].payload.volume,
            log_bytes=header.wal_bytes,
            pages=_counted(contents.pages(), pace),
        )
        with making.new_volume(building, header, used[0]) as volume:
            chain.count_epochs(volume.database)
            _fill(volume, contents, place, pace)
            making.fill_in(volume, content, used, made_at=made_at, fill=settings)
            content = slot_changes.reseal(header, content, used, head=chain.head_of(volume.database))
            making.fill_in(volume, content, used, made_at=made_at, fill=None)
        files.write_whole(building / folder.SLOTS_NAME, content)
        backing.equalise_times(building, header)


def _units_bytes(contents: Contents, unit_bytes: int) -> int:
    return sum(-(-sealed_size(size) // unit_bytes) * unit_bytes for size in contents.attachment_bytes)


def _counted(pages: Iterator[bytes], pace: Pace) -> Iterator[bytes]:
    for piece in pages:
        yield piece
        pace.step(len(piece))


def _fill(volume: NewVolume, contents: Contents, place: Path, pace: Pace) -> None:
    """Check the history, then take every attachment in under a new key."""
    damaged = errors.VaultDamaged(str(place), "database")
    with volume.database.watched(pace.step):
        if volume.database.execute("PRAGMA integrity_check") != [("ok",)]:
            raise damaged
    pace.step(contents.database_bytes)
    found = chain.head_of(volume.database)
    if chain.verify(volume.database) != contents.head.count or found.hash != contents.head.hash:
        raise errors.HistoryAltered(str(place))
    pace.step(contents.database_bytes)
    volume.media.forget_units()
    for code in volume.media.codes():
        with contents.attachment(code) as source:
            volume.media.refill(code, source, progress=pace.within())
