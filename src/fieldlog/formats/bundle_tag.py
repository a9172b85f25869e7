"""The deniable authentication of a bundle (docs/formats/authentication.md 4).

Owns how a tag's key follows from the two X25519 keys and what the file of tags looks like.
A tag convinces the organisation it was made for and nobody else: both sides can compute its key, so the
organisation could have made it itself and cannot prove to a third party who did.
There is one tag per organisation: an organisation of a joint bundle cannot forge a tag for another one.
Whoever holds the organisation's authentication secret can forge tags of every sender *to that
organisation*; this is the price of deniability, and the threat model says so.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.hash import hmac_sha256, sha256, verify_hmac_sha256
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret

_HEAD: Final = "fieldlog-deniable-v1"
KEY_SIZE: Final = 32
TAG_SIZE: Final = 32
TAG_LIMIT: Final = 8
"""Organisations of one bundle; each of eight has at least one of age's twenty stanzas."""
_NO_SIGNER: Final = bytes(KEY_SIZE)
_LINE: Final = re.compile(r"([0-9a-f]{32}) ([A-Za-z0-9+/=]{44}) ([A-Za-z0-9+/=]{44})")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagContext:
    """What a tag is bound to besides the tag manifest and the two keys.

    ``recipient_ids`` are all of the bundle's recipients as its ``bundle.json`` lists them.
    ``signing_key`` is the Ed25519 key of an attributable bundle: with it here, nobody else can put a
    signature of their own beside a genuine tag.
    """

    organisation_id: str
    recipient_ids: Sequence[str]
    signing_key: bytes | None

    def to_bytes(self, *, organisation_key: bytes, sender_key: bytes) -> bytes:
        """One byte string per context: a fixed head, fields of fixed size, a digest of the sorted ids."""
        recipients = sha256("\n".join(sorted(self.recipient_ids)).encode())
        signer = _NO_SIGNER if self.signing_key is None else self.signing_key
        head = f"{_HEAD}\n{self.organisation_id}".encode("ascii")
        return head + organisation_key + sender_key + signer + recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleTag:
    """The tag for one organisation, and the sender's public key for that organisation."""

    organisation_id: str
    sender_key: bytes
    tag: bytes


def make_tag(
    tag_manifest: bytes, *, sender: X25519, organisation_key: bytes, context: TagContext
) -> BundleTag:
    """The reporter's tag over ``tagmanifest-sha512.txt`` for one organisation.

    Raises:
        KeyTextError: the organisation's key is of low order.
    """
    info = context.to_bytes(organisation_key=organisation_key, sender_key=sender.public)
    key = _tag_key(sender.exchange(organisation_key), info)
    return BundleTag(
        organisation_id=context.organisation_id,
        sender_key=sender.public,
        tag=hmac_sha256(key, tag_manifest),
    )


def verify_tag(
    bundle_tag: BundleTag, tag_manifest: bytes, *, organisation: X25519, context: TagContext
) -> None:
    """Accept the tag, or raise. ``organisation`` is the organisation's own secret key.

    Raises:
        SignatureInvalid: made for another organisation, for other recipients, over another tag
            manifest, beside another signature, or not by the holder of ``bundle_tag.sender_key``.
    """
    if bundle_tag.organisation_id != context.organisation_id:
        raise SignatureInvalid("tag-organisation")
    info = context.to_bytes(organisation_key=organisation.public, sender_key=bundle_tag.sender_key)
    try:
        shared = organisation.exchange(bundle_tag.sender_key)
    except KeyTextError:
        # A low-order sender key would make the tag's key known to everybody.
        raise SignatureInvalid("tag-sender") from None
    verify_hmac_sha256(_tag_key(shared, info), tag_manifest, bundle_tag.tag)


def format_tags(tags: Sequence[BundleTag]) -> bytes:
    """The file of tags, one line per organisation, sorted by organisation."""
    lines = [
        f"{one.organisation_id} {_text(one.sender_key)} {_text(one.tag)}"
        for one in sorted(tags, key=lambda one: one.organisation_id)
    ]
    return "".join(f"{line}\n" for line in (_HEAD, *lines)).encode("ascii")


def read_tags(raw: bytes) -> tuple[BundleTag, ...]:
    """The tags in such a file.

    Raises:
        SignatureInvalid: ``tag-form`` when it is not exactly what ``format_tags`` writes for one to
            eight different organisations.
    """
    try:
        head, *lines = raw.decode("ascii").removesuffix("\n").split("\n")
        if head != _HEAD or not 1 <= len(lines) <= TAG_LIMIT:
            raise SignatureInvalid("tag-form")
        tags = tuple(_read_line(line) for line in lines)
    except (UnicodeDecodeError, binascii.Error):
        raise SignatureInvalid("tag-form") from None
    # Order, line ends and the spare bits of base64 are settled by writing it again.
    if len({one.organisation_id for one in tags}) != len(tags) or format_tags(tags) != raw:
        raise SignatureInvalid("tag-form")
    return tags


def _read_line(line: str) -> BundleTag:
    match = _LINE.fullmatch(line)
    if match is None:
        raise SignatureInvalid("tag-form")
    sender, tag = (base64.b64decode(match[index], validate=True) for index in (2, 3))
    if len(sender) != KEY_SIZE or len(tag) != TAG_SIZE:
        raise SignatureInvalid("tag-form")
    return BundleTag(organisation_id=match[1], sender_key=sender, tag=tag)


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode("ascii")


def _tag_key(shared: Secret, info: bytes) -> Secret:
    return hkdf_sha256(shared, salt=b"", info=info)
