"""Hostile bundles from a sender with genuine keys: each is refused with its reason and nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fieldlog import errors
from fieldlog.desk.extraction import extract
from fieldlog.desk.intake import open_bundle
from fieldlog.desk.keys import OpenRegister
from fieldlog.formats import age, sshsig
from fieldlog.formats.bag import FileFact
from fieldlog.formats.bundle_manifest import SIGNATURE_NAMESPACE, BundleManifest, Mode
from fieldlog.formats.bundle_tag import BundleTag, format_tags, read_tags
from fieldlog.model.consent import Consent
from fieldlog.model.involvement import Involvement
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519
from fieldlog.store.register import Action
from support.forged_bundles import AT, UUIDS, Forgery, records, with_counts
from support.handover import new_register

Change = Callable[[Forgery], Forgery]
INCIDENTS = "data/records/incidents.jsonl"
STRANGER = Ed25519(Secret(b"\x55" * 32))


def changed(**fields: object) -> Change:
    return lambda forgery: replace(forgery, **fields)


def incident_line(**changes: object) -> bytes:
    plain = {
        "type": "incident",
        "schema": "1.0",
        "id": "00000001-0000-4000-8000-000000000000",
        "code": "INC-7K2M4Q",
        "rev": 1,
        "created_at": "2026-03-01T12:00:00Z",
        "narrative": {"lang": "en", "text": "x"},
        "when": {"start": "2026-03-01"},
        "urgency": "U1",
    }
    return json.dumps(plain | changes).encode() + b"\n"


def without(type_name: str) -> tuple[object, ...]:
    return tuple(record for record in records() if record.type != type_name)


def altered(type_name: str, **changes: object) -> tuple[object, ...]:
    return tuple(replace(one, **changes) if one.type == type_name else one for one in records())


def other_recipient(manifest: BundleManifest) -> BundleManifest:
    return replace(manifest, recipients=(replace(manifest.recipients[0], organisation_id="0" * 32),))


def other_key(manifest: BundleManifest) -> BundleManifest:
    return replace(manifest, recipients=(replace(manifest.recipients[0], key_ids=("0" * 32,)),))


def more_keys(manifest: BundleManifest) -> BundleManifest:
    ours = manifest.recipients[0]
    return replace(manifest, recipients=(replace(ours, key_ids=(*ours.key_ids, "0" * 32)),))


def spoiled_tag(raw: bytes) -> bytes:
    one = read_tags(raw)[0]
    return format_tags([replace(one, tag=bytes(32))])


def one_more_tag(raw: bytes) -> bytes:
    """Ours, and one for an organisation the bundle does not name."""
    one = read_tags(raw)[0]
    more = BundleTag(organisation_id="f" * 32, sender_key=one.sender_key, tag=one.tag)
    return format_tags([one, more])


def stranger_tag(raw: bytes) -> bytes:
    one = read_tags(raw)[0]
    return format_tags([BundleTag(organisation_id="f" * 32, sender_key=one.sender_key, tag=one.tag)])


ATTRIBUTABLE: dict[str, object] = {"attributable": True}

REFUSED: dict[str, tuple[Change, str]] = {
    # J01-J04: who made it
    "J01-signature-by-unknown-key": (
        changed(
            **ATTRIBUTABLE,
            signature=lambda signed: sshsig.sign(STRANGER, SIGNATURE_NAMESPACE, signed),
            signer=sshsig.public_line(STRANGER.public, label="reporter"),
        ),
        "signature-hmac",
    ),
    "J02-signature-of-other-namespace": (
        changed(
            **ATTRIBUTABLE,
            signature=lambda signed: sshsig.sign(Ed25519(Secret(b"\x22" * 32)), "git", signed),
        ),
        "signature-sshsig-other-namespace",
    ),
    "J02-signature-over-something-else": (
        changed(
            **ATTRIBUTABLE,
            signature=lambda signed: sshsig.sign(
                Ed25519(Secret(b"\x22" * 32)), SIGNATURE_NAMESPACE, signed + b"\n"
            ),
        ),
        "signature-ed25519",
    ),
    "J03-stripped-signature": (
        changed(**ATTRIBUTABLE, signature=lambda _signed: None),
        "signature-not-as-announced",
    ),
    "J03-stripped-tag": (changed(tags=lambda _raw: None), "signature-tag-missing"),
    "J03-stripped-tag-of-signed-bundle": (
        changed(**ATTRIBUTABLE, tags=lambda _raw: None),
        "signature-tag-missing",
    ),
    "J04-signer-file-of-somebody-else": (
        changed(**ATTRIBUTABLE, signer=sshsig.public_line(STRANGER.public, label="reporter")),
        "signature-signer-file",
    ),
    "J04-signer-file-is-no-key": (changed(**ATTRIBUTABLE, signer=b"hello\n"), "signature-signer-file"),
    "signed-but-announced-deniable": (
        changed(**ATTRIBUTABLE, manifest=lambda manifest: replace(manifest, mode=Mode.DENIABLE)),
        "signature-not-as-announced",
    ),
    "tag-spoiled": (changed(tags=spoiled_tag), "signature-hmac"),
    "tag-for-somebody-else": (changed(tags=stranger_tag), "signature-tag-missing"),
    "tag-for-one-more-organisation": (changed(tags=one_more_tag), "signature-tag-organisations"),
    "tag-not-a-tag": (changed(tags=lambda _raw: b"hello\n"), "signature-tag-form"),
    "tag-under-other-key-of-ours": (
        changed(tag_organisation_key=X25519(Secret(b"\x66" * 32)).public),
        "signature-hmac",
    ),
    "tag-for-other-recipients": (
        changed(context=lambda context: replace(context, recipient_ids=("self",))),
        "signature-hmac",
    ),
    # for whom it is
    "recipient-count-too-small": (
        changed(manifest=lambda manifest: replace(manifest, includes_self=True)),
        "recipient-count",
    ),
    "recipient-count-too-large": (changed(manifest=more_keys), "recipient-count"),
    # bundle.json
    "manifest-missing": (changed(files={"data/bundle.json": None}), "manifest-missing"),
    "manifest-other-format": (
        changed(manifest_bytes=lambda raw: raw.replace(b"fieldlog-bundle", b"fieldlog-bumble")),
        "manifest-format",
    ),
    "manifest-other-version": (
        changed(manifest_bytes=lambda raw: raw.replace(b'"version":1', b'"version":2')),
        "manifest-version",
    ),
    "manifest-not-canonical": (
        changed(manifest_bytes=lambda raw: raw + b" "),
        "manifest-json",
    ),
    "manifest-other-bundle-id": (
        changed(external_identifier="urn:uuid:00000009-0000-4000-8000-000000000000"),
        "manifest-bundle-id",
    ),
    "manifest-other-folder": (
        changed(manifest=lambda manifest: replace(manifest, folder="fieldlog-fedcba9876543210")),
        "manifest-folder",
    ),
    "manifest-too-long": (
        changed(manifest_bytes=lambda raw: raw[:-1] + b',"z":"' + b"z" * 65536 + b'"}'),
        "archive-entry-too-large",
    ),
    # J05-J10: records
    "J05-json-too-deep": (
        changed(files={INCIDENTS: b"[" * 100_000 + b"\n"}),
        "record-json-depth",
    ),
    "J06-number-beyond-floats": (changed(files={INCIDENTS: b'{"rev":1e400}\n'}), "record-json-fraction"),
    "J06-not-a-number": (changed(files={INCIDENTS: b'{"rev":NaN}\n'}), "record-json-fraction"),
    "J06-million-digits": (
        changed(files={INCIDENTS: b'{"rev":' + b"9" * 900_000 + b"}\n"}),
        "record-json-integer",
    ),
    "J07-duplicate-key": (changed(files={INCIDENTS: b'{"rev":1,"rev":2}\n'}), "record-json-duplicate-key"),
    "J08-endless-string": (
        changed(files={INCIDENTS: b'{"a":"' + b"a" * (2 << 20) + b'"}\n'}),
        "record-json-line-too-long",
    ),
    "J10-year-minus-one": (
        changed(files={INCIDENTS: incident_line(when={"start": "-001-01-01"})}),
        "record-bad-date",
    ),
    "record-line-unfinished": (
        changed(files={INCIDENTS: incident_line().rstrip(b"\n")}),
        "record-json-line-unfinished",
    ),
    "record-not-an-object": (changed(files={INCIDENTS: b"[]\n"}), "record-json-not-an-object"),
    "record-of-unknown-type": (
        changed(files={INCIDENTS: incident_line(type="spell")}),
        "record-unknown-type",
    ),
    "record-of-newer-major-schema": (
        changed(files={INCIDENTS: incident_line(schema="2.0")}),
        "record-unknown-schema",
    ),
    "record-in-wrong-file": (
        changed(files={"data/records/acts.jsonl": incident_line()}),
        "record-in-wrong-file",
    ),
    "record-file-unknown": (
        changed(files={"data/records/spells.jsonl": b"{}\n"}),
        "record-file-unknown",
    ),
    "record-twice": (
        changed(files={INCIDENTS: incident_line() * 2}, manifest=with_counts(incident=2)),
        "record-twice",
    ),
    "record-counts-too-small": (changed(manifest=with_counts(act=0)), "record-counts"),
    "record-counts-too-large": (changed(manifest=with_counts(act=2)), "record-counts"),
    "record-file-left-out": (changed(files={"data/records/acts.jsonl": None}), "record-counts"),
    "record-no-incident": (
        changed(records=(records()[1],), files={"data/attachments/EV-4T8K2M.jpg": None}),
        "record-no-incident",
    ),
    "record-act-of-no-incident": (changed(records=altered("act", incident="INC-000000")), "record-reference"),
    "record-involvement-in-no-act": (
        changed(
            records=(
                *records(),
                Involvement(id=UUIDS[5], code="INV-000000", created_at=AT, act="ACT-000000", perp="POL"),
            )
        ),
        "record-reference",
    ),
    "record-consent-of-nobody": (
        changed(
            records=(*records(), Consent(id=UUIDS[6], code="CON-000000", created_at=AT, person="P-000000"))
        ),
        "record-reference",
    ),
    # attachments
    "attachment-missing": (
        changed(files={"data/attachments/EV-4T8K2M.jpg": None}),
        "attachment-missing",
    ),
    "attachment-without-record": (changed(records=without("evidence")), "attachment-without-record"),
    "attachment-other-size": (changed(records=altered("evidence", bytes=7)), "attachment-not-as-recorded"),
    "attachment-other-sha256": (
        changed(records=altered("evidence", sha256="0" * 64)),
        "attachment-not-as-recorded",
    ),
    "attachment-other-sha512": (
        changed(records=altered("evidence", sha512="0" * 128)),
        "attachment-not-as-recorded",
    ),
    # the archive and what is around it
    "archive-with-trailing-byte": (changed(archive=lambda raw: raw + b"\0"), "archive-end-missing"),
    "archive-with-prefix": (changed(archive=lambda raw: b"\0" + raw), "archive-end-fields"),
    "archive-cut": (changed(archive=lambda raw: raw[:-1]), "archive-end-missing"),
    "archive-empty": (changed(archive=lambda _raw: b""), "archive-end-missing"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_reason(register: OpenRegister, tmp_path: Path, name: str) -> None:
    """The bundle named after its defect is refused, by open and by extract, and leaves nothing."""
    change, reason = REFUSED[name]
    bundle = change(Forgery(register=register)).write(tmp_path / "bundle.age")
    with pytest.raises(errors.BundleRefused) as caught:
        open_bundle(register, bundle)
    assert caught.value.reason == reason
    with pytest.raises(errors.BundleRefused):
        extract(register, bundle, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.age"]
    last = list(register.store.audit.entries())[-1]
    assert (last.action, last.detail) == (Action.REFUSED, reason)


def test_the_forgery_without_a_defect_is_accepted(register: OpenRegister, tmp_path: Path) -> None:
    """The positive control: with nothing changed the same builder's bundle opens, in both modes."""
    deniable = Forgery(register=register).write(tmp_path / "deniable.age")
    assert open_bundle(register, deniable).report.incidents == 1
    signed = Forgery(register=register, attributable=True).write(tmp_path / "signed.age")
    assert open_bundle(register, signed).report.mode is Mode.ATTRIBUTABLE


@pytest.mark.claim("C-BUN-02")
@pytest.mark.parametrize("change", [other_recipient, other_key])
def test_a_bundle_meant_for_others_is_not_for_us(
    register: OpenRegister, tmp_path: Path, change: Callable[[BundleManifest], BundleManifest]
) -> None:
    """A key of ours opens it, but the sender's list does not name us: somebody sealed it again."""
    bundle = Forgery(register=register, manifest=change).write(tmp_path / "bundle.age")
    with pytest.raises(errors.NotForUs):
        open_bundle(register, bundle)
    assert list(register.store.audit.entries())[-1].detail == errors.NotForUs.code


def test_the_tag_of_another_bundle_is_refused(register: OpenRegister, tmp_path: Path) -> None:
    """A genuine tag of this sender, taken from another bundle, does not fit."""
    seen: list[bytes] = []
    Forgery(register=register, tags=lambda raw: seen.append(raw) or raw).write(tmp_path / "first.age")
    other = replace(
        Forgery(register=register, tags=lambda _raw: seen[0]),
        files={"data/attachments/EV-4T8K2M.jpg": None},
        records=without("evidence"),
    )
    with pytest.raises(errors.BundleRefused, match="signature-hmac"):
        open_bundle(register, other.write(tmp_path / "second.age"))


def test_a_sender_who_signs_with_another_key_is_refused(tmp_path: Path) -> None:
    """J04: the signing key that came with a sender's first signed bundle is the sender's for good."""
    with new_register(tmp_path / "register") as register:
        first = Forgery(register=register, attributable=True)
        open_bundle(register, first.write(tmp_path / "first.age"))
        second = replace(first, signing=Ed25519(Secret(b"\x23" * 32)))
        with pytest.raises(errors.BundleRefused, match="signature-signer-changed"):
            open_bundle(register, second.write(tmp_path / "second.age"))


def test_unknown_fields_are_put_aside(register: OpenRegister, tmp_path: Path) -> None:
    """J09: what a newer version added does no harm, has no effect, and is pointed out."""
    files = {INCIDENTS: incident_line(spell="x", narrative={"lang": "en", "text": "y", "tone": "z"})}
    opened = open_bundle(register, Forgery(register=register, files=files).write(tmp_path / "b.age"))
    assert opened.records.unknown_fields == 2
    assert "unknown-fields" in opened.report.warnings
    assert "spell" not in opened.to_json()


@pytest.mark.parametrize("year", ["2026-03-02T12:00:01Z", "9999-12-31T23:59:59Z"])
def test_a_claimed_time_in_the_future_is_pointed_out(
    register: OpenRegister, tmp_path: Path, year: str
) -> None:
    """J10: the sender's clock is a claim; one that cannot be true is shown as such."""
    forgery = Forgery(register=register, manifest=lambda manifest: replace(manifest, created_at=year))
    assert "claimed-time" in open_bundle(register, forgery.write(tmp_path / "b.age")).report.warnings


@pytest.mark.parametrize("limit", ["RECORDS_LIMIT", "RECORD_COUNT_LIMIT"])
def test_more_records_than_the_limit_are_refused(
    register: OpenRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Bytes and number of records are limited before they are kept in memory."""
    monkeypatch.setattr(f"fieldlog.desk.records.{limit}", 2)
    with pytest.raises(errors.BundleRefused, match="too-large"):
        open_bundle(register, Forgery(register=register).write(tmp_path / "b.age"))


def test_another_bundle_with_the_same_id_is_pointed_out(register: OpenRegister, tmp_path: Path) -> None:
    """Two different bundles of one id are both shown, with a warning."""
    open_bundle(register, Forgery(register=register).write(tmp_path / "a.age"))
    other = Forgery(
        register=register,
        records=without("evidence"),
        files={"data/attachments/EV-4T8K2M.jpg": None},
    )
    assert "bundle-id-reused" in open_bundle(register, other.write(tmp_path / "b.age")).report.warnings


def report_with(algorithm: str) -> Callable[[FileFact], FileFact]:
    """A wrong digest of the report in one manifest."""
    return lambda fact: (
        replace(fact, **{algorithm: bytes(len(getattr(fact, algorithm)))})
        if fact.path == "data/index.html"
        else fact
    )


def test_a_wrong_digest_of_the_sender_is_refused(register: OpenRegister, tmp_path: Path) -> None:
    """B03, B12: open refuses a file that is not as the authenticated manifest says, extract any manifest."""
    wrong512 = Forgery(register=register, fact=report_with("sha512")).write(tmp_path / "512.age")
    wrong256 = Forgery(register=register, fact=report_with("sha256")).write(tmp_path / "256.age")
    for bundle in (wrong512, wrong256):
        with pytest.raises(errors.BundleRefused, match="bag-payload-altered"):
            extract(register, bundle, tmp_path / "out")
    with pytest.raises(errors.BundleRefused, match="bag-payload-altered"):
        open_bundle(register, wrong512)
    assert "digests" not in open_bundle(register, wrong256).report.checks
    assert not (tmp_path / "out").exists()


def test_files_that_are_no_bundles_are_refused(register: OpenRegister, tmp_path: Path) -> None:
    """Empty files, other files, passphrase files and files with foreign stanzas are refused at the header."""
    path = tmp_path / "b.age"
    passphrase = age.PassphraseRecipient(Secret(b"x"), work_factor=10)
    for content, reason in (
        (b"", "header-version"),
        (b"PK\x03\x04" + bytes(100), "header-version"),
        (b"age-encryption.org/v1\n", "header-line-too-long-or-cut"),
    ):
        path.write_bytes(content)
        with pytest.raises(errors.BundleRefused, match=reason):
            open_bundle(register, path)
    Forgery(register=register, recipients=[passphrase]).write(path)
    with pytest.raises(errors.BundleRefused, match="header-kinds"):
        open_bundle(register, path)


def test_a_bundle_sealed_to_somebody_else_has_no_matching_key(register: OpenRegister, tmp_path: Path) -> None:
    """Without our key in the header there is nothing to say about what is inside."""
    stranger = age.HybridIdentity.generate().recipient()
    bundle = Forgery(register=register, recipients=[stranger]).write(tmp_path / "b.age")
    with pytest.raises(errors.NoMatchingKey):
        open_bundle(register, bundle)


def test_a_missing_file_or_a_folder_is_unreadable(register: OpenRegister, tmp_path: Path) -> None:
    """What is not a plain file is said to be unreadable, not forged."""
    for path in (tmp_path / "none.age", tmp_path):
        with pytest.raises(errors.FileUnreadable):
            open_bundle(register, path)
