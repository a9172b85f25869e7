"""Attaching files to an incident and taking them off again; ``recording`` offers these to the faces."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fieldlog.field.file_kind import HEAD_BYTES, FileKind, kind_of
from fieldlog.field.vault import OpenVault
from fieldlog.model.evidence import Evidence
from fieldlog.model.ids import PREFIXES, new_code, new_uuid
from fieldlog.model.text import clean
from fieldlog.store.media import MediaReader, Progress, StoredFile
from fieldlog.system import files

_NAME_LENGTH: Final = 400
"""Characters of an original name that are kept; file systems allow 255."""


def attach(vault: OpenVault, code: str, path: Path, *, progress: Progress | None = None) -> Evidence:
    """Copy the file at ``path`` into the vault and hash it; the original is neither changed nor removed.

    ``progress`` is called with bytes done and bytes in all, about once per MiB.

    Raises:
        UnknownRecord: no such incident.
        FileUnreadable: not there, not a plain file, not readable, or gone while it was read.
        NoSpace: it does not fit.
        Cancelled: from ``progress``.
        MachineError: another subclass. In every case nothing of it is left in the vault.
    """
    with files.open_source(path) as source:
        kind = kind_of(source.read(HEAD_BYTES) or b"")
        source.seek(0)
        evidence_code = _new_evidence_code(vault)

        def describe(stored: StoredFile) -> Evidence:
            return _record(evidence_code, kind, stored, name=path.name, at=vault.timestamp())

        return vault.store.evidence.attach(
            code, evidence_code, source, describe=describe, at=vault.timestamp(), progress=progress
        )


def detach(vault: OpenVault, code: str, evidence_code: str) -> None:
    """Take a file off an incident for good: its key and its record are erased.

    Raises:
        UnknownRecord: the incident has no such file.
    """
    vault.store.evidence.detach(code, evidence_code, at=vault.timestamp())


def open_attachment(vault: OpenVault, evidence_code: str) -> MediaReader:
    """The bytes of an attached file, authenticated as they are read; close it.

    Raises:
        UnknownRecord: no such file.
        VaultDamaged: ``media``; reading raises it too, where units were altered.
    """
    return vault.store.evidence.open(evidence_code)


def attachment_facts(vault: OpenVault, evidence_code: str) -> StoredFile:
    """Size, SHA-256, SHA-512 and CRC-32 taken when the file was attached.

    Raises:
        UnknownRecord: no such file.
    """
    return vault.store.evidence.facts(evidence_code)


def _new_evidence_code(vault: OpenVault) -> str:
    while True:
        code = new_code(PREFIXES["evidence"])
        if not vault.store.records.is_used(code):
            return code


def _record(code: str, kind: FileKind, stored: StoredFile, *, name: str, at: str) -> Evidence:
    return Evidence(
        id=new_uuid(),
        code=code,
        created_at=at,
        path=f"attachments/{code}.{kind.extension}",
        media_type=kind.media_type,
        bytes=stored.size,
        sha256=stored.sha256.hex(),
        sha512=stored.sha512.hex(),
        original_name=clean(name)[:_NAME_LENGTH] or None,
    )
