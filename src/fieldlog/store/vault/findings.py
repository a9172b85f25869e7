"""What ``check`` and ``recover`` found: slugs, codes and numbers, and never a word that somebody wrote.

The faces look the sentences up by slug (``i18n/findings.py``); a test keeps the two lists equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

CHECK_SLUGS: Final = frozenset(
    {
        "attachment-altered",
        "attachment-damaged",
        "attachment-units",
        "attachment-without-record",
        "file-missing",
        "file-unexpected",
        "file-special",
        "file-unsafe",
        "files-unequal",
        "header-damaged",
        "head-behind",
        "history-altered",
        "links-broken",
        "list-differs",
        "log-damaged",
        "media-exchanged",
        "older-pages",
        "pages-damaged",
        "record-altered",
        "record-stale",
        "record-without-attachment",
        "schema-damaged",
        "search-damaged",
        "slot-damaged",
        "slots-damaged",
        "table-list-rebuilt",
        "tables-damaged",
        "versions-differ",
        "volumes-exchanged",
    }
)
"""What ``check`` may find."""

RECOVER_SLUGS: Final = frozenset(
    {
        "attachment-lost",
        "cards-lost",
        "changes-lost",
        "draft-lost",
        "form-rebuilt",
        "handovers-lost",
        "head-behind",
        "header-damaged",
        "incident-lost",
        "line-rebuilt",
        "links-rebuilt",
        "log-damaged",
        "media-exchanged",
        "older-pages",
        "record-altered",
        "record-lost",
        "record-older",
        "revision-lost",
        "settings-lost",
        "slots-damaged",
        "table-list-rebuilt",
        "unnamed-lost",
        "versions-lost",
        "volumes-exchanged",
    }
)
"""What ``recover`` could not save, or saved in another way than it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it was written.

    ``code`` is of the record, file or slot it is about, ``incident`` of the incident that belongs to;
    ``count`` says how many there are where they are counted and not named.
    """

    slug: str
    code: str = ""
    incident: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Everything that was looked at, and what was found."""

    findings: tuple[Finding, ...]
    pages: int = 0
    changes: int = 0
    incidents: int = 0
    attachments: int = 0
    attachment_bytes: int = 0
    units: int = 0
    free_units: int = 0
    slots: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was saved into the new vault, and what was not."""

    findings: tuple[Finding, ...]
    incidents: int = 0
    changes: int = 0
    versions: int = 0
    drafts: int = 0
    attachments: int = 0
    attachment_bytes: int = 0
    cards: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything was saved as it was."""
        return not self.findings


@dataclass(slots=True)
class Findings:
    """Collects findings in the order they are made, each once."""

    found: dict[Finding, None] = field(default_factory=dict)

    def add(self, slug: str, *, code: str = "", incident: str = "", count: int = 0) -> None:
        """Keep one finding."""
        self.found[Finding(slug=slug, code=code, incident=incident, count=count)] = None

    def all(self) -> tuple[Finding, ...]:
        """Everything so far."""
        return tuple(self.found)
