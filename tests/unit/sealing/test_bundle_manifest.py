"""``bundle.json``: one spelling, every field within its limits."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from fieldlog.errors import MalformedRecord
from fieldlog.formats import canonical
from fieldlog.formats.bundle_manifest import (
    FILE_LIMIT,
    BundleManifest,
    Mode,
    RecipientOrganisation,
    read_bundle_manifest,
)
from fieldlog.formats.bundle_words import bundle_words

MANIFEST = BundleManifest(
    bundle_id="00000001-0000-4000-8000-000000000000",
    folder="fieldlog-0123456789abcdef",
    created_at="2026-03-02T12:00:00Z",
    tool="fieldlog/0.1.0",
    mode=Mode.DENIABLE,
    recipients=(RecipientOrganisation(organisation_id="0" * 32, key_ids=("1" * 32, "2" * 32)),),
    includes_self=False,
    counts={"incident": 2},
)


def test_it_is_read_as_it_was_written() -> None:
    """Round trip, with one and with several recipients."""
    assert read_bundle_manifest(MANIFEST.to_bytes()) == MANIFEST
    second = RecipientOrganisation(organisation_id="f" * 32, key_ids=("3" * 32,))
    several = replace(MANIFEST, recipients=(*MANIFEST.recipients, second), includes_self=True)
    assert read_bundle_manifest(several.to_bytes()) == several
    assert several.stanza_count == 4
    assert several.recipient_ids[-1] == "self"


def test_unknown_fields_do_no_harm() -> None:
    """A later version may say more."""
    plain = json.loads(MANIFEST.to_bytes()) | {"later": 1}
    assert read_bundle_manifest(canonical.encode(plain)) == MANIFEST


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": "other"}, "manifest-format"),
        ({"version": 2}, "manifest-version"),
        ({"version": True}, "manifest-version"),
        ({"bundle": "1"}, "manifest-bundle-id"),
        ({"bundle": None}, "manifest-bundle-id"),
        ({"folder": None}, "manifest-folder"),
        ({"folder": "fieldlog-0123456789abcdeF"}, "manifest-folder"),
        ({"created_at": "yesterday"}, "manifest-created-at"),
        ({"tool": "a b"}, "manifest-tool"),
        ({"mode": "open"}, "manifest-mode"),
        ({"mode": []}, "manifest-mode"),
        ({"self": 1}, "manifest-self"),
        ({"recipients": []}, "manifest-recipients"),
        ({"recipients": {}}, "manifest-recipients"),
        ({"recipients": [1]}, "manifest-recipients"),
        ({"recipients": [{"organisation": "0" * 32, "keys": []}]}, "manifest-recipients"),
        ({"recipients": [{"organisation": "0" * 32, "keys": ["1" * 32] * 2}]}, "manifest-recipients"),
        ({"recipients": [{"organisation": "0" * 32, "keys": ["x"]}]}, "manifest-recipients"),
        ({"recipients": [{"organisation": "x", "keys": ["1" * 32]}]}, "manifest-recipients"),
        ({"recipients": [{"organisation": "0" * 32, "keys": ["1" * 32]}] * 2}, "manifest-recipients"),
        ({"counts": []}, "manifest-counts"),
        ({"counts": {"incident": -1}}, "manifest-counts"),
        ({"counts": {"incident": True}}, "manifest-counts"),
        ({"counts": {"incident": 1_000_001}}, "manifest-counts"),
        ({"counts": {"X": 1}}, "manifest-counts"),
        ({"counts": {f"{chr(97 + n // 26)}{chr(97 + n % 26)}": 1 for n in range(41)}}, "manifest-counts"),
    ],
)
def test_fields_outside_the_rules_are_refused(changes: dict[str, object], reason: str) -> None:
    """The reason names the field."""
    plain = json.loads(MANIFEST.to_bytes()) | changes
    with pytest.raises(MalformedRecord) as caught:
        read_bundle_manifest(canonical.encode(plain))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "manifest-json"),
        (b"[]", "manifest-format"),
        (b" " * (FILE_LIMIT + 1), "manifest-too-long"),
        (MANIFEST.to_bytes() + b"\n", "manifest-json"),
    ],
)
def test_what_is_no_manifest_is_refused(raw: bytes, reason: str) -> None:
    """Not JSON, not an object, not canonical, too long."""
    with pytest.raises(MalformedRecord) as caught:
        read_bundle_manifest(raw)
    assert caught.value.reason == reason


def test_every_truncation_is_refused() -> None:
    """A manifest that breaks off is none."""
    raw = MANIFEST.to_bytes()
    for length in range(len(raw)):
        with pytest.raises(MalformedRecord):
            read_bundle_manifest(raw[:length])


def test_the_words_of_a_bundle_follow_from_its_first_bits() -> None:
    """44 bits, four words, the same places in both lists."""
    assert bundle_words(bytes(64), language="en") == ("abandon",) * 4
    assert bundle_words(b"\xff" * 64, language="en") == ("zoo",) * 4
    assert len(bundle_words(b"\x80" + bytes(63), language="ru")) == 4
    assert bundle_words(b"\x80" + bytes(63), language="kk") == bundle_words(
        b"\x80" + bytes(63), language="ru"
    )
