"""The deniable tag: right for one organisation, one sender, one set of recipients, one bag."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.formats.bundle_tag import (
    BundleTag,
    TagContext,
    format_tags,
    make_tag,
    read_tags,
    verify_tag,
)
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.hash import hmac_sha256
from fieldlog.primitives.kdf import hkdf_sha256
from fieldlog.primitives.secret import Secret

SENDER = X25519(Secret(b"\x01" * 32))
ORGANISATION = X25519(Secret(b"\x02" * 32))
OTHER = X25519(Secret(b"\x03" * 32))
MANIFEST = b"tag manifest\n"
CONTEXT = TagContext(
    organisation_id="0" * 32, recipient_ids=(f"{'0' * 32}/{'1' * 32}", "self"), signing_key=None
)


def tag(context: TagContext = CONTEXT) -> BundleTag:
    return make_tag(MANIFEST, sender=SENDER, organisation_key=ORGANISATION.public, context=context)


def test_the_organisation_accepts_a_tag_made_for_it() -> None:
    """Both sides compute one key, whatever the order in which recipients are listed."""
    verify_tag(tag(), MANIFEST, organisation=ORGANISATION, context=CONTEXT)
    turned = replace(CONTEXT, recipient_ids=CONTEXT.recipient_ids[::-1])
    verify_tag(tag(), MANIFEST, organisation=ORGANISATION, context=turned)


def test_the_organisation_could_have_made_the_tag_itself() -> None:
    """Deniability: from the organisation's secret and the sender's public key comes the same tag."""
    info = CONTEXT.to_bytes(organisation_key=ORGANISATION.public, sender_key=SENDER.public)
    key = hkdf_sha256(ORGANISATION.exchange(SENDER.public), salt=b"", info=info)
    assert hmac_sha256(key, MANIFEST) == tag().tag


@pytest.mark.parametrize(
    "context",
    [
        replace(CONTEXT, organisation_id="2" * 32),
        replace(CONTEXT, recipient_ids=CONTEXT.recipient_ids[:1]),
        replace(CONTEXT, recipient_ids=(*CONTEXT.recipient_ids, "more")),
        replace(CONTEXT, signing_key=b"\x07" * 32),
    ],
)
def test_a_tag_is_right_in_no_other_context(context: TagContext) -> None:
    """Another organisation, another list of recipients, or a signature beside it refuses the tag."""
    with pytest.raises(SignatureInvalid):
        verify_tag(tag(), MANIFEST, organisation=ORGANISATION, context=context)


def test_a_tag_is_right_for_no_other_bag() -> None:
    """The tag of another bundle is refused."""
    with pytest.raises(SignatureInvalid):
        verify_tag(tag(), MANIFEST + b" ", organisation=ORGANISATION, context=CONTEXT)


def test_a_tag_is_right_for_no_other_key_of_the_organisation() -> None:
    """The authentication key it was made for is the only one that accepts it."""
    with pytest.raises(SignatureInvalid):
        verify_tag(tag(), MANIFEST, organisation=OTHER, context=CONTEXT)


def test_a_tag_beside_a_signature_is_bound_to_its_key() -> None:
    """In an attributable bundle another signer cannot take the place of the sender's key."""
    signed = replace(CONTEXT, signing_key=b"\x07" * 32)
    verify_tag(tag(signed), MANIFEST, organisation=ORGANISATION, context=signed)
    for context in (CONTEXT, replace(CONTEXT, signing_key=b"\x08" * 32)):
        with pytest.raises(SignatureInvalid):
            verify_tag(tag(signed), MANIFEST, organisation=ORGANISATION, context=context)


def test_a_tag_in_somebody_elses_name_is_refused() -> None:
    """The sender's key is part of what is authenticated."""
    forged = replace(tag(), sender_key=OTHER.public)
    with pytest.raises(SignatureInvalid):
        verify_tag(forged, MANIFEST, organisation=ORGANISATION, context=CONTEXT)


def test_a_low_order_sender_key_is_refused() -> None:
    """A sender key that makes the tag's key public knowledge does not authenticate anybody."""
    forged = replace(tag(), sender_key=bytes(32))
    with pytest.raises(SignatureInvalid, match="tag-sender"):
        verify_tag(forged, MANIFEST, organisation=ORGANISATION, context=CONTEXT)


def test_no_tag_is_made_for_a_low_order_organisation_key() -> None:
    """The reporter's side refuses such a key as well."""
    with pytest.raises(KeyTextError):
        make_tag(MANIFEST, sender=SENDER, organisation_key=bytes(32), context=CONTEXT)


def test_a_file_of_tags_is_read_as_it_was_written() -> None:
    """Round trip, for one organisation and for several, sorted."""
    second = tag(replace(CONTEXT, organisation_id="f" * 32))
    assert read_tags(format_tags([tag()])) == (tag(),)
    assert read_tags(format_tags([second, tag()])) == (tag(), second)


def test_every_flipped_byte_and_truncation_of_a_file_of_tags_is_refused() -> None:
    """No altered file verifies, and none that is cut short is read."""
    raw = format_tags([tag()])
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 0x01
        with pytest.raises(SignatureInvalid):
            verify_tag(read_tags(bytes(flipped))[0], MANIFEST, organisation=ORGANISATION, context=CONTEXT)
        with pytest.raises(SignatureInvalid, match="tag-form"):
            read_tags(raw[:place])


def _spoiled() -> list[bytes]:
    raw = format_tags([tag()])
    head, line = raw.split(b"\n")[:2]
    long_key = base64.b64encode(bytes(33))
    many = [replace(tag(), organisation_id=f"{number:032x}") for number in range(9)]
    return [
        raw + b"\n",
        raw.replace(b"\n", b"\r\n"),
        raw + line + b"\n",
        head + b"\n",
        raw.replace(b" ", b"  "),
        raw.replace(b" ", b"\xff"),
        raw[:-5] + b"===\n\n",
        b" ".join([line.split()[0], long_key, line.split()[2]]).join([head + b"\n", b"\n"]),
        b"\n".join([head, *reversed(format_tags(many[:2]).split(b"\n")[1:3]), b""]),
        format_tags(many),
    ]


@pytest.mark.parametrize("raw", _spoiled())
def test_other_spellings_of_a_file_of_tags_are_refused(raw: bytes) -> None:
    """There is one spelling, one line per organisation, and at most eight of them."""
    with pytest.raises(SignatureInvalid, match="tag-form"):
        read_tags(raw)
