"""Bundles with one defect each, sealed to a register as a sender with genuine keys could seal them.

Everything is built with the program's own formats, so that a forged bundle is right in every point but
the one that is changed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fieldlog.desk.keys import OpenRegister, current_card
from fieldlog.documents.payload import counts_of, payload_files
from fieldlog.formats import age, sshsig
from fieldlog.formats.archive import StoredZipWriter
from fieldlog.formats.bag import (
    AUTHENTICATORS_NAME,
    SIGNATURE_NAME,
    SIGNER_NAME,
    BagInfo,
    FileFact,
    build_tag_files,
)
from fieldlog.formats.bundle_manifest import (
    PATH,
    SIGNATURE_NAMESPACE,
    BundleManifest,
    Mode,
    RecipientOrganisation,
)
from fieldlog.formats.bundle_tag import TagContext, format_tags, make_tag
from fieldlog.formats.card import recipient_id
from fieldlog.model.act import Act
from fieldlog.model.base import Record, Text
from fieldlog.model.evidence import Evidence
from fieldlog.model.incident import Incident
from fieldlog.model.person import Person
from fieldlog.model.when import When
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.hash import sha256, sha512
from fieldlog.primitives.secret import Secret
from fieldlog.primitives.signing import Ed25519

AT = "2026-03-01T12:00:00Z"
FOLDER = "fieldlog-0123456789abcdef"
PHOTO = b"\xff\xd8\xff" + b"invented photo" * 100
UUIDS = [f"0000000{n}-0000-4000-8000-000000000000" for n in range(10)]


def records() -> tuple[Record, ...]:
    """One incident with one person, one act and one photo."""
    return (
        Incident(
            id=UUIDS[1],
            code="INC-7K2M4Q",
            created_at=AT,
            narrative=Text(text="Three men took a phone.", lang="en"),
            when=When.from_edtf("2026-03-01"),
            urgency="U1",
        ),
        Person(id=UUIDS[2], code="P-9QW2XY", created_at=AT, kind="individual", roles=("victim",)),
        Act(
            id=UUIDS[3],
            code="ACT-3DF8RT",
            created_at=AT,
            incident="INC-7K2M4Q",
            victim="P-9QW2XY",
            violation="LIB-01",
        ),
        Evidence(
            id=UUIDS[4],
            code="EV-4T8K2M",
            created_at=AT,
            path="attachments/EV-4T8K2M.jpg",
            media_type="image/jpeg",
            bytes=len(PHOTO),
            sha256=sha256(PHOTO).hex(),
            sha512=sha512(PHOTO).hex(),
            about=("INC-7K2M4Q",),
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """What to seal. Change one field with ``dataclasses.replace`` and ``write`` it."""

    register: OpenRegister
    records: tuple[Record, ...] = field(default_factory=records)
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    """Payload path -> other content, or ``None`` to leave the file out."""
    manifest: Callable[[BundleManifest], BundleManifest] = lambda manifest: manifest
    manifest_bytes: Callable[[bytes], bytes] = lambda raw: raw
    external_identifier: str | None = None
    attributable: bool = False
    sender: X25519 = field(default_factory=lambda: X25519(Secret(b"\x21" * 32)))
    signing: Ed25519 = field(default_factory=lambda: Ed25519(Secret(b"\x22" * 32)))
    signature: Callable[[bytes], bytes | None] | None = None
    """Tag manifest -> another signature file, or ``None`` to leave it out."""
    signer: bytes | None = None
    tags: Callable[[bytes], bytes | None] = lambda raw: raw
    context: Callable[[TagContext], TagContext] = lambda context: context
    tag_organisation_key: bytes | None = None
    recipients: Sequence[age.Recipient] | None = None
    archive: Callable[[bytes], bytes] = lambda raw: raw
    fact: Callable[[FileFact], FileFact] = lambda fact: fact

    def write(self, path: Path) -> Path:
        """Seal it to ``path``."""
        sealed = io.BytesIO()
        recipients = self.recipients or [
            age.parse_recipient(text) for text in current_card(self.register).sealing_recipients
        ]
        with age.encrypt(sealed, recipients) as encryptor:
            encryptor.write(self.archive(self._zip()))
        path.write_bytes(sealed.getvalue())
        return path

    def _zip(self) -> bytes:
        manifest = self.manifest(self._manifest())
        payload = {PATH: self.manifest_bytes(manifest.to_bytes()), "data/attachments/EV-4T8K2M.jpg": PHOTO}
        for one in payload_files(self.records, generated_at=AT, bundle_id=manifest.bundle_id, language="en"):
            payload[one.path] = one.content
        payload |= {path: content for path, content in self.files.items() if content is not None}
        payload = {
            path: content for path, content in payload.items() if self.files.get(path, b"") is not None
        }
        tag_files = build_tag_files(
            [
                self.fact(
                    FileFact(path=path, size=len(content), sha256=sha256(content), sha512=sha512(content))
                )
                for path, content in payload.items()
            ],
            info=BagInfo(external_identifier=self.external_identifier or f"urn:uuid:{manifest.bundle_id}"),
            readme=b"invented\n",
        )
        everything = {one.path: one.content for one in tag_files}
        everything |= self._authentication(tag_files[-1].content, manifest)
        everything |= payload
        sink = io.BytesIO()
        archive = StoredZipWriter(sink)
        for path, content in everything.items():
            archive.add_bytes(f"{FOLDER}/{path}", content)
        archive.add_padding()
        archive.close()
        return sink.getvalue()

    def _manifest(self) -> BundleManifest:
        card = current_card(self.register)
        return BundleManifest(
            bundle_id=UUIDS[0],
            folder=FOLDER,
            created_at=AT,
            tool="fieldlog/0",
            mode=Mode.ATTRIBUTABLE if self.attributable else Mode.DENIABLE,
            recipients=(
                RecipientOrganisation(
                    organisation_id=card.organisation_id,
                    key_ids=tuple(recipient_id(text) for text in card.sealing_recipients),
                ),
            ),
            includes_self=False,
            counts=counts_of(self.records),
        )

    def _authentication(self, tag_manifest: bytes, manifest: BundleManifest) -> dict[str, bytes]:
        found: dict[str, bytes | None] = {}
        if self.attributable:
            found[SIGNATURE_NAME] = sshsig.sign(self.signing, SIGNATURE_NAMESPACE, tag_manifest)
            found[SIGNER_NAME] = self.signer or sshsig.public_line(self.signing.public, label="reporter")
        if self.signature is not None:
            found[SIGNATURE_NAME] = self.signature(tag_manifest)
        if found.get(SIGNATURE_NAME, b"") is None:
            del found[SIGNER_NAME]
        card = current_card(self.register)
        context = TagContext(
            organisation_id=card.organisation_id,
            recipient_ids=manifest.recipient_ids,
            signing_key=self.signing.public if self.attributable else None,
        )
        tag = make_tag(
            tag_manifest,
            sender=self.sender,
            organisation_key=self.tag_organisation_key or card.authentication_key,
            context=self.context(context),
        )
        found[AUTHENTICATORS_NAME] = self.tags(format_tags([tag]))
        return {path: content for path, content in found.items() if content is not None}


def with_counts(**counts: int) -> Callable[[BundleManifest], BundleManifest]:
    """A manifest that announces these numbers of records instead."""
    return lambda manifest: replace(manifest, counts={**manifest.counts, **counts})
