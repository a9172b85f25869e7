"""A locked vault in which one byte was changed: it shows exactly what was recorded, or says that it will not."""

import functools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog.errors import FieldlogError
from fieldlog.field import recording
from fieldlog.field import vault as field_vault
from fieldlog.formats import keyslots
from fieldlog.model.quick import QuickCapture
from fieldlog.primitives import kdf
from fieldlog.primitives.secret import Secret
from fieldlog.system.clock import SystemClock

WORDS = "lantern meadow copper sandal thimble harvest quiet"
CHANGES_PER_FILE = 60


@pytest.fixture(autouse=True)
def _argon2id_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same passphrase, salt and profile give the same key: compute it once for the many unlocks."""
    real = keyslots.argon2id

    @functools.cache
    def once(passphrase: bytes, salt: bytes, profile: kdf.Argon2Profile) -> bytes:
        return real(Secret(passphrase), salt=salt, profile=profile).reveal()

    monkeypatch.setattr(
        keyslots,
        "argon2id",
        lambda passphrase, *, salt, profile: Secret(once(passphrase.reveal(), bytes(salt), profile)),
    )


def _contents(folder: Path) -> list[object]:
    """Everything the vault shows: records, what was typed, and every attached byte."""
    with field_vault.unlock(
        folder=folder, passphrase=field_vault.typed_secret(WORDS), clock=SystemClock()
    ) as vault:
        shown: list[object] = []
        for row in recording.list_incidents(vault):
            held = recording.read_incident(vault, row.code)
            shown += [row.code, held.records, recording.read_draft(vault, row.code)[0]]
            for evidence in held.evidence:
                with recording.open_attachment(vault, evidence.code) as kept:
                    shown.append(kept.read())
        return shown


@pytest.mark.claim("C-REST-02")
def test_one_changed_byte_is_harmless_or_noticed(tmp_path: Path) -> None:
    """A changed byte in any file of the vault never changes what is shown."""
    folder = tmp_path / "vault"
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 600)
    with field_vault.create(
        folder=folder,
        passphrase=field_vault.typed_secret(WORDS),
        recovery=field_vault.typed_secret("cactus velvet anchor plum ribbon summit gravel tunic"),
        clock=SystemClock(),
        profile=kdf.CHEAPEST_FOR_TESTS,
    ) as vault:
        for number in range(3):
            code = recording.save(vault, None, QuickCapture(what=f"Account number {number}."), ready=True)
        recording.attach(vault, code, photo)
    expected = _contents(folder)
    originals = {path: path.read_bytes() for path in folder.iterdir()}
    places = random.Random(2026)
    noticed = 0
    for path, original in originals.items():
        chosen = {0, len(original) - 1, *(places.randrange(len(original)) for _ in range(CHANGES_PER_FILE))}
        for place in sorted(chosen):
            altered = bytearray(original)
            altered[place] ^= 1 << places.randrange(8)
            for name, content in originals.items():
                name.write_bytes(content)
            for leftover in set(folder.iterdir()) - set(originals):
                leftover.unlink()
            path.write_bytes(altered)
            try:
                shown = _contents(folder)
            except FieldlogError:
                noticed += 1
            else:
                assert shown == expected, f"{path.name} at {place}"
    assert noticed > CHANGES_PER_FILE


PAGE = 4096


def _replaced_pages(folder: Path, older: bytes) -> Iterator[None]:
    """The vault once for each page that differs, with that page as it was in ``older``."""
    originals = {path: path.read_bytes() for path in folder.iterdir()}
    newer = originals[folder / "volume.db"]
    for start in range(0, min(len(older), len(newer)), PAGE):
        if older[start : start + PAGE] == newer[start : start + PAGE]:
            continue
        for path, content in originals.items():
            path.write_bytes(content)
        (folder / "volume.db").write_bytes(
            newer[:start] + older[start : start + PAGE] + newer[start + PAGE :]
        )
        yield
    for path, content in originals.items():
        path.write_bytes(content)


@pytest.fixture
def rewritten(tmp_path: Path) -> tuple[Path, str, bytes]:
    """A locked vault, the code of an incident that was saved again, and the database before that."""
    folder = tmp_path / "vault"
    with field_vault.create(
        folder=folder,
        passphrase=field_vault.typed_secret(WORDS),
        recovery=field_vault.typed_secret("cactus velvet anchor plum ribbon summit gravel tunic"),
        clock=SystemClock(),
        profile=kdf.CHEAPEST_FOR_TESTS,
    ) as vault:
        for number in range(6):
            what = f"First words {number}. " + "x" * 1500
            code = recording.save(vault, None, QuickCapture(what=what), ready=True)
    older = (folder / "volume.db").read_bytes()
    with field_vault.unlock(
        folder=folder, passphrase=field_vault.typed_secret(WORDS), clock=SystemClock()
    ) as vault:
        recording.save(vault, code, QuickCapture(what="Other words."), ready=True)
    return folder, code, older


def _narrative(folder: Path, code: str) -> str:
    with field_vault.unlock(
        folder=folder, passphrase=field_vault.typed_secret(WORDS), clock=SystemClock()
    ) as vault:
        incident = recording.read_incident(vault, code).incident
        return "" if incident is None or incident.narrative is None else incident.narrative.text


@pytest.mark.claim("C-REST-02")
def test_one_older_page_never_brings_an_older_record_back(rewritten: tuple[Path, str, bytes]) -> None:
    """Whichever page of the older database is put back, the record is the newest or an error is shown."""
    folder, code, older = rewritten
    shown = []
    for _ in _replaced_pages(folder, older):
        try:
            shown.append(_narrative(folder, code))
        except FieldlogError:
            shown.append("noticed")
    assert set(shown) == {"Other words.", "noticed"}


@pytest.mark.limit("L-15")
def test_one_older_page_brings_an_older_line_of_the_list_back(rewritten: tuple[Path, str, bytes]) -> None:
    """With one page of the list as it was before, the vault opens and the list shows the older words."""
    folder, code, older = rewritten
    titles = set()
    for _ in _replaced_pages(folder, older):
        try:
            with field_vault.unlock(
                folder=folder, passphrase=field_vault.typed_secret(WORDS), clock=SystemClock()
            ) as vault:
                titles |= {row.summary.title for row in recording.list_incidents(vault) if row.code == code}
        except FieldlogError:
            continue
    assert any(title.startswith("First words") for title in titles)
