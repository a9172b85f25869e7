"""Making the files of a vault: both volumes, and the database of one (docs/formats/vault.md section 1).

Works on a folder that nobody has opened yet, or on the volume that is not in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fieldlog.formats import keyslots, slot_changes
from fieldlog.formats.keyslots import Head, OpenedSlot, SlotPayload, SlotSecret, VaultHeader, VolumeKeys
from fieldlog.primitives import rng
from fieldlog.primitives.secret import Secret
from fieldlog.store.area import STEM as MEDIA_STEM
from fieldlog.store.area import MediaPlace
from fieldlog.store.database import Database
from fieldlog.store.media import MediaStore, Progress
from fieldlog.store.vault import backing, folder, slot_table
from fieldlog.store.vault.settings import Settings
from fieldlog.store.vault.slot_keeper import SlotKeeper
from fieldlog.store.volume import opening, twins
from fieldlog.store.volume.sizes import Sizes
from fieldlog.system import files
from fieldlog.system.locking import FileLock


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVolume:
    """A volume that is being filled, before anybody can open it."""

    database: Database
    media: MediaStore
    settings: Settings


Fill = Callable[[NewVolume], None]


def make_vault(
    building: Path,
    header: VaultHeader,
    secrets: Sequence[SlotSecret],
    *,
    sizes: Sizes,
    made_at: str,
    fill: Fill | None,
) -> OpenedSlot:
    """Write every file of a new vault into the empty folder ``building``; gives the first secret's slot.

    Raises:
        NotEnoughMemory: a key could not be derived.
        NoSpace: both volumes do not fit.
        EncryptionUnavailable: the database would not be encrypted.
        FieldlogError: whatever ``fill`` raises.
    """
    keys = VolumeKeys.generate()
    content, used = keyslots.create_all(header, secrets, keys=keys, head=Head())
    files.write_whole(building / folder.HEADER_NAME, header.encode())
    make_files(building, volume_bytes=max(sizes.volume, 2 * header.wal_bytes), media_bytes=sizes.media)
    build_database(building, header, used[0])
    with new_volume(building, header, used[0]) as volume:
        fill_in(volume, content, used, made_at=made_at, fill=fill)
    files.write_whole(building / folder.SLOTS_NAME, content)
    backing.equalise_times(building, header)
    return used[0]


def make_second(
    place: Path,
    header: VaultHeader,
    secrets: Sequence[SlotSecret],
    *,
    volume: int,
    slots: SlotKeeper,
    made_at: str,
    fill: Fill | None,
) -> None:
    """Make a database in ``volume`` of the vault at ``place`` and let ``secrets`` open it.

    ``slots`` are those of the volume that is in use; they may change meanwhile. What was in ``volume`` is
    gone when the database is made, before its slots are.

    Raises:
        SecretInUse: a secret opens a slot of the vault already.
        NotEnoughMemory: a key could not be derived.
        VaultInUse: the vault was locked meanwhile, and somebody else has opened it.
        TargetVanished: the folder is another one by now.
        MachineError: another subclass.
    """
    slots.require_in_place()
    content = slot_changes.clear(folder.read_slots(place), slot_changes.slots_of(volume), volume=volume)
    keys = VolumeKeys.generate()
    free = list(slot_changes.slots_of(volume))
    used: list[OpenedSlot] = []
    derived: list[Sequence[Secret]] = []
    for wanted in secrets:
        slot_keys = keyslots.keys_for(header, content, wanted.secret, keyfile=wanted.keyfile)
        derived.append(slot_keys)
        payload = SlotPayload(volume=volume, purpose=wanted.purpose, keys=keys, head=Head())
        index = free.pop(rng.randbelow(len(free)))
        content, slot = slot_changes.put(header, content, slot_keys, index=index, payload=payload)
        used.append(slot)
    slots.require_in_place()
    build_database(place, header, used[0])
    with new_volume(place, header, used[0], lock=slots.vault_lock) as made:
        fill_in(made, content, used, made_at=made_at, fill=fill)
    # The rest of what was read above is minutes old by now.
    slots.write_other(content, derived)
    keys.wipe()


def make_files(
    building: Path, *, volume_bytes: int, media_bytes: int, progress: Progress | None = None
) -> None:
    """Both volumes and both attachment areas, all random.

    Raises:
        NoSpace: they do not fit.
        Cancelled: from ``progress``.
        MachineError: another subclass.
    """
    files.require_space(building, needed=2 * (volume_bytes + media_bytes))
    twins.make(building, opening.STEM, size=volume_bytes, progress=progress)
    if progress is not None:
        progress(0, media_bytes)
    twins.make(building, MEDIA_STEM, size=media_bytes, progress=progress)


def build_database(place: Path, header: VaultHeader, slot: OpenedSlot) -> None:
    """An empty database in the volume of ``slot``.

    Raises:
        EncryptionUnavailable: it would not be encrypted as promised.
        MachineError: one of its subclasses.
    """
    keys = slot.payload.keys
    opening.build(
        folder=place,
        own=slot.payload.volume,
        log_bytes=header.wal_bytes,
        key=keys.database_key,
        salt=keys.cipher_salt,
        log_key=keys.wal_key,
    )


@contextmanager
def new_volume(
    place: Path, header: VaultHeader, slot: OpenedSlot, *, lock: FileLock | None = None
) -> Iterator[NewVolume]:
    """The volume of ``slot``, open for filling.

    Raises:
        FieldlogError: as ``backing.open_database_of``.
    """
    database = backing.open_database_of(place, header, slot)
    try:
        media = MediaStore(
            database,
            MediaPlace(folder=place, volume=slot.payload.volume, lock=lock),
            root_key=slot.payload.keys.media_key,
            unit_bytes=header.unit_bytes,
        )
        yield NewVolume(database=database, media=media, settings=Settings(database))
    finally:
        database.close()


def fill_in(
    volume: NewVolume, content: bytes, used: Sequence[OpenedSlot], *, made_at: str, fill: Fill | None
) -> None:
    """The list of secrets, and whatever the caller puts in."""
    with volume.database.transaction():
        slot_table.begin(volume.database, content, used, made_at=made_at)
    if fill is not None:
        fill(volume)
