"""The deniable tag: right for one organisation, one sender, one set of recipients, one bag."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldlog.errors import KeyTextError, SignatureInvalid
from fieldlog.formats.bundle_tag import BundleTag, make_tag, read_tag, tag_path, verify_tag
from fieldlog.primitives.dh import X25519
from fieldlog.primitives.secret import Secret

SENDER = X25519(Secret(b"\x01" * 32))
ORGANISATION = X25519(Secret(b"\x02" * 32))
OTHER = X25519(Secret(b"\x03" * 32))
ORGANISATION_ID = "0" * 32
MANIFEST = b"tag manifest\n"
RECIPIENTS = (f"{ORGANISATION_ID}/{'1' * 32}", "self")


def tag() -> BundleTag:
    return make_tag(
        MANIFEST,
        sender=SENDER,
        organisation_id=ORGANISATION_ID,
        organisation_key=ORGANISATION.public,
        recipient_ids=RECIPIENTS,
    )


def verify(
    bundle_tag: BundleTag,
    *,
    manifest: bytes = MANIFEST,
    organisation: X25519 = ORGANISATION,
    organisation_id: str = ORGANISATION_ID,
    recipient_ids: tuple[str, ...] = RECIPIENTS,
) -> None:
    verify_tag(
        bundle_tag,
        manifest,
        organisation=organisation,
        organisation_id=organisation_id,
        recipient_ids=recipient_ids,
    )


def test_the_organisation_accepts_a_tag_made_for_it() -> None:
    """Both sides compute one key, whatever the order in which recipients are listed."""
    verify(tag())
    verify(tag(), recipient_ids=RECIPIENTS[::-1])


def test_the_organisation_could_have_made_the_tag_itself() -> None:
    """Deniability: from the organisation's secret and the sender's public key comes the same tag."""
    from fieldlog.formats.bundle_tag import TagContext
    from fieldlog.primitives.hash import hmac_sha256
    from fieldlog.primitives.kdf import hkdf_sha256

    context = TagContext(
        organisation_id=ORGANISATION_ID,
        organisation_key=ORGANISATION.public,
        sender_key=SENDER.public,
        recipient_ids=RECIPIENTS,
    )
    key = hkdf_sha256(ORGANISATION.exchange(SENDER.public), salt=b"", info=context.to_bytes())
    assert hmac_sha256(key, MANIFEST) == tag().tag


@pytest.mark.parametrize(
    "changes",
    [
        {"manifest": MANIFEST + b" "},
        {"organisation": OTHER},
        {"organisation_id": "2" * 32},
        {"recipient_ids": RECIPIENTS[:1]},
        {"recipient_ids": (*RECIPIENTS, "more")},
    ],
)
def test_a_tag_is_right_for_nothing_else(changes: dict[str, object]) -> None:
    """Another bag, organisation or list of recipients refuses it."""
    with pytest.raises(SignatureInvalid):
        verify(tag(), **changes)  # type: ignore[arg-type]


def test_a_tag_in_somebody_elses_name_is_refused() -> None:
    """The sender's key is part of what is authenticated."""
    with pytest.raises(SignatureInvalid):
        verify(replace(tag(), sender_key=OTHER.public))


def test_a_low_order_sender_key_is_refused() -> None:
    """A sender key that makes the tag's key public knowledge does not authenticate anybody."""
    with pytest.raises(SignatureInvalid, match="tag-sender"):
        verify(replace(tag(), sender_key=bytes(32)))


def test_no_tag_is_made_for_a_low_order_organisation_key() -> None:
    """The reporter's side refuses such a key as well."""
    with pytest.raises(KeyTextError):
        make_tag(
            MANIFEST,
            sender=SENDER,
            organisation_id=ORGANISATION_ID,
            organisation_key=bytes(32),
            recipient_ids=RECIPIENTS,
        )


def test_a_tag_file_is_read_as_it_was_written() -> None:
    """Round trip, at the place named for the organisation."""
    assert read_tag(tag().to_bytes()) == tag()
    assert tag_path(ORGANISATION_ID) == f"signatures/{ORGANISATION_ID}.tag"


def test_every_flipped_byte_and_truncation_of_a_tag_file_is_refused() -> None:
    """No altered tag file verifies, and none that is cut short is read."""
    raw = tag().to_bytes()
    for place in range(len(raw)):
        flipped = bytearray(raw)
        flipped[place] ^= 0x01
        with pytest.raises(SignatureInvalid):
            verify(read_tag(bytes(flipped)))
        with pytest.raises(SignatureInvalid, match="tag-form"):
            read_tag(raw[:place])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw + b" " * 600,
        lambda raw: raw.replace(b"sender ", b"sender\xff"),
        lambda raw: raw[:-3] + b"==\n",
        lambda raw: raw.replace(b"tag ", b"tag ="),
    ],
)
def test_other_spellings_of_a_tag_file_are_refused(spoil: object) -> None:
    """A tag file has one spelling."""
    with pytest.raises(SignatureInvalid, match="tag-form"):
        read_tag(spoil(tag().to_bytes()))  # type: ignore[operator]
