"""Recovering: from a damaged vault into a fresh one, with a report of what was lost.

How a face uses it::

    require_place(damaged, place)                               # before words are drawn for the new vault
    with opened(folder=damaged, passphrase=secret) as remains:  # seconds: Argon2id; nothing is changed
        made = recover(remains, into=place, passphrase=new, recovery=kit, clock=clock)
    made.report.findings                                        # slugs and codes; i18n.findings has the words

Call it on a worker thread. The damaged folder is never written to; the fresh vault appears when it is whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldlog.errors import UsageError, VaultExists
from fieldlog.field import new_place, vault
from fieldlog.field.keyfile import read_for_unlocking
from fieldlog.field.vault import canonical
from fieldlog.field.wording import RecordedWording
from fieldlog.primitives.kdf import Argon2Profile
from fieldlog.primitives.secret import Secret
from fieldlog.store.media import Progress
from fieldlog.store.vault.findings import Finding, Recovered
from fieldlog.store.vault.making import NewVolume
from fieldlog.store.vault.salvage import recovery as salvage
from fieldlog.store.vault.salvage.recovery import Damaged
from fieldlog.system import files, process
from fieldlog.system.clock import Clock

__all__ = ["Damaged", "Finding", "Recovered", "opened", "propose_place", "recover", "require_place"]


def propose_place(folder: Path) -> Path:
    """A free name beside the damaged vault, for its folder keeps its own.

    Raises:
        MachineError: one of its subclasses: what lies beside it cannot be looked at.
    """
    proposed, number = folder.with_name(f"{folder.name}-recovered"), 1
    while files.exists(proposed):
        number += 1
        proposed = folder.with_name(f"{folder.name}-recovered-{number}")
    return proposed


def require_place(folder: Path, into: Path) -> None:
    """Check that what is left of the vault in ``folder`` can become a new one at ``into``.

    Raises:
        VaultExists: there is something at ``into``.
        UsageError: ``recover-inside``: ``into`` is in the damaged folder, which is not to be changed.
        ReadOnly, NoSpace, NotEnoughMemory, MachineError: as ``new_place.require_possible``.
    """
    if files.exists(into):
        raise VaultExists(str(into))
    with files.translating(into):
        try:
            inside = into.resolve().is_relative_to(folder.resolve())
        except (RuntimeError, ValueError):
            # Links in a circle, or a name that no file can have: asking for it says so.
            inside = False
    if inside:
        raise UsageError("recover-inside")
    # Last of all, and never inside: it brings back a vault that was being replaced.
    new_place.require_possible(into)


@contextmanager
def opened(*, folder: Path, passphrase: Secret, keyfile: Path | None = None) -> Iterator[Damaged]:
    """Open a vault that may be damaged, as far as that is possible; ``passphrase`` may be any of its words.

    Raises:
        VaultMissing: there is none. VaultInUse: another Fieldlog has it open.
        VaultTooNew: a later version wrote it.
        CannotUnlock: wrong words, or their slot is damaged: other words or the backup are the way then.
        FileUnreadable: the key file is not there.
        VaultDamaged: ``slots`` or ``database``: nothing that could be read is left of it.
        NotEnoughMemory: ``needed`` bytes are not free.
        EncryptionUnavailable: the storage engine is not what it has to be.
    """
    secret = canonical(passphrase)
    with salvage.opened(
        folder,
        secret=secret,
        available_memory=process.available_memory(),
        keyfile=read_for_unlocking(keyfile, secret),
    ) as damaged:
        yield damaged


def recover(
    damaged: Damaged,
    *,
    into: Path,
    passphrase: Secret,
    recovery: Secret,
    clock: Clock,
    profile: Argon2Profile | None = None,
    progress: Progress | None = None,
) -> Recovered:
    """Make a fresh vault at ``into`` with everything that verifies, and say what did not.

    The fresh vault has keys and words of its own. ``progress`` is called with what is done and what there is
    in all; what it raises ends everything.

    Raises:
        VaultExists: there is something at ``into``; it was not touched.
        UsageError: ``recover-inside``: ``into`` is in the damaged folder, which is not to be changed.
        NotEnoughMemory: not even the smallest preset fits.
        NoSpace: what is left does not fit there.
        Cancelled: from ``progress``.
        FieldlogError: another error of the fresh vault's storage. In every case nothing is left at ``into``.
    """
    require_place(damaged.place, into)
    reports: list[Recovered] = []

    def fill(volume: NewVolume) -> None:
        reports.append(salvage.pour(damaged, volume, wording=RecordedWording(), progress=progress))

    vault.create(
        folder=into, passphrase=passphrase, recovery=recovery, clock=clock, profile=profile, fill=fill
    ).lock()
    return reports[0]
