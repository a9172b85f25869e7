"""Opening: what was altered anywhere is refused, what is genuine is reported and remembered."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.intake import open_bundle
from fieldlog.desk.keys import OpenRegister
from fieldlog.formats import age
from fieldlog.model.base import Text
from fieldlog.model.codec import RECORD_TYPES
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.secret import Secret
from fieldlog.store.register import Action
from support.forged_bundles import Forgery, records
from support.handover import new_register

REFUSALS = (errors.BundleRefused, errors.NoMatchingKey)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRegister]:
    with new_register(tmp_path_factory.mktemp("desk") / "register") as made:
        yield made


@pytest.fixture(scope="module")
def bundle(desk: OpenRegister, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Forgery(register=desk).write(tmp_path_factory.mktemp("sealed") / "bundle.age")


def places(size: int, *, stride: int) -> list[int]:
    """The whole header, both ends of every chunk, and every ``stride``-th byte between."""
    header_end = 2_000
    chosen = set(range(0, header_end, 37)) | set(range(header_end, size, stride))
    for chunk in range(header_end, size, 65_536 + 16):
        chosen |= {min(chunk + offset, size - 1) for offset in (-1, 0, 1)}
    return sorted(chosen | {0, size - 1})


def assert_every_flip_is_refused(desk: OpenRegister, raw: bytes, path: Path, chosen: list[int]) -> None:
    altered = bytearray(raw)
    for place in chosen:
        altered[place] ^= 0x40
        path.write_bytes(altered)
        with pytest.raises(REFUSALS):
            open_bundle(desk, path)
        altered[place] ^= 0x40


@pytest.mark.claim("C-BUN-02")
def test_flipped_bytes_are_refused(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """A byte changed anywhere in a bundle gets it refused (a sample of the places)."""
    raw = bundle.read_bytes()
    assert_every_flip_is_refused(desk, raw, tmp_path / "b.age", places(len(raw), stride=4_001))


@pytest.mark.slow
def test_every_flipped_byte_is_refused(desk: OpenRegister, tmp_path: Path) -> None:
    """A byte changed anywhere in a bundle gets it refused (every place of a small one)."""
    left_out = {"data/vocab/vocabularies.json": None}
    left_out |= {f"data/schemas/{name}.schema.json": None for name in RECORD_TYPES}
    raw = Forgery(register=desk, files=left_out).write(tmp_path / "small.age").read_bytes()
    assert_every_flip_is_refused(desk, raw, tmp_path / "b.age", list(range(len(raw))))


@pytest.mark.claim("C-BUN-02")
def test_every_truncation_is_refused(desk: OpenRegister, bundle: Path, tmp_path: Path) -> None:
    """A bundle that breaks off, or goes on, is refused wherever that is."""
    raw = bundle.read_bytes()
    path = tmp_path / "b.age"
    for length in [*places(len(raw), stride=2_003), len(raw) - 16, len(raw) - 17]:
        path.write_bytes(raw[:length])
        with pytest.raises(REFUSALS):
            open_bundle(desk, path)
    path.write_bytes(raw + b"\0")
    with pytest.raises(REFUSALS):
        open_bundle(desk, path)


@pytest.mark.claim("C-BUN-02")
def test_every_flipped_byte_inside_the_encryption_is_refused(
    desk: OpenRegister, bundle: Path, tmp_path: Path
) -> None:
    """Somebody who may open and seal again, such as another recipient, cannot change a byte either."""
    with bundle.open("rb") as source, age.open_seekable(source, desk.opening) as plaintext:
        content = bytearray(plaintext.read())
    path = tmp_path / "b.age"
    for place in [*range(0, len(content), 1_009), len(content) - 1]:
        content[place] ^= 0x01
        sealed = io.BytesIO()
        with age.encrypt(sealed, [desk.opening[0].recipient()]) as encryptor:
            encryptor.write(content)
        path.write_bytes(sealed.getvalue())
        with pytest.raises(errors.BundleRefused):
            open_bundle(desk, path)
        content[place] ^= 0x01


def test_the_report_says_what_was_found(desk: OpenRegister, tmp_path: Path) -> None:
    """Bundle, sender, counts and every check that was made."""
    forgery = Forgery(register=desk, sender=X25519(Secret(b"\x31" * 32)))
    report = open_bundle(desk, forgery.write(tmp_path / "b.age")).report
    assert (report.sender_known, report.sender_bundles, report.opened_before) == (False, 1, None)
    assert (report.incidents, report.attachments, report.organisations) == (1, 1, 1)
    assert report.checks == ("sealed-to-us", "archive", "recipients", "tag", "signed-digests", "records")
    assert len(report.tag_manifest_sha512) == 128
    assert "new-sender" in report.warnings


def test_a_sender_is_recognised_and_counted(desk: OpenRegister, tmp_path: Path) -> None:
    """The second bundle of a key has the same code; opening one bundle twice counts once."""
    first = Forgery(register=desk, sender=X25519(Secret(b"\x32" * 32)))
    second = replace(first, records=(replace(records()[0], narrative=Text(text="other")), *records()[1:]))
    path = first.write(tmp_path / "a.age")
    one = open_bundle(desk, path).report
    again = open_bundle(desk, path).report
    two = open_bundle(desk, second.write(tmp_path / "b.age")).report
    assert one.sender_code == again.sender_code == two.sender_code
    assert [found.sender_bundles for found in (one, again, two)] == [1, 1, 2]
    assert "opened-before" in again.warnings
    assert again.opened_before == "2026-03-02T12:00:00Z"


def test_different_senders_have_different_codes(desk: OpenRegister, tmp_path: Path) -> None:
    """Every key is a sender of its own."""
    codes = {
        open_bundle(
            desk, Forgery(register=desk, sender=X25519(Secret(bytes([n]) * 32))).write(tmp_path / "b.age")
        ).report.sender_code
        for n in range(0x41, 0x45)
    }
    assert len(codes) == 4


def test_opening_is_in_the_audit_chain(desk: OpenRegister, bundle: Path) -> None:
    """Each opening is an entry that names the bundle and its digest."""
    report = open_bundle(desk, bundle).report
    last = list(desk.store.audit.entries())[-1]
    assert (last.action, last.object, last.detail) == (
        Action.OPENED,
        report.bundle_id,
        report.tag_manifest_sha512,
    )


def test_the_json_is_ascii_without_control_characters(desk: OpenRegister, tmp_path: Path) -> None:
    """What --json prints cannot command a terminal, whatever the records say (T01, T02, T08, T10)."""
    hostile = "\x7f\u009b31m\u202eexe\U000e0041 \u2028 <script>"
    changed = replace(records()[0], narrative=Text(text=hostile))
    opened = open_bundle(
        desk, Forgery(register=desk, records=(changed, *records()[1:])).write(tmp_path / "b.age")
    )
    text = opened.to_json()
    assert text.isascii()
    assert all(character == "\n" or character.isprintable() for character in text)
    plain = json.loads(text)
    assert plain["records"]["incident"][0]["narrative"]["text"] == hostile
    assert plain["report"]["mode"] == "deniable"


def test_the_text_is_safe_to_show(desk: OpenRegister, tmp_path: Path) -> None:
    """No control character of a record reaches the text (T01 to T13)."""
    changed = replace(records()[0], narrative=Text(text="a\u009b31m\u202eb\x7f"))
    opened = open_bundle(
        desk, Forgery(register=desk, records=(changed, *records()[1:])).write(tmp_path / "b.age")
    )
    text = "\n".join(opened.texts("ru"))
    assert "⟨U+202E⟩" in text
    assert not set(text) & {"\u009b", "\u202e", "\x7f", "\x1b"}


def test_progress_counts_the_payload_and_can_stop(desk: OpenRegister, bundle: Path) -> None:
    """Progress runs to the size of the payload; stopping it leaves no trace but the file itself."""
    calls: list[tuple[int, int]] = []
    report = open_bundle(desk, bundle, progress=lambda *at: calls.append(at)).report
    assert calls[-1] == (report.payload_bytes, report.payload_bytes)
    before = desk.store.audit.head()

    def stop(_done: int, _total: int) -> None:
        raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        open_bundle(desk, bundle, progress=stop)
    assert desk.store.audit.head() == before
