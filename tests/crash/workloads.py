"""What the crash tests do with a vault: one small function each, against the same calls a screen makes.

``prepare`` builds what was there before, on a disk that keeps everything. ``run`` is recorded, killed and
refused; it tells after each call that has returned what must be there from now on.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from crash.expect import Expectation, content_of, outputs_in
from crash.quick import FIRST_FORM, SECRETS
from fieldlog.field import backup, destruction, keys, recording, restoring, vault, volumes
from fieldlog.field import bin as bin_of_incidents
from fieldlog.field.vault import OpenVault
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.system.clock import FixedClock
from support import handover

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CLOCK: Final = FixedClock(NOON)
FIRST_AND_RECOVERY: Final = ("first", "recovery")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a workload works: everything below ``root`` is recorded, ``inputs`` lie outside."""

    root: Path
    inputs: Path

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def out(self) -> Path:
        return self.root / "out"


class Told:
    """The acknowledgements of a run: one line each, written with one call."""

    def __init__(self, descriptor: int, place: Place) -> None:
        self._descriptor = descriptor
        self._place = place
        self._last = Expectation(None)

    def kept(self, opened: OpenVault, *, by: tuple[str, ...] = FIRST_AND_RECOVERY) -> None:
        """A call has returned that changed the vault."""
        self._tell(Expectation(content_of(opened.store), by, outputs_in(self._place.out), self._last.other))

    def other_kept(self, opened: OpenVault) -> None:
        """A call has returned that changed the second vault; the first one is what it was."""
        self._tell(replace(self._last, other=content_of(opened.store)))

    def gone(self) -> None:
        """There is no vault, or none any more."""
        self._tell(Expectation(None, (), outputs_in(self._place.out)))

    def _tell(self, expectation: Expectation) -> None:
        self._last = expectation
        # A call that the program itself does not use: a fault that is meant for the vault does not meet it.
        os.writev(self._descriptor, [expectation.to_line().encode()])


@dataclass(frozen=True, slots=True)
class Workload:
    """``states`` of the normal suite; ``slots`` marks those that write the key slots.

    ``kills`` says whether it is short enough to be killed and refused at every call.
    """

    name: str
    prepare: Callable[[Place, Told], None]
    run: Callable[[Place, Told], None]
    states: int = 800
    slots: bool = False
    kills: bool = True


# --- pieces ---------------------------------------------------------------------------------------------


def created(place: Place) -> OpenVault:
    return vault.create(
        folder=place.vault,
        passphrase=vault.typed_secret(SECRETS["first"]),
        recovery=vault.typed_secret(SECRETS["recovery"]),
        clock=CLOCK,
        profile=CHEAPEST_FOR_TESTS,
    )


def unlocked(place: Place, secret: str = "first") -> OpenVault:
    return vault.unlock(folder=place.vault, passphrase=vault.typed_secret(SECRETS[secret]), clock=CLOCK)


@contextmanager
def opened(place: Place, secret: str = "first") -> Iterator[OpenVault]:
    """Unlock, and lock at the end; nothing is hidden when that fails."""
    reporter = unlocked(place, secret)
    try:
        yield reporter
    finally:
        reporter.lock()


def save(reporter: OpenVault, what: str, code: str | None = None, **answers: str) -> str:
    capture = QuickCapture(
        **{"what": what, "when": "2026-03-01 21:00", "where": "Example square", "consent": "C3", **answers}
    )
    return recording.save(reporter, code, capture, ready=True, local_now=NOON)


def attach(reporter: OpenVault, place: Place, code: str, size: int) -> str:
    path = place.inputs / f"recording-{size}.bin"
    if not path.exists():
        path.write_bytes((b"%d bytes " % size * (size // 8 + 1))[:size])
    return recording.attach(reporter, code, path).code


def _with_three_incidents(place: Place, told: Told) -> None:
    with created(place) as reporter:
        for number in range(3):
            save(reporter, f"Incident {number}: a shop window was broken.")
        told.kept(reporter)


def _words(name: str) -> Secret:
    return vault.typed_secret(SECRETS[name])


def _nothing(place: Place, told: Told) -> None:
    told.gone()


# --- workloads ------------------------------------------------------------------------------------------


def _create(place: Place, told: Told) -> None:
    reporter = created(place)
    told.kept(reporter)
    save(reporter, "The first thing that was written.")
    told.kept(reporter)
    reporter.lock()


def _save(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        for number in range(4):
            code = save(reporter, f"Somebody knocked {number} times. " + "And waited. " * 40 * number)
            told.kept(reporter)
        save(reporter, "Nobody knocked; it was the wind.", code)
        told.kept(reporter)


def _draft(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        code = None
        for number in range(5):
            capture = QuickCapture(what="What one types " + "letter by letter " * number * 30)
            code = recording.keep_draft(reporter, code, capture)
            told.kept(reporter)
        recording.discard_draft(reporter, code or "")
        told.kept(reporter)


def _sessions(place: Place, told: Told) -> None:
    for number in range(3):
        with opened(place, FIRST_AND_RECOVERY[number % 2]) as reporter:
            save(reporter, f"Session {number}.")
            told.kept(reporter)


def _attach(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        code = recording.list_incidents(reporter)[0].code
        for size in (30_001, 300_000, 0):
            attach(reporter, place, code, size)
            told.kept(reporter)


def _with_attachments(place: Place, told: Told) -> None:
    _with_three_incidents(place, Told(os.open(os.devnull, os.O_WRONLY), place))
    with opened(place) as reporter:
        rows = recording.list_incidents(reporter)
        for row, size in zip(rows, (20_000, 70_000, 200_000), strict=True):
            attach(reporter, place, row.code, size)
        told.kept(reporter)


def _delete(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        first, second, third = recording.list_incidents(reporter)
        for row in (first, second):
            (evidence,) = recording.read_incident(reporter, row.code).evidence
            recording.detach(reporter, row.code, evidence.code)
            told.kept(reporter)
        recording.move_to_bin(reporter, third.code)
        told.kept(reporter)
        # Its units are taken again by another file.
        attach(reporter, place, first.code, 60_000)
        told.kept(reporter)


def _erase(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        for row in recording.list_incidents(reporter)[:2]:
            bin_of_incidents.erase(reporter, row.code, typed=row.code)
            told.kept(reporter)


def _grow(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        code = recording.list_incidents(reporter)[0].code
        for number in range(3):
            save(reporter, f"Volume {number}. " + "A long story. " * 3_000)
            told.kept(reporter)
        attach(reporter, place, code, 200_000)
        told.kept(reporter)
        volumes.reserve(reporter, 1 << 20)
        told.kept(reporter)


def _with_a_card(place: Place, told: Told) -> None:
    _with_attachments(place, Told(os.open(os.devnull, os.O_WRONLY), place))
    place.out.mkdir(mode=0o700)
    register = handover.new_register(place.inputs / "register", clock=CLOCK)
    with opened(place) as reporter:
        handover.trust_in(reporter, register)
        # The first bundle makes the keys that every later one uses.
        reporter.store.settings.reporter_root()
        told.kept(reporter)


def _seal(place: Place, told: Told) -> None:
    from fieldlog.field import trust
    from fieldlog.field.sealing import plan
    from fieldlog.field.sealing import seal as seal_bundle

    with opened(place) as reporter:
        (known,) = trust.list_cards(reporter)
        for row in recording.list_incidents(reporter)[:2]:
            seal_bundle(reporter, plan(reporter, [row.code], [known.card_id]), place.out)
            told.kept(reporter)


def _change(place: Place, told: Told) -> None:
    """Passphrase, then recovery words, then the passphrase again."""
    with opened(place) as reporter:
        keys.change_passphrase(reporter, present=_words("first"), new=_words("changed"))
        told.kept(reporter, by=("changed", "recovery"))
        keys.change_recovery(reporter, _words("new recovery"), present=_words("changed"))
        told.kept(reporter, by=("changed", "new recovery"))
        keys.change_passphrase(reporter, present=_words("new recovery"), new=_words("first"))
        told.kept(reporter, by=("first", "new recovery"))


def _add_and_remove(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        for name in ("added", "changed"):
            added = keys.add_passphrase(reporter, present=_words("first"), new=_words(name))
            told.kept(reporter, by=("first", name, "recovery"))
            keys.remove(reporter, added.number, present=_words("first"))
            told.kept(reporter)


def _change_and_lock(place: Place, told: Told) -> None:
    """A change, a save and a lock in each session, by the words of the session before."""
    for before, after in itertools.pairwise(("first", "changed", "added", "first")):
        with opened(place, before) as reporter:
            keys.change_passphrase(reporter, present=_words(before), new=_words(after))
            told.kept(reporter, by=(after, "recovery"))
            save(reporter, f"Saved under {after}.")
            told.kept(reporter, by=(after, "recovery"))


def _second(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        told.kept(reporter)
        volumes.make_second_vault(reporter, passphrase=_words("other"), recovery=_words("other recovery"))
    with opened(place, "other") as reporter:
        told.other_kept(reporter)
        save(reporter, "In the other vault.")
        told.other_kept(reporter)


def _renew(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        keys.renew(reporter, present=_words("first"))
    with opened(place) as reporter:
        told.kept(reporter)


def _of_the_first_form(place: Place, told: Told) -> None:
    place.vault.mkdir(mode=0o700)
    with tarfile.open(FIRST_FORM / "clean.tar.xz") as archive:
        archive.extractall(place.vault, filter="data")
    for path in place.vault.iterdir():
        path.chmod(0o600)
    with opened(place, "old") as reporter:
        told.kept(reporter, by=("old", "old recovery"))


def _upgrade(place: Place, told: Told) -> None:
    with opened(place, "old") as reporter:
        volumes.upgrade(reporter, passphrase=_words("old"), recovery=_words("old recovery"))
    with opened(place, "old") as reporter:
        told.kept(reporter, by=("old", "old recovery"))


def _with_a_stick(place: Place, told: Told) -> None:
    place.out.mkdir(mode=0o700)
    _with_attachments(place, told)


def _back_up(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        backup.back_up(reporter, place.out)
        told.kept(reporter)


def _with_a_backup(place: Place, told: Told) -> None:
    was = Place(place.inputs / "was", place.inputs)
    was.root.mkdir(mode=0o700)
    _with_attachments(was, Told(os.open(os.devnull, os.O_WRONLY), was))
    with opened(was) as reporter:
        backup.back_up(reporter, place.inputs).path.rename(place.inputs / "backup.age")
    told.gone()


def _restore(place: Place, told: Told) -> None:
    restoring.restore(
        backup=place.inputs / "backup.age",
        folder=place.vault,
        recovery=_words("recovery"),
        passphrase=_words("first"),
        clock=CLOCK,
        profile=CHEAPEST_FOR_TESTS,
    )
    with opened(place) as reporter:
        told.kept(reporter)


def _destroy(place: Place, told: Told) -> None:
    destruction.destroy(place.vault, keys_gone=told.gone)
    told.gone()


def _left_by_a_kill(place: Place, told: Told) -> None:
    """A vault whose process was killed: its log has to be written back first."""
    was = Place(place.inputs / "was", place.inputs)
    was.root.mkdir(mode=0o700)
    with created(was) as reporter:
        for number in range(4):
            save(reporter, f"Before the kill {number}. " + "More words. " * 60)
        told.kept(reporter)
        shutil.copytree(was.vault, place.vault, copy_function=shutil.copy)


def _recover(place: Place, told: Told) -> None:
    with opened(place) as reporter:
        told.kept(reporter)
        save(reporter, "After the kill.")
        told.kept(reporter)


WORKLOADS: Final = {
    workload.name: workload
    for workload in (
        Workload("create", _nothing, _create),
        Workload("save", _with_three_incidents, _save, states=1_200),
        Workload("draft", _with_three_incidents, _draft),
        Workload("attach", _with_three_incidents, _attach),
        Workload("delete", _with_attachments, _delete),
        Workload("erase", _with_attachments, _erase),
        Workload("seal", _with_a_card, _seal),
        Workload("recover", _left_by_a_kill, _recover),
        Workload("grow", _with_three_incidents, _grow),
        Workload("second vault", _with_three_incidents, _second, states=2_000, slots=True),
        Workload("renew", _with_attachments, _renew),
        Workload("upgrade", _of_the_first_form, _upgrade, states=400),
        Workload("back up", _with_a_stick, _back_up),
        Workload("restore", _with_a_backup, _restore),
        Workload("destroy", _with_attachments, _destroy, states=300),
        Workload("sessions", _with_three_incidents, _sessions, states=2_000, slots=True),
        Workload("change", _with_three_incidents, _change, states=2_000, slots=True),
        Workload("add and remove", _with_three_incidents, _add_and_remove, states=2_000, slots=True),
        Workload("change and lock", _with_three_incidents, _change_and_lock, states=2_000, slots=True),
    )
}
