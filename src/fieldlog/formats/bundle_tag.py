"""The deniable authentication tag of a bundle (docs/formats/bundle.md, "Authentication").

Owns how the tag's key follows from the two X25519 keys and what the tag's file looks like.
A tag convinces the organisation it was made for and nobody else: both sides can compute its key, so the
organisation could have made it itself and cannot prove to a third party who did.
One tag per organisation: an organisation of a joint bundle cannot forge a tag for another one.
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

_DOMAIN: Final = b"fieldlog-deniable-v1\n"
KEY_SIZE: Final = 32
TAG_SIZE: Final = 32
FILE_LIMIT: Final = 512
"""Bytes of a tag file; a well-formed one has 168."""
_FILE: Final = re.compile(
    r"fieldlog-deniable-v1\n"
    r"organisation ([0-9a-f]{32})\n"
    r"sender ([A-Za-z0-9+/=]{44})\n"
    r"tag ([A-Za-z0-9+/=]{44})\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagContext:
    """What a tag is bound to besides the tag manifest: the two keys, the organisation, the recipients.

    ``recipient_ids`` are all of the bundle's recipients as its ``bundle.json`` lists them.
    """

    organisation_id: str
    organisation_key: bytes
    sender_key: bytes
    recipient_ids: Sequence[str]

    def to_bytes(self) -> bytes:
        """One byte string per context: fixed-size fields, then a digest over the sorted ids."""
        recipients = sha256("\n".join(sorted(self.recipient_ids)).encode())
        organisation = self.organisation_id.encode("ascii")
        return _DOMAIN + organisation + self.organisation_key + self.sender_key + recipients


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleTag:
    """A tag as it travels in ``signatures/<organisation id>.tag``."""

    organisation_id: str
    sender_key: bytes
    tag: bytes

    def to_bytes(self) -> bytes:
        """The tag's file."""
        sender, tag = (base64.b64encode(part).decode("ascii") for part in (self.sender_key, self.tag))
        head = f"fieldlog-deniable-v1\norganisation {self.organisation_id}\n"
        return f"{head}sender {sender}\ntag {tag}\n".encode("ascii")


def tag_path(organisation_id: str) -> str:
    """Where the tag for an organisation lies in the bag."""
    return f"signatures/{organisation_id}.tag"


def make_tag(
    tag_manifest: bytes,
    *,
    sender: X25519,
    organisation_id: str,
    organisation_key: bytes,
    recipient_ids: Sequence[str],
) -> BundleTag:
    """The reporter's tag over ``tagmanifest-sha512.txt`` for one organisation.

    Raises:
        KeyTextError: the organisation's key is of low order.
    """
    context = TagContext(
        organisation_id=organisation_id,
        organisation_key=organisation_key,
        sender_key=sender.public,
        recipient_ids=recipient_ids,
    )
    key = _tag_key(sender.exchange(organisation_key), context)
    return BundleTag(
        organisation_id=organisation_id, sender_key=sender.public, tag=hmac_sha256(key, tag_manifest)
    )


def verify_tag(
    bundle_tag: BundleTag,
    tag_manifest: bytes,
    *,
    organisation: X25519,
    organisation_id: str,
    recipient_ids: Sequence[str],
) -> None:
    """Accept the tag, or raise. ``organisation`` is the organisation's own secret key.

    Raises:
        SignatureInvalid: made for another organisation, for other recipients, over another tag
            manifest, or not by the holder of ``bundle_tag.sender_key``.
    """
    if bundle_tag.organisation_id != organisation_id:
        raise SignatureInvalid("tag-organisation")
    context = TagContext(
        organisation_id=organisation_id,
        organisation_key=organisation.public,
        sender_key=bundle_tag.sender_key,
        recipient_ids=recipient_ids,
    )
    try:
        shared = organisation.exchange(bundle_tag.sender_key)
    except KeyTextError as error:
        # A low-order sender key would make the tag's key known to everybody.
        raise SignatureInvalid("tag-sender") from error
    verify_hmac_sha256(_tag_key(shared, context), tag_manifest, bundle_tag.tag)


def read_tag(raw: bytes) -> BundleTag:
    """The tag in a file of ``signatures/``.

    Raises:
        SignatureInvalid: not exactly the four lines of a tag.
    """
    try:
        match = _FILE.fullmatch(raw.decode("ascii")) if len(raw) <= FILE_LIMIT else None
        if match is None:
            raise SignatureInvalid("tag-form")
        sender, tag = (base64.b64decode(match[index], validate=True) for index in (2, 3))
    except (UnicodeDecodeError, binascii.Error) as error:
        raise SignatureInvalid("tag-form") from error
    bundle_tag = BundleTag(organisation_id=match[1], sender_key=sender, tag=tag)
    # Spare bits of base64: a tag has one spelling.
    if len(sender) != KEY_SIZE or len(tag) != TAG_SIZE or bundle_tag.to_bytes() != raw:
        raise SignatureInvalid("tag-form")
    return bundle_tag


def _tag_key(shared: Secret, context: TagContext) -> Secret:
    return hkdf_sha256(shared, salt=b"", info=context.to_bytes())
