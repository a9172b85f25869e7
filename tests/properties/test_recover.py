"""Whatever is done to the bytes of a vault, what ``recover`` gives back was once written there."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldlog.errors import FieldlogError
from fieldlog.field import recovering
from fieldlog.field import vault as field_vault
from fieldlog.primitives import kdf
from fieldlog.system.clock import FixedClock
from support import damaged
from support.damaged import MORNING, PASSPHRASE, RECOVERY, SMALL, Sample, everything_in, state_of


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    with pytest.MonkeyPatch.context() as patch:
        damaged.cheapen(patch)
        return damaged.build(tmp_path_factory.mktemp("sample"), killed=False, incidents=6)


PLACES = st.one_of(
    # The first sixty pages of the database, where its content is.
    st.tuples(st.just("volume"), st.integers(SMALL.log, SMALL.log + 60 * damaged.PAGE)),
    st.tuples(st.just("media"), st.integers(0, SMALL.media - 1)),
    st.tuples(st.just("slots"), st.integers(0, 4095)),
    st.tuples(st.just("header"), st.integers(0, 160)),
)
WRITTEN = st.lists(st.tuples(PLACES, st.binary(min_size=1, max_size=64)), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written=WRITTEN)
def test_only_what_was_written_comes_back(sample: Sample, written: list) -> None:
    """Any bytes over any places: a refusal, or revisions, forms, files and keys that the vault once held."""
    names = {"volume": sample.volume, "media": sample.media, "slots": "slots", "header": "fieldlog.json"}
    truth = sample.everything
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        damaged.cheapen(patch)
        folder, into = Path(place) / "vault", Path(place) / "fresh"
        shutil.copytree(sample.folder, folder)
        for (kind, at), content in written:
            path = folder / names[kind]
            kept = bytearray(path.read_bytes())
            kept[at : at + len(content)] = content
            path.write_bytes(kept)
        before = state_of(folder)
        try:
            with recovering.opened(folder=folder, passphrase=PASSPHRASE) as remains:
                report = recovering.recover(
                    remains,
                    into=into,
                    passphrase=PASSPHRASE,
                    recovery=RECOVERY,
                    clock=FixedClock(MORNING),
                    profile=kdf.CHEAPEST_FOR_TESTS,
                )
        except FieldlogError:
            assert not into.exists()
            assert state_of(folder) == before
            return
        assert state_of(folder) == before
        with field_vault.unlock(folder=into, passphrase=PASSPHRASE, clock=FixedClock(MORNING)) as vault:
            vault.store.verify()
            found = everything_in(vault)
        for key, content in found.revisions.items():
            assert content is None or content in truth.once[key]
        assert set(found.drafts.items()) <= truth.drafts_once
        assert found.files.items() <= truth.files.items()
        assert found.root in {b"", truth.root}
        if report.is_whole:
            assert found.revisions == truth.revisions
            assert found.incidents == truth.incidents
            assert found.versions == truth.versions
