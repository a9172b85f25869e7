"""Who can open a sealed bundle: the chosen organisations, and nobody with the reporter's computer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.intake import open_bundle
from fieldlog.desk.keys import OpenRegister
from fieldlog.field.bundle_keys import own_identity, reporter_keys
from fieldlog.field.vault import OpenVault
from fieldlog.formats import age
from fieldlog.formats.age import file as age_file
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.kem import Hybrid
from fieldlog.primitives.secret import Secret
from support.handover import new_register, record, seal_to, trust_in


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    """An organisation that nothing is sealed to."""
    with new_register(tmp_path_factory.mktemp("stranger") / "register", name="Stranger") as made:
        yield made


def _held(reporter: OpenVault) -> Iterator[bytes]:
    """Every value in the open vault's database, and every key that opens the vault."""
    database = reporter.store._database
    # A virtual table has nothing of its own: what it shows lies in ordinary tables beside it.
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    for (table,) in list(database.execute(tables)):
        for row in database.execute(f'SELECT * FROM "{table}"'):
            for value in row:
                if isinstance(value, str):
                    yield value.encode()
                elif isinstance(value, bytes):
                    yield value


def _refused(content: bytes, identities: list[age.Identity]) -> None:
    with pytest.raises(errors.NoMatch):
        age.open_seekable(io.BytesIO(content), identities)


@pytest.mark.claim("C-BUN-01")
@pytest.mark.parametrize("classic", [False, True])
def test_only_the_chosen_organisations_open_it(
    reporter: OpenVault,
    desk: OpenRegister,
    other_desk: OpenRegister,
    stranger: OpenRegister,
    card_id: str,
    stick: Path,
    tmp_path: Path,
    classic: bool,
) -> None:
    """One chosen, or two: each of them opens it, and an organisation that was not chosen does not."""
    trust_in(reporter, stranger)  # a checked card alone gives nothing
    code = record(reporter)
    if classic:
        with new_register(tmp_path / "classic", name="Classic desk", classic=True) as chosen:
            alone = seal_to(reporter, [code], [trust_in(reporter, chosen)], stick)
            assert open_bundle(chosen, alone.path).report.incidents == 1
    else:
        alone = seal_to(reporter, [code], [card_id], stick)
        assert open_bundle(desk, alone.path).report.incidents == 1
        joint = seal_to(reporter, [code], [card_id, trust_in(reporter, other_desk)], stick)
        for register in (desk, other_desk):
            assert open_bundle(register, joint.path).report.incidents == 1
        _refused(joint.path.read_bytes(), list(stranger.opening))
    for register in (other_desk, stranger):
        _refused(alone.path.read_bytes(), list(register.opening))


@pytest.mark.claim("C-BUN-01")
def test_nothing_the_vault_holds_opens_it(
    reporter: OpenVault,
    desk: OpenRegister,
    card_id: str,
    stick: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the bundle's key nor a key made of anything in the open vault is left after sealing."""
    drawn: list[bytes] = []
    original = age_file.random_secret

    def draw(count: int) -> Secret:
        secret = original(count)
        drawn.append(bytes(secret.reveal()))
        return secret

    monkeypatch.setattr(age_file, "random_secret", draw)
    sealed = seal_to(reporter, [record(reporter)], [card_id], stick)
    content = sealed.path.read_bytes()
    assert drawn
    held = list(_held(reporter))
    root = reporter.store.settings.reporter_root()
    assert bytes(root.reveal()) in held  # the search sees the secrets of the vault
    for form in (form for key in drawn for form in (key, key.hex().encode())):
        assert not [value for value in held if form in value]
        assert not [path for path in sorted((tmp_path / "vault").iterdir()) if form in path.read_bytes()]
    ours: list[age.Identity] = [own_identity(root), reporter_keys(root, organisation_id=card_id).receiving]
    for value in {value for value in held if len(value) == 32}:
        ours += [age.X25519Identity(X25519(Secret(value))), age.HybridIdentity(Hybrid(Secret(value)))]
    assert len(ours) > 4
    _refused(content, ours)
    # The control: the same search with the organisation's key opens it.
    age.open_seekable(io.BytesIO(content), [*ours, *desk.opening]).close()
