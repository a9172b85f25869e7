"""The one path by which a bundle is verified, in the order that costs a forger's bundle least.

Header, key, shape of the archive, tag files, recipients, authentication, then every byte of the
payload, then the records (docs/formats/authentication.md 6).
Promises that nothing of a bundle is given out before all of it verified, that nothing is written, and
that memory does not grow with the size of attachments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fieldlog import errors
from fieldlog.desk.keys import OpenRegister
from fieldlog.formats import age, bag, sshsig
from fieldlog.formats.archive import StrictReader
from fieldlog.formats.bag import BagTags, VerifiedBag
from fieldlog.formats.bundle_manifest import (
    FILE_LIMIT,
    PATH,
    SIGNATURE_NAMESPACE,
    BundleManifest,
    Mode,
    read_bundle_manifest,
)
from fieldlog.formats.bundle_tag import BundleTag, TagContext, read_tags, verify_tag
from fieldlog.formats.card import organisation_id, recipient_id
from fieldlog.primitives.hash import sha256, sha512
from fieldlog.system import files

Progress = Callable[[int, int], None]

_KINDS: Final = (frozenset({"mlkem768x25519"}), frozenset({"X25519"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBundle:
    """A bundle of which everything but the records was verified; its files are read in place."""

    bag: VerifiedBag
    manifest: BundleManifest
    sender_key: bytes
    signing_key: bytes | None
    classic: bool


@contextmanager
def verified(
    register: OpenRegister,
    path: Path,
    *,
    check: bag.Check = bag.Check.EVERY_MANIFEST,
    progress: Progress | None = None,
) -> Iterator[VerifiedBundle]:
    """The bundle at ``path``, open for as long as the block lasts.

    Every payload byte is checked either way. With ``Check.SIGNED`` it is checked against the manifest
    that is authenticated, and the SHA-256 manifest, which is there for other tools, is not computed again.

    Raises:
        NoMatchingKey: it is sealed, but not to a key of this register.
        NotForUs: a key opens it, but the sender did not mean this organisation.
        BundleRefused: anything else that is not as it must be; the reason says what.
        FileUnreadable, StorageFailed: the file itself.
        Cancelled: from ``progress``.
    """
    with files.open_source(path) as source, _refusing():
        kinds = frozenset(age.header_of(source).kinds)
        if kinds not in _KINDS:
            raise errors.BundleRefused("header-kinds")
        stanzas = len(age.header_of(_rewound(source)).stanzas)
        with age.open_seekable(source, register.opening) as plaintext:
            archive = StrictReader(plaintext)
            tags = bag.verify_tags(archive)
            manifest = _manifest(archive, tags)
            _require_for_us(register, manifest, stanzas=stanzas)
            sender_key, signing_key = _authenticated(register, tags, manifest)
            yield VerifiedBundle(
                bag=bag.verify_payload(archive, tags, progress=progress, check=check),
                manifest=manifest,
                sender_key=sender_key,
                signing_key=signing_key,
                classic=kinds == _KINDS[1],
            )


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what formats say about bytes into what the desk says about a bundle."""
    try:
        yield
    except errors.NoMatch:
        raise errors.NoMatchingKey from None
    except errors.FormatError as error:
        area = error.code.rpartition(".")[2]
        raise errors.BundleRefused(area + "-" + error.reason) from error
    except errors.MalformedRecord as error:
        raise errors.BundleRefused(error.reason) from error


def _rewound(source: files.SourceFile) -> files.SourceFile:
    source.seek(0)
    return source


def _manifest(archive: StrictReader, tags: BagTags) -> BundleManifest:
    """``bundle.json``, whose digests are checked here: it is needed before the payload is hashed."""
    fact = next((fact for fact in tags.payload if fact.path == PATH), None)
    if fact is None:
        raise errors.BundleRefused("manifest-missing")
    raw = archive.read(f"{tags.folder}/{PATH}", limit=FILE_LIMIT)
    if (sha256(raw), sha512(raw)) != (fact.sha256, fact.sha512):
        raise errors.BundleRefused("bag-payload-altered")
    manifest = read_bundle_manifest(raw)
    if tags.info.external_identifier != f"urn:uuid:{manifest.bundle_id}":
        raise errors.BundleRefused("manifest-bundle-id")
    if manifest.folder != tags.folder:
        raise errors.BundleRefused("manifest-folder")
    return manifest


def _require_for_us(register: OpenRegister, manifest: BundleManifest, *, stanzas: int) -> None:
    """The list that the sender authenticated has to name us, and to be of this very file.

    Otherwise another recipient could seal what it got to us as if the sender had meant us.
    """
    ours = organisation_id(register.root.public)
    own_keys = {recipient_id(identity.recipient().to_text()) for identity in register.opening}
    for recipient in manifest.recipients:
        if recipient.organisation_id == ours and own_keys & set(recipient.key_ids):
            break
    else:
        raise errors.NotForUs
    if stanzas != manifest.stanza_count:
        raise errors.BundleRefused("recipient-count")


def _authenticated(
    register: OpenRegister, tags: BagTags, manifest: BundleManifest
) -> tuple[bytes, bytes | None]:
    """The sender's key for us, and the signing key of an attributable bundle.

    The tag is there in both modes: it is what tells one sender from another, and it is bound to the
    signing key, so that nobody can put a signature of their own in the place of the sender's.
    """
    signing_key = _signing_key(tags)
    if (signing_key is not None) != (manifest.mode is Mode.ATTRIBUTABLE):
        raise errors.BundleRefused("signature-not-as-announced")
    ours = organisation_id(register.root.public)
    tag = _own_tag(tags, manifest, ours)
    context = TagContext(organisation_id=ours, recipient_ids=manifest.recipient_ids, signing_key=signing_key)
    verify_tag(tag, tags.signed, organisation=register.authentication, context=context)
    return tag.sender_key, signing_key


def _own_tag(tags: BagTags, manifest: BundleManifest, ours: str) -> BundleTag:
    """Our tag, out of one for each organisation of ``manifest`` and for no other.

    Only our own can be checked here: what stands in another organisation's line convinces nobody.
    """
    if tags.authenticators is None:
        raise errors.BundleRefused("signature-tag-missing")
    by_organisation = {tag.organisation_id: tag for tag in read_tags(tags.authenticators)}
    if ours not in by_organisation:
        raise errors.BundleRefused("signature-tag-missing")
    if by_organisation.keys() != {recipient.organisation_id for recipient in manifest.recipients}:
        raise errors.BundleRefused("signature-tag-organisations")
    return by_organisation[ours]


def _signing_key(tags: BagTags) -> bytes | None:
    if tags.signature is None or tags.signer is None:
        return None
    signer = sshsig.verify(tags.signature, SIGNATURE_NAMESPACE, tags.signed)
    try:
        announced, _label = sshsig.parse_public_line(tags.signer)
    except errors.KeyTextError:
        raise errors.BundleRefused("signature-signer-file") from None
    if announced != signer:
        raise errors.BundleRefused("signature-signer-file")
    return signer
