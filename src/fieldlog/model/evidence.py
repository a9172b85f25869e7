"""Evidence: one attached file and what is known about it (data-model section 1.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from fieldlog.model.base import Record
from fieldlog.model.kinds import (
    MediaType,
    Name,
    PayloadPath,
    RecordCode,
    Sha256Hex,
    Sha512Hex,
    ShortText,
    Size,
    Term,
    Timestamp,
    VaultOnly,
)
from fieldlog.model.when import When


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """Where and how something was saved from the internet."""

    url: ShortText
    captured_at: Timestamp | None = None
    tool: Name | None = None
    page_hash: Sha256Hex | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Record):
    """A file, named only by its code. The digests are those of its bytes at import, before anything else."""

    type: ClassVar[str] = "evidence"

    path: PayloadPath
    media_type: MediaType
    bytes: Size
    sha256: Sha256Hex
    sha512: Sha512Hex
    state: Annotated[str, Term("evidence_state")] = "original"
    derived_from: RecordCode | None = None
    change_note: ShortText | None = None
    captured_when: When | None = None
    captured_by: RecordCode | None = None
    capture_basis: ShortText | None = None
    original_name: Annotated[Name | None, VaultOnly()] = None
    online: Online | None = None
    shows: tuple[Annotated[str, Term("shows")], ...] = ()
    about: tuple[RecordCode, ...] = ()
