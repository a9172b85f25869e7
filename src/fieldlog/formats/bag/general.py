"""Verifies any BagIt 1.0 bag that RFC 8493 calls complete and valid, with a stricter policy.

Implements ``docs/formats/bundle.md`` section 7.
Bundles are never read this way. It exists so that the manifest reader is held to bags made by
others, and states what is refused on purpose: other versions, other encodings, ``fetch.txt``,
bags without a SHA-256 or SHA-512 manifest.
"""

from __future__ import annotations

import re
import unicodedata

from fieldlog.errors import BagError
from fieldlog.formats.bag import layout
from fieldlog.formats.bag.manifest import check_path, parse_general
from fieldlog.formats.bag.tree import Digests, Tree, read_small

_MANIFEST = re.compile(r"(tag)?manifest-([a-z0-9]+)\.txt")
# RFC 8493 2.4: digests of other algorithms may be there; their lists must be complete all the same.
_DIGEST_BYTES = {"md5": 16, "sha1": 20, "sha224": 28, "sha384": 48, **layout.ALGORITHMS}


def verify_general(tree: Tree) -> None:
    """Check that the bag is complete and that every file has its SHA-256 and SHA-512.

    Raises:
        BagError: with the reason.
    """
    _check_paths(tree)
    _check_bagit_txt(read_small(tree, layout.BAGIT_NAME, limit=layout.MAX_TAG_FILE_BYTES, reason="bagit-txt"))
    if "fetch.txt" in tree.sizes:
        raise BagError("fetch-txt")
    manifests = _read_manifests(tree)
    payload = {path for path in tree.sizes if path.startswith(layout.PAYLOAD_PREFIX)}
    tag_files = {path for path in tree.sizes if _MANIFEST.fullmatch(path) and not path.startswith("tag")}
    if not any(algorithm in layout.ALGORITHMS for is_tag, algorithm in manifests if not is_tag):
        raise BagError("weak-manifests-only")
    for (is_tag, _), listed in manifests.items():
        _check_complete(tree, set(listed), is_tag=is_tag, payload=payload, payload_manifests=tag_files)
    _check_digests(tree, manifests)


def _check_paths(tree: Tree) -> None:
    seen: set[str] = set()
    for path in tree.sizes:
        check_path(path)
        folded = unicodedata.normalize("NFC", path.casefold())
        if folded in seen:
            raise BagError("path-twin")
        seen.add(folded)


def _check_bagit_txt(content: bytes) -> None:
    """Exactly the two lines of RFC 8493 2.1.1, in one of its three line ends."""
    lines = re.split(rb"\r\n|\n|\r", content)
    if lines[-1:] == [b""]:
        lines.pop()
    if len(lines) != 2:
        raise BagError("bagit-txt")
    version = re.fullmatch(rb"BagIt-Version: ([0-9]+\.[0-9]+)", lines[0])
    encoding = re.fullmatch(rb"Tag-File-Character-Encoding: ([!-~]+)", lines[1])
    if version is None or encoding is None:
        raise BagError("bagit-txt")
    if version[1] != b"1.0":
        raise BagError("bagit-version")
    if encoding[1].upper() != b"UTF-8":
        raise BagError("bagit-encoding")


def _read_manifests(tree: Tree) -> dict[tuple[bool, str], dict[str, bytes]]:
    manifests: dict[tuple[bool, str], dict[str, bytes]] = {}
    for path in tree.sizes:
        match = _MANIFEST.fullmatch(path)
        if match is None:
            continue
        if match[2] not in _DIGEST_BYTES:
            raise BagError("unknown-algorithm")
        content = read_small(tree, path, limit=layout.MAX_MANIFEST_BYTES, reason="manifest-too-large")
        listed = parse_general(content, digest_bytes=_DIGEST_BYTES[match[2]])
        manifests[match[1] is not None, match[2]] = listed
    return manifests


def _check_complete(
    tree: Tree,
    listed: set[str],
    *,
    is_tag: bool,
    payload: set[str],
    payload_manifests: set[str],
) -> None:
    if listed - tree.sizes.keys():
        raise BagError("payload-missing" if not is_tag else "tag-file-missing")
    if not is_tag:
        if payload - listed:
            raise BagError("payload-unlisted")
        if listed - payload:
            raise BagError("payload-path")
    elif payload_manifests - listed or any(
        path.startswith(("tagmanifest-", layout.PAYLOAD_PREFIX)) for path in listed
    ):
        raise BagError("tagmanifest-incomplete")


def _check_digests(tree: Tree, manifests: dict[tuple[bool, str], dict[str, bytes]]) -> None:
    wanted: dict[str, dict[str, bytes]] = {}
    for (_, algorithm), listed in manifests.items():
        if algorithm in layout.ALGORITHMS:
            for path, digest in listed.items():
                wanted.setdefault(path, {})[algorithm] = digest
    with Digests(layout.ALGORITHMS) as digests:
        for path, expected in wanted.items():
            found = digests.of(tree.chunks(path), size=tree.sizes[path])
            if any(found[algorithm] != digest for algorithm, digest in expected.items()):
                raise BagError("payload-altered" if path.startswith("data/") else "tag-file-altered")
