"""What the verification of a bundle found, as values."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fieldlog.formats.bundle_manifest import Mode
from fieldlog.formats.bundle_words import bundle_words


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """A bundle that verified. There is no report about one that did not.

    ``created_at`` is what the sender's clock said. ``sender_code`` is this register's name for the
    sender, ``sender_bundles`` counts the different bundles of this sender, this one included.
    ``checks`` and ``warnings`` are slugs in the order they were made.
    ``opened_before`` is when this very bundle was opened first, if it was.
    """

    bundle_id: str
    created_at: str
    tool: str
    mode: Mode
    sender_code: str
    sender_known: bool
    sender_bundles: int
    organisations: int
    incidents: int
    attachments: int
    files: int
    payload_bytes: int
    tag_manifest_sha512: str
    opened_before: str | None
    checks: tuple[str, ...]
    warnings: tuple[str, ...]

    def check_words(self, language: str) -> tuple[str, ...]:
        """The four words that the reporter saw when exactly this bundle was sealed."""
        return bundle_words(bytes.fromhex(self.tag_manifest_sha512), language=language)

    def to_plain(self) -> dict[str, object]:
        """The report as plain JSON values."""
        return {
            **asdict(self),
            "mode": self.mode.value,
            "checks": list(self.checks),
            "warnings": list(self.warnings),
        }
