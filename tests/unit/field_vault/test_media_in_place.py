"""Attachment files that were cut short or have changed places: nothing is written over, and all is found again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.field import checking, recovering, volumes
from fieldlog.field import vault as field_vault
from fieldlog.field.vault import OpenVault
from fieldlog.primitives.kdf import CHEAPEST_FOR_TESTS
from fieldlog.primitives.secret import Secret
from fieldlog.store.media import MediaStore
from fieldlog.store.volume import twins
from fieldlog.system.clock import FixedClock
from support.backups import NOON, attach, content_of, save, words_of

CLOCK = FixedClock(NOON)
PASSPHRASE = field_vault.typed_secret("щека батарея лютый июнь фронт житель голова")
SECOND = field_vault.typed_secret("violin saddle ember copper lagoon thistle bishop")
SECOND_RECOVERY = field_vault.typed_secret(words_of(bytes(range(2, 18))))
NEW = field_vault.typed_secret("basket river window copper lemon garden silver")


def unlock(folder: Path, secret: Secret = PASSPHRASE) -> OpenVault:
    return field_vault.unlock(folder=folder, passphrase=secret, clock=CLOCK)


def exchange(folder: Path) -> None:
    """Give media-a and media-b each other's name."""
    first, second = (twins.path_of(folder, "media", volume) for volume in (0, 1))
    aside = first.rename(folder.with_name("aside"))
    second.rename(first)
    aside.rename(second)


def own_media(folder: Path, vault: OpenVault) -> Path:
    return twins.path_of(folder, "media", vault.store._slot.payload.volume)


@pytest.fixture
def two(folder: Path, tmp_path: Path) -> tuple[Path, dict[str, bytes], str]:
    """A vault whose volumes both hold an attachment: folder, contents by code, the first one's incident."""
    contents = {}
    with unlock(folder) as first:
        incident = save(first, "Made up, for the first.")
        content = os.urandom(90_000)
        contents[attach(first, incident, content, tmp_path / "one")] = content
        volumes.make_second_vault(first, passphrase=SECOND, recovery=SECOND_RECOVERY)
    with unlock(folder, SECOND) as second:
        content = os.urandom(150_000)
        contents[attach(second, save(second, "Made up, for the second."), content, tmp_path / "two")] = (
            content
        )
    return folder, contents, incident


def require_all(folder: Path, contents: dict[str, bytes]) -> None:
    """Both vaults hold what they held, and check clean."""
    for secret, code in zip((PASSPHRASE, SECOND), contents, strict=True):
        assert checking.check(folder=folder, passphrase=secret).is_clean
        with unlock(folder, secret) as vault:
            assert not vault.opened.media_damaged
            assert content_of(vault, code) == contents[code]


def test_exchanged_files_are_refused_and_found(two: tuple[Path, dict[str, bytes], str]) -> None:
    """Told at unlock, with either passphrase, and nothing is attached; exchanged back nothing is lost."""
    folder, contents, _incident = two
    exchange(folder)
    for secret in (PASSPHRASE, SECOND):
        with unlock(folder, secret) as vault:
            assert vault.opened.media_damaged
            incident = save(vault, "Made up: texts can be saved.")
            with pytest.raises(errors.VaultDamaged) as caught:
                attach(vault, incident, b"invented", folder.with_name("three"))
            assert caught.value.part == "media"
            with pytest.raises(errors.VaultDamaged):
                volumes.reserve(vault, 64 << 20)
        found = checking.check(folder=folder, passphrase=secret).findings
        assert [finding.slug for finding in found] == ["media-exchanged"]
    exchange(folder)
    require_all(folder, contents)


def test_files_exchanged_under_an_open_vault(two: tuple[Path, dict[str, bytes], str], tmp_path: Path) -> None:
    """An attachment is refused before a byte of the other volume's is written over."""
    folder, contents, incident = two
    with unlock(folder) as vault:
        exchange(folder)
        with pytest.raises(errors.VaultDamaged):
            attach(vault, incident, os.urandom(70_000), tmp_path / "three")
        exchange(folder)
        attach(vault, incident, os.urandom(70_000), tmp_path / "three")
    require_all(folder, contents)


def test_attachments_of_both_times_are_recovered(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some added before the files changed places and some after: each is looked for in both."""
    contents = {}
    with monkeypatch.context() as unwatched, unlock(folder) as vault:
        unwatched.setattr(MediaStore, "require_whole", lambda _store: None)
        incident = save(vault, "Made up.")
        for number in range(2):
            content = os.urandom(80_000)
            contents[attach(vault, incident, content, tmp_path / str(number))] = content
            exchange(folder)
    # Twice, so the second one is in the twin of the file that holds the first.
    found = checking.check(folder=folder, passphrase=PASSPHRASE).findings
    assert [finding.slug for finding in found] == ["media-exchanged"]
    with recovering.opened(folder=folder, passphrase=PASSPHRASE) as damaged:
        report = recovering.recover(
            damaged, into=tmp_path / "recovered", passphrase=NEW, recovery=SECOND_RECOVERY, clock=CLOCK,
            profile=CHEAPEST_FOR_TESTS,
        )  # fmt: skip
    assert [finding.slug for finding in report.findings] == ["media-exchanged"]
    with unlock(tmp_path / "recovered", NEW) as vault:
        assert {code: content_of(vault, code) for code in contents} == contents


@pytest.mark.parametrize("size", [0, 1, 65_536])
def test_an_area_that_was_cut_short(
    two: tuple[Path, dict[str, bytes], str], tmp_path: Path, size: int
) -> None:
    """A folder that was copied in part is told at unlock and at attaching, and never filled up without a word."""
    folder, contents, incident = two
    with unlock(folder) as vault:
        media = own_media(folder, vault)
        whole = media.read_bytes()
        os.truncate(media, size)
        with pytest.raises(errors.VaultDamaged) as caught:
            attach(vault, incident, os.urandom(70_000), tmp_path / "three")
        assert caught.value.part == "media"
    assert media.stat().st_size == size
    with unlock(folder) as vault:
        assert vault.opened.media_damaged
    assert media.stat().st_size == size
    slugs = {finding.slug for finding in checking.check(folder=folder, passphrase=PASSPHRASE).findings}
    assert slugs >= {"attachment-damaged", "files-unequal"}
    media.write_bytes(whole)
    require_all(folder, contents)
