"""A file that gives other bytes the second time it is read: nothing of the second reading is given out.

A storage device that lies, or somebody who may write where the bundle lies and was one of its recipients
(who therefore has the key of the file), could otherwise show the desk what was never verified.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk import extraction, intake
from fieldlog.desk.extraction import extract
from fieldlog.desk.intake import open_bundle
from fieldlog.desk.keys import OpenRegister
from fieldlog.desk.records import BundleRecords
from fieldlog.desk.verifying import Progress
from fieldlog.formats import age
from fieldlog.formats.age import file as age_file
from fieldlog.formats.age.header import SEALED_FILE
from fieldlog.formats.age.source import Source
from fieldlog.formats.age.stream import StreamWriter
from fieldlog.formats.bag import VerifiedBag
from fieldlog.store.register import Action
from support.forged_bundles import Forgery
from support.handover import new_register


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("desk") / "register") as made:
        yield made


@pytest.fixture
def bundle(desk: OpenRegister, tmp_path: Path) -> Path:
    return Forgery(register=desk, attributable=True).write(tmp_path / "bundle.age")


def rewrite(desk: OpenRegister, path: Path, change: Callable[[bytes], bytes]) -> None:
    """Put other content of the same size under the same file key."""
    raw = path.read_bytes()
    plain = age.open_seekable(io.BytesIO(raw), desk.opening).read()
    other = change(plain)
    assert other != plain
    assert len(other) == len(plain)
    forward = Source(io.BytesIO(raw))
    key = age_file._open(forward, desk.opening, SEALED_FILE)
    sealed = io.BytesIO()
    stream = StreamWriter(sealed, key)
    stream.write(other)
    stream.close()
    with path.open("r+b") as file:
        file.seek(forward.taken)
        file.write(sealed.getvalue())


def test_records_that_changed_since_they_were_verified_are_refused(
    desk: OpenRegister, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account altered between the check of its digest and its reading is refused, and that is noted."""
    real = intake.read_records

    def rewritten_before(bag: VerifiedBag, *, counts: Mapping[str, int]) -> BundleRecords:
        rewrite(desk, bundle, lambda plain: plain.replace(b'"urgency":"U1"', b'"urgency":"U0"'))
        return real(bag, counts=counts)

    monkeypatch.setattr(intake, "read_records", rewritten_before)
    with pytest.raises(errors.BundleRefused, match="bag-payload-altered"):
        open_bundle(desk, bundle)
    assert list(desk.store.audit.entries())[-1].action is Action.REFUSED


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"invented photo", b"inverted photo", "bag-payload-altered"),
        (b"invented\n", b"altered!\n", "bag-tag-file-altered"),
        (b"BagIt-Version: 1.0", b"BagIt-Version: 9.9", "bag-tag-file-altered"),
        (b"fieldlog-deniable-v1", b"fieldlog-altered!-v1", "bag-tag-file-altered"),
        (b"BEGIN SSH SIGNATURE", b"BEGIN LIE SIGNATURE", "bag-tag-file-altered"),
        (b"ssh-ed25519 ", b"ssh-ed99999 ", "bag-tag-file-altered"),
    ],
)
def test_no_altered_file_is_extracted(
    desk: OpenRegister,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: bytes,
    new: bytes,
    reason: str,
) -> None:
    """Every file of the bag, tag and signature files too, is written as it was verified or not at all."""
    real = extraction._write_all

    def rewritten_before(bag: VerifiedBag, building: Path, progress: Progress | None) -> None:
        rewrite(desk, bundle, lambda plain: plain.replace(old, new))
        for name in bag.all_files():  # until nothing that was read before is held in memory
            bag.open_any(name).read()
        real(bag, building, progress)

    monkeypatch.setattr(extraction, "_write_all", rewritten_before)
    with pytest.raises(errors.BundleRefused, match=reason):
        extract(desk, bundle, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.age"]


def test_a_verified_bag_vouches_for_no_other_file(desk: OpenRegister, bundle: Path) -> None:
    """A file that is not in the bag was not verified."""
    with (
        pytest.raises(errors.BundleRefused, match="bag-missing-file"),
        intake.verified(desk, bundle) as opened,
    ):
        opened.bag.require_unaltered("data/other", bytes(64))
