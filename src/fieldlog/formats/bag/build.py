"""Makes the tag files of a bag out of facts about its payload.

Implements ``docs/formats/bundle.md`` section 5.
The payload's digests are known from when each file was imported or made, so the manifests are
complete before the first byte of the bundle is written, and sealing stays one pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldlog.errors import BagError
from fieldlog.formats.archive import check_name
from fieldlog.formats.bag.layout import (
    ALGORITHMS,
    BAG_INFO_NAME,
    BAGIT_NAME,
    BAGIT_TEXT,
    MAX_TAG_FILE_BYTES,
    PAYLOAD_PREFIX,
    README_NAME,
    TAG_NAMES,
    TAGMANIFEST_NAMES,
    BagInfo,
    FileFact,
)
from fieldlog.formats.bag.manifest import format_manifest
from fieldlog.formats.bag.tagfiles import format_bag_info
from fieldlog.primitives.hash import sha256, sha512


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFile:
    """One small file beside the payload; ``path`` is within the bag."""

    path: str
    content: bytes


def build_tag_files(payload: Iterable[FileFact], *, info: BagInfo, readme: bytes) -> tuple[TagFile, ...]:
    """The seven tag files, in the order they stand in the archive.

    The last one is ``tagmanifest-sha512.txt``, the one to authenticate.

    Raises:
        BagError: ``payload-path``, ``payload-duplicate``, ``payload-digest``, ``empty-payload``,
            ``tag-file-too-large``, ``bag-info``.
        ArchiveError: a path that no archive may hold.
    """
    facts = sorted(payload, key=lambda fact: fact.path)
    _check_payload(facts)
    if len(readme) > MAX_TAG_FILE_BYTES:
        raise BagError("tag-file-too-large")
    contents = {
        BAGIT_NAME: BAGIT_TEXT,
        BAG_INFO_NAME: format_bag_info(
            info, payload_bytes=sum(fact.size for fact in facts), payload_files=len(facts)
        ),
        README_NAME: readme,
        "manifest-sha256.txt": format_manifest((fact.path, fact.sha256) for fact in facts),
        "manifest-sha512.txt": format_manifest((fact.path, fact.sha512) for fact in facts),
    }
    for name, digest in zip(TAGMANIFEST_NAMES, (sha256, sha512), strict=True):
        contents[name] = format_manifest((tag, digest(contents[tag])) for tag in sorted(TAG_NAMES))
    return tuple(TagFile(path=name, content=content) for name, content in contents.items())


def _check_payload(facts: list[FileFact]) -> None:
    if not facts:
        raise BagError("empty-payload")
    before = ""
    for fact in facts:
        check_name(fact.path)
        if not fact.path.startswith(PAYLOAD_PREFIX):
            raise BagError("payload-path")
        if fact.path == before:
            raise BagError("payload-duplicate")
        if (len(fact.sha256), len(fact.sha512)) != tuple(ALGORITHMS.values()):
            raise BagError("payload-digest")
        before = fact.path
