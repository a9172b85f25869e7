"""Copying a whole vault into fresh volumes under new keys (docs/formats/vault.md section 3.5).

All four files are made new, those of the other volume too, so that their dates tell nothing; the other
volume's bytes and slots are carried over unseen. Every attachment is compared with its digests on the way,
and the chain of the copy is verified, before anybody uses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import apsw

from fieldlog import errors
from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, OpenedSlot, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.store.area import STEM as MEDIA_STEM
from fieldlog.store.database import Database
from fieldlog.store.media import MediaStore, Progress
from fieldlog.store.vault import backing, chain, folder, making
from fieldlog.store.volume import opening, twins
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files

_STEP: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An open vault, as much of it as copying needs. ``used`` is every slot of its volume that is known."""

    place: Path
    header: VaultHeader
    slot: OpenedSlot
    database: Database
    media: MediaStore
    used: Sequence[OpenedSlot]
    head: Head


class _Steps:
    """Adds the progress of several pieces of work up."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self._before = 0
        self._now = 0

    def tell(self, done: int, _total: int) -> None:
        if done < self._now:
            # The next piece of work has begun.
            self._before += self._now
        self._now = done
        if self._progress is not None:
            self._progress(self._before + done, max(self._total, self._before + done))


def copy_vault(
    source: Source,
    building: Path,
    *,
    secrets: Sequence[SlotSecret] | None,
    made_at: str,
    sizes: Sizes,
    progress: Progress | None,
) -> None:
    """Write the whole vault anew into the empty folder ``building``.

    Raises:
        SlotsUnknown: the vault is of the first form and ``secrets`` are missing.
        NoSpace: there is no room for a second copy.
        EditConflict: something was saved while it was copied.
        Cancelled: from ``progress``. VaultDamaged: an attachment or the chain does not verify.
        MachineError: another subclass.
    """
    first_form = not source.header.wal_bytes
    if first_form and secrets is None:
        raise errors.SlotsUnknown
    header = source.header
    if first_form:
        header = VaultHeader(profile=header.profile, wal_bytes=sizes.log, unit_bytes=header.unit_bytes)
    content, used = _slots(source, header, secrets)
    attachments = source.media.total_bytes()
    volume_bytes, media_bytes = _lengths(source, header, sizes)
    pieces = (volume_bytes, media_bytes)
    steps = _Steps(progress, sum(pieces) * (1 if first_form else 2) + attachments)
    files.write_whole(building / folder.HEADER_NAME, header.encode())
    making.make_files(building, volume_bytes=volume_bytes, media_bytes=media_bytes, progress=steps.tell)
    if not first_form:
        _carry_over(source, building, steps)
    slot = used[0]
    keys = slot.payload.keys

    def from_source(target: apsw.Connection) -> None:
        source.database.copy_into(target)

    opening.build(
        folder=building,
        own=slot.payload.volume,
        log_bytes=header.wal_bytes,
        key=keys.database_key,
        salt=keys.cipher_salt,
        log_key=keys.wal_key,
        fill=from_source,
    )
    with making.new_volume(building, header, slot) as volume:
        chain.count_epochs(volume.database)
        volume.media.forget_units()
        for code in source.media.codes():
            with source.media.open(code) as reader:
                steps.tell(0, 0)
                volume.media.refill(code, reader, progress=steps.tell)
        making.fill_in(volume, content, used, made_at=made_at, fill=None)
        if chain.head_of(source.database) != source.head:
            # Something was saved meanwhile, and the copy may not have it.
            raise errors.EditConflict
        if chain.verify(volume.database) != source.head.count:
            raise errors.VaultDamaged(str(source.place), "database")
        head = chain.head_of(volume.database)
        content = slot_changes.reseal(header, content, used, head=head)
        making.fill_in(volume, content, used, made_at=made_at, fill=None)
    files.write_whole(building / folder.SLOTS_NAME, content)
    backing.equalise_times(building, header)


def _slots(
    source: Source, header: VaultHeader, secrets: Sequence[SlotSecret] | None
) -> tuple[bytes, Sequence[OpenedSlot]]:
    keys = VolumeKeys.generate()
    if secrets is not None and not source.header.wal_bytes:
        return keyslots.create_all(header, secrets, keys=keys, head=source.head)
    # The salt stays, and with it the key of every secret: the other volume's slots could not be written.
    volume = source.slot.payload.volume
    content = folder.read_slots(source.place)
    content = slot_changes.clear(content, slot_changes.slots_of(volume), volume=volume)
    used = [replace(slot, payload=replace(slot.payload, keys=keys)) for slot in source.used]
    return slot_changes.reseal(header, content, used, head=source.head), used


def _lengths(source: Source, header: VaultHeader, sizes: Sizes) -> tuple[int, int]:
    """Bytes of a volume and of an attachment area of the copy: as they were, or enough for format 1."""
    if source.header.wal_bytes:
        return tuple(  # type: ignore[return-value]
            twins.path_of(source.place, stem, 0).stat().st_size for stem in (opening.STEM, MEDIA_STEM)
        )
    pages, _ = backing.pages_of(source.database)
    return max(sizes.volume, header.wal_bytes + pages), sizes.media


def _carry_over(source: Source, building: Path, steps: _Steps) -> None:
    other = 1 - source.slot.payload.volume
    for stem in (opening.STEM, MEDIA_STEM):
        steps.tell(0, 0)
        pair = twins.TwinFiles(building, stem, own=other)
        try:
            with files.open_source(twins.path_of(source.place, stem, other)) as old:
                offset = 0
                while piece := old.read(_STEP):
                    pair.grow(offset + len(piece))
                    with files.translating(pair.path):
                        pair.write(piece, offset)
                    offset += len(piece)
                    steps.tell(offset, offset)
            pair.sync_both()
        finally:
            pair.close()
