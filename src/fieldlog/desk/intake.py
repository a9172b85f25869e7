"""Opening a bundle: verify all of it, remember who sent it, and give out its incidents.

Nothing is extracted and nothing is written but the register's own rows: the sender, the bundle, and an
entry of the audit chain for every bundle that was opened or refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.desk.keys import OpenRegister
from fieldlog.desk.records import BundleRecords, read_records
from fieldlog.desk.report import VerificationReport
from fieldlog.desk.verifying import Progress, VerifiedBundle, verified
from fieldlog.documents.dossier import Dossier, dossiers_of
from fieldlog.documents.report_text import report_text
from fieldlog.formats.bag import Check
from fieldlog.formats.bundle_manifest import Mode
from fieldlog.model.codec import encode
from fieldlog.primitives.hash import sha512
from fieldlog.store.register import Action

_OF_THE_DIGESTS: Final = {Check.SIGNED: "signed-digests", Check.EVERY_MANIFEST: "digests"}
_OF_THE_SENDER: Final = {Mode.DENIABLE: ("tag",), Mode.ATTRIBUTABLE: ("tag", "signature")}
_DEL: Final = "\x7f"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedBundle:
    """A bundle that verified: the report about it and its incidents."""

    report: VerificationReport
    records: BundleRecords
    dossiers: tuple[Dossier, ...]

    def texts(self, language: str) -> Iterator[str]:
        """Each incident as readable text, in its lines; safe to show."""
        for dossier in self.dossiers:
            yield "\n".join(report_text([dossier], language=language))

    def to_json(self) -> str:
        """Report and records as one JSON object in ASCII: nothing in it can command a terminal."""
        plain = {
            "report": self.report.to_plain(),
            "records": {
                type_name: [encode(record) for record in records]
                for type_name, records in self.records.by_type.items()
            },
        }
        text = json.dumps(plain, ensure_ascii=True, allow_nan=False, sort_keys=True, indent=1)
        # The one control character that JSON in ASCII leaves as it is.
        return text.replace(_DEL, "\\u007f")


def open_bundle(register: OpenRegister, path: Path, *, progress: Progress | None = None) -> OpenedBundle:
    """Verify the bundle at ``path`` and read its records.

    Every byte is checked against the authenticated SHA-512 manifest; ``extract`` also computes the
    SHA-256 manifest again, which doubles the time on a computer without instructions for it.

    Raises:
        NoMatchingKey: it is sealed, but not to a key of this register.
        NotForUs: a key opens it, but the sender did not mean this organisation.
        BundleRefused: it does not verify; the reason says what.
        FileUnreadable, StorageFailed: the file itself.
        Cancelled: from ``progress``.
    """
    with opening(register, path, action=Action.OPENED, check=Check.SIGNED, progress=progress) as (_, opened):
        return opened


@contextmanager
def opening(
    register: OpenRegister, path: Path, *, action: Action, check: Check, progress: Progress | None
) -> Iterator[tuple[VerifiedBundle, OpenedBundle]]:
    """The verified bundle, still open, and what was found; noted in the register as ``action``.

    The note is made when the block ends well: an extraction that failed was not an extraction.

    Raises:
        FieldlogError: as ``open_bundle``; a refusal is noted too.
    """
    try:
        with verified(register, path, check=check, progress=progress) as bundle:
            records = read_records(bundle.bag, counts=bundle.manifest.counts)
            with _noting(register, bundle, action) as found:
                yield bundle, _opened(register, bundle, records, found)
    except (errors.BundleRefused, errors.NotForUs, errors.NoMatchingKey) as error:
        reason = error.reason if isinstance(error, errors.BundleRefused) else error.code
        register.store.audit.append(Action.REFUSED, at_utc=register.timestamp(), detail=reason[:200])
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What the register says about sender and bundle, this time included."""

    sender_code: str
    sender_bundles: int
    sender_known: bool
    opened_before: str | None
    id_reused: bool


@contextmanager
def _noting(register: OpenRegister, bundle: VerifiedBundle, action: Action) -> Iterator[_Found]:
    """Note sender, bundle and audit entry together, or nothing if the block fails."""
    store, at_utc = register.store, register.timestamp()
    bundle_id = bundle.manifest.bundle_id
    digest = sha512(bundle.bag.tags.signed)
    with store.transaction():
        known = store.senders.find(bundle.sender_key)
        try:
            number = store.senders.enrol(bundle.sender_key, signing_key=bundle.signing_key, at_utc=at_utc)
        except errors.SignatureInvalid as error:
            raise errors.BundleRefused("signature-" + error.reason) from None
        seen = store.bundles.note(
            bundle_id=bundle_id, tag_manifest_sha512=digest, sender=number, at_utc=at_utc
        )
        store.audit.append(action, at_utc=at_utc, subject=bundle_id, detail=digest.hex())
        sender = store.senders.find(bundle.sender_key)
        if sender is None:
            raise errors.VaultDamaged(str(register.folder), "senders")  # unreachable: just enrolled
        yield _Found(
            sender_code=sender.code,
            sender_bundles=sender.bundles,
            sender_known=known is not None,
            opened_before=seen.first_opened,
            id_reused=seen.id_reused,
        )


def _opened(
    register: OpenRegister, bundle: VerifiedBundle, records: BundleRecords, found: _Found
) -> OpenedBundle:
    manifest = bundle.manifest
    report = VerificationReport(
        bundle_id=manifest.bundle_id,
        created_at=manifest.created_at,
        tool=manifest.tool,
        mode=manifest.mode,
        sender_code=found.sender_code,
        sender_known=found.sender_known,
        sender_bundles=found.sender_bundles,
        organisations=len(manifest.recipients),
        incidents=len(records.of("incident")),
        attachments=len(records.of("evidence")),
        files=len(bundle.bag.payload),
        payload_bytes=bundle.bag.tags.payload_bytes,
        tag_manifest_sha512=sha512(bundle.bag.tags.signed).hex(),
        opened_before=found.opened_before,
        checks=(
            "sealed-to-us",
            "archive",
            "recipients",
            *_OF_THE_SENDER[manifest.mode],
            _OF_THE_DIGESTS[bundle.bag.check],
            "records",
        ),
        warnings=tuple(_warnings(register, bundle, records, found)),
    )
    dossiers = dossiers_of(record for group in records.by_type.values() for record in group)
    return OpenedBundle(report=report, records=records, dossiers=dossiers)


def _warnings(
    register: OpenRegister, bundle: VerifiedBundle, records: BundleRecords, found: _Found
) -> Iterator[str]:
    if not found.sender_known:
        yield "new-sender"
    if found.opened_before is not None:
        yield "opened-before"
    if found.id_reused:
        yield "bundle-id-reused"
    # RFC 3339 in UTC with seconds sorts as text (J10).
    if bundle.manifest.created_at > register.timestamp():
        yield "claimed-time"
    if bundle.classic:
        yield "classic-recipient"
    if records.unknown_fields:
        yield "unknown-fields"
