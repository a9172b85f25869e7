"""An open vault whose folder goes away, or makes room for another vault, writes nothing there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import keys, recording, volumes
from fieldlog.field import vault as field_vault
from fieldlog.field.destruction import destroy
from fieldlog.field.vault import OpenVault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.system.clock import FixedClock
from support.backups import NOON, attach, content_of, save, words_of

CLOCK = FixedClock(NOON)
PASSPHRASE = field_vault.typed_secret("щека батарея лютый июнь фронт житель голова")
RECOVERY = field_vault.typed_secret("farm happy cluster clock rabbit mass pause baby cigar labor gym round")
OTHER = field_vault.typed_secret("harbor walnut pepper engine marble cactus ladder")
OTHER_RECOVERY = field_vault.typed_secret(words_of(bytes(range(2, 18))))
SECOND = field_vault.typed_secret("violin saddle ember copper lagoon thistle bishop")
SECOND_RECOVERY = field_vault.typed_secret(words_of(bytes(range(3, 19))))


def unlock(folder: Path, secret: Secret) -> OpenVault:
    return field_vault.unlock(folder=folder, passphrase=secret, clock=CLOCK)


class Another:
    """A vault that came to be where the open one was, with an attachment of its own."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder = folder
        with field_vault.create(
            folder=folder,
            passphrase=OTHER,
            recovery=OTHER_RECOVERY,
            clock=CLOCK,
            profile=CHEAPEST_FOR_TESTS,
        ) as made:
            self.incident = save(made, "Made up, in the other vault.")
            self.content = os.urandom(300_000)
            self.attached = attach(made, self.incident, self.content, scratch)
        self.files = {path.name: path.read_bytes() for path in folder.iterdir()}

    def require_untouched(self) -> None:
        assert {path.name: path.read_bytes() for path in self.folder.iterdir()} == self.files
        for secret in (OTHER, OTHER_RECOVERY):
            with unlock(self.folder, secret) as vault:
                assert recording.counts(vault).all == 1
                assert content_of(vault, self.attached) == self.content
                vault.store.verify()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
def replaced(opened: OpenVault, folder: Path, elsewhere: Path, tmp_path: Path) -> Another:
    """The open vault's folder was moved away, and another vault made in its place."""
    save(opened, "Made up, before.")
    folder.rename(elsewhere)
    return Another(folder, tmp_path / "file")


WORK: dict[str, Callable[[OpenVault, Path], object]] = {
    "attach": lambda vault, scratch: attach(vault, save(vault, "Made up."), os.urandom(500_000), scratch),
    "reserve": lambda vault, _scratch: volumes.reserve(vault, 8 << 20),
    "second vault": lambda vault, _scratch: volumes.make_second_vault(
        vault, passphrase=SECOND, recovery=SECOND_RECOVERY
    ),
    "renew": lambda vault, _scratch: volumes.renew(vault),
}


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")
@pytest.mark.parametrize("work", WORK.values(), ids=WORK.keys())
def test_nothing_is_written_into_another_vault(
    opened: OpenVault,
    replaced: Another,
    elsewhere: Path,
    tmp_path: Path,
    work: Callable[[OpenVault, Path], object],
) -> None:
    """Whatever goes by the path is refused, and locking too leaves the other vault as it is."""
    with pytest.raises(errors.TargetVanished):
        work(opened, tmp_path / "mine")
    opened.lock()
    replaced.require_untouched()
    for secret in (PASSPHRASE, RECOVERY):
        with unlock(elsewhere, secret) as found:
            assert recording.counts(found).all >= 1
            found.store.verify()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")
def test_changing_who_opens_it_is_refused(opened: OpenVault, replaced: Another, elsewhere: Path) -> None:
    """A changed passphrase goes neither into the other vault nor half into this one."""
    with pytest.raises(errors.TargetVanished):
        keys.change_passphrase(opened, present=PASSPHRASE, new=SECOND)
    opened.lock()
    replaced.require_untouched()
    for secret in (PASSPHRASE, RECOVERY):
        unlock(elsewhere, secret).lock()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be moved there")
def test_a_vault_that_was_moved_keeps_what_is_saved(opened: OpenVault, folder: Path, elsewhere: Path) -> None:
    """Texts are saved into the open files wherever they are, and are there at the new place."""
    folder.rename(elsewhere)
    save(opened, "Made up, after the move.")
    opened.lock()
    for secret in (PASSPHRASE, RECOVERY):
        with unlock(elsewhere, secret) as found:
            assert recording.counts(found).all == 1
            found.store.verify()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
@pytest.mark.parametrize("remove", [shutil.rmtree, destroy], ids=["removed", "destroyed"])
def test_nothing_is_saved_into_a_vault_that_is_gone(
    opened: OpenVault, folder: Path, tmp_path: Path, remove: Callable[[Path], object]
) -> None:
    """A save is refused where it would be gone with the program, and a new vault in this place is let be."""
    remove(folder)
    with pytest.raises(errors.TargetVanished):
        save(opened, "Made up, into nothing.")
    other = Another(folder, tmp_path / "file")
    with pytest.raises(errors.TargetVanished):
        save(opened, "Made up, into nothing.")
    opened.lock()
    other.require_untouched()
