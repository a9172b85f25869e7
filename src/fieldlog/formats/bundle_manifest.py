"""``data/bundle.json``: what a bundle says about itself (docs/formats/authentication.md 1).

Owns its fields and their one spelling.
It is a payload file, so the tag manifest covers it and with it the authentication does: the recipients
listed here are the ones the reporter meant, whoever holds the file later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from fieldlog.errors import FormatError, MalformedRecord
from fieldlog.formats import canonical

PATH: Final = "data/bundle.json"
FORMAT: Final = "fieldlog-bundle"
SIGNATURE_NAMESPACE: Final = "fieldlog-bundle-v1"
"""Of the signature of an attributable bundle: it cannot be shown as a signature of anything else."""
VERSION: Final = 1
FILE_LIMIT: Final = 64 * 1024
"""Bytes; 20 recipients and all counts need less than 3 KiB."""
_ORGANISATIONS: Final = 8
_KEYS: Final = 8
_COUNTS: Final = 40
_COUNT_LIMIT: Final = 1_000_000
_FOLDER: Final = re.compile(r"fieldlog-[0-9a-f]{16}")
_ID: Final = re.compile(r"[0-9a-f]{32}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TOOL: Final = re.compile(r"[A-Za-z0-9./+-]{1,60}")
_COUNT_NAME: Final = re.compile(r"[a-z_]{1,30}")


class Mode(Enum):
    """How a bundle is authenticated."""

    DENIABLE = "deniable"
    ATTRIBUTABLE = "attributable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientOrganisation:
    """An organisation the bundle is meant for, and the ids of its keys it was sealed to."""

    organisation_id: str
    key_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleManifest:
    """The content of ``bundle.json``.

    ``includes_self`` says that the reporter can open the bundle too; their key is not named, because it
    would be the same in bundles to different organisations.
    ``folder`` is the name of the bag's folder: no manifest of a bag covers that.
    """

    bundle_id: str
    folder: str
    created_at: str
    tool: str
    mode: Mode
    recipients: tuple[RecipientOrganisation, ...]
    includes_self: bool
    counts: Mapping[str, int]

    @property
    def recipient_ids(self) -> tuple[str, ...]:
        """All organisation and key ids, and whether the reporter is one of them, for the tag's context."""
        ids = [
            f"{organisation.organisation_id}/{key_id}"
            for organisation in self.recipients
            for key_id in organisation.key_ids
        ]
        return (*ids, "self") if self.includes_self else tuple(ids)

    @property
    def stanza_count(self) -> int:
        """How many recipients the age header must have."""
        return len(self.recipient_ids)

    def to_bytes(self) -> bytes:
        """The file."""
        return canonical.encode(
            {
                "format": FORMAT,
                "version": VERSION,
                "bundle": self.bundle_id,
                "folder": self.folder,
                "created_at": self.created_at,
                "tool": self.tool,
                "mode": self.mode.value,
                "recipients": [
                    {"organisation": organisation.organisation_id, "keys": list(organisation.key_ids)}
                    for organisation in self.recipients
                ],
                "self": self.includes_self,
                "counts": dict(self.counts),
            }
        )


def read_bundle_manifest(raw: bytes) -> BundleManifest:
    """Read ``bundle.json``. Fields of a later version are kept out but do no harm (J09).

    Raises:
        MalformedRecord: not JSON as ``formats.canonical`` reads it, of another format or version, or a
            field that is missing, of the wrong kind or over its limit. The reason names the field.
    """
    if len(raw) > FILE_LIMIT:
        raise MalformedRecord("manifest-too-long")
    try:
        content = canonical.decode(raw)
    except FormatError as error:
        raise MalformedRecord("manifest-json") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise MalformedRecord("manifest-format")
    if content.get("version") != VERSION or isinstance(content.get("version"), bool):
        raise MalformedRecord("manifest-version")
    return BundleManifest(
        bundle_id=_text(content.get("bundle"), _UUID, "manifest-bundle-id"),
        folder=_text(content.get("folder"), _FOLDER, "manifest-folder"),
        created_at=_text(content.get("created_at"), _MOMENT, "manifest-created-at"),
        tool=_text(content.get("tool"), _TOOL, "manifest-tool"),
        mode=_mode(content.get("mode")),
        recipients=_recipients(content.get("recipients")),
        includes_self=_flag(content.get("self")),
        counts=_counts(content.get("counts")),
    )


def _text(value: object, pattern: re.Pattern[str], reason: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise MalformedRecord(reason)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise MalformedRecord("manifest-self")
    return value


def _mode(value: object) -> Mode:
    try:
        return Mode(value)
    except ValueError as error:
        raise MalformedRecord("manifest-mode") from error


def _recipients(value: object) -> tuple[RecipientOrganisation, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= _ORGANISATIONS:
        raise MalformedRecord("manifest-recipients")
    recipients = tuple(_recipient(entry) for entry in value)
    if len({recipient.organisation_id for recipient in recipients}) != len(recipients):
        raise MalformedRecord("manifest-recipients")
    return recipients


def _recipient(value: object) -> RecipientOrganisation:
    if not isinstance(value, dict):
        raise MalformedRecord("manifest-recipients")
    keys = value.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= _KEYS:
        raise MalformedRecord("manifest-recipients")
    key_ids = tuple(_text(key, _ID, "manifest-recipients") for key in keys)
    if len(set(key_ids)) != len(key_ids):
        raise MalformedRecord("manifest-recipients")
    return RecipientOrganisation(
        organisation_id=_text(value.get("organisation"), _ID, "manifest-recipients"), key_ids=key_ids
    )


def _counts(value: object) -> dict[str, int]:
    if not isinstance(value, dict) or len(value) > _COUNTS:
        raise MalformedRecord("manifest-counts")
    counts: dict[str, int] = {}
    for name, count in value.items():
        if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= _COUNT_LIMIT:
            raise MalformedRecord("manifest-counts")
        counts[_text(name, _COUNT_NAME, "manifest-counts")] = count
    return counts
