"""Verifies a bag of a bundle completely, in two steps.

Implements ``docs/formats/bundle.md`` section 6.
``verify_tags`` reads only small files and gives out what is authenticated, so a bundle that is
not from whom it should be is refused before gigabytes are hashed. ``verify_payload`` then reads
every other byte. Only its result, a ``VerifiedBag``, opens files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from fieldlog.errors import BagError
from fieldlog.formats.archive import EntryReader, StrictReader
from fieldlog.formats.bag import layout
from fieldlog.formats.bag.layout import BagInfo, FileFact
from fieldlog.formats.bag.manifest import parse_strict
from fieldlog.formats.bag.tagfiles import parse_bag_info
from fieldlog.formats.bag.tree import ArchiveTree, Digests, Progress, read_small
from fieldlog.primitives.hash import sha256, sha512


class Check(Enum):
    """Which digests of the payload are computed.

    ``EVERY_MANIFEST`` is what RFC 8493 calls valid. ``SIGNED`` computes only SHA-512, the chain that
    the authentication covers: no byte can differ from what was authenticated, and processors
    without SHA instructions need half the time. What it leaves open is whether the sender also
    wrote the right SHA-256 for those who check with that alone.
    """

    EVERY_MANIFEST = ("sha256", "sha512")
    SIGNED = ("sha512",)


@dataclass(frozen=True, slots=True, kw_only=True)
class BagTags:
    """What the tag files say, checked against each other; the payload is not read yet.

    ``signed`` is the content of ``tagmanifest-sha512.txt``. The three after it are contents of
    ``signatures/``, not checked here: whoever opens the bundle knows which keys to check against.
    ``digests`` are SHA-512 of every file beside the payload as it was read here.
    """

    folder: str
    info: BagInfo
    readme: bytes
    payload: tuple[FileFact, ...]
    signed: bytes
    signature: bytes | None
    signer: bytes | None
    authenticators: bytes | None
    digests: Mapping[str, bytes]

    @property
    def payload_bytes(self) -> int:
        """Size of all payload files together."""
        return sum(fact.size for fact in self.payload)


class VerifiedBag:
    """A bag whose every byte has been checked; its files are read in place."""

    def __init__(self, *, tags: BagTags, tree: ArchiveTree, check: Check) -> None:
        self.tags = tags
        self.check = check
        self._tree = tree
        self._facts = {fact.path: fact for fact in tags.payload}

    @property
    def payload(self) -> Mapping[str, FileFact]:
        """The payload files by path, such as ``data/bundle.json``."""
        return self._facts

    def open(self, path: str) -> EntryReader:
        """A seekable reader of one payload file. Nothing checks what it reads: ``require_unaltered`` does.

        Raises:
            BagError: ``missing-file``.
        """
        if path not in self._facts:
            raise BagError("missing-file")
        return self._tree.open(path)

    def read(self, path: str, *, limit: int) -> bytes:
        """The whole of one small payload file.

        Raises:
            BagError: ``missing-file``, ``file-too-large``.
        """
        if path not in self._facts:
            raise BagError("missing-file")
        return read_small(self._tree, path, limit=limit, reason="file-too-large")

    def require_unaltered(self, path: str, sha512_digest: bytes) -> None:
        """Demand that a file read again has the digest it was verified with.

        What a file holds can change between two reads, so a second one proves nothing by itself.

        Raises:
            BagError: ``missing-file``, ``payload-altered``, ``tag-file-altered``.
        """
        if path in self._facts:
            if sha512_digest != self._facts[path].sha512:
                raise BagError("payload-altered")
        elif path not in self.tags.digests:
            raise BagError("missing-file")
        elif sha512_digest != self.tags.digests[path]:
            raise BagError("tag-file-altered")

    def all_files(self) -> Mapping[str, int]:
        """Path and size of every file of the bag, for taking the whole bag out."""
        return self._tree.sizes

    def open_any(self, path: str) -> EntryReader:
        """A seekable reader of any file of the bag, tag files and signatures included.

        Raises:
            BagError: ``missing-file``.
        """
        if path not in self._tree.sizes:
            raise BagError("missing-file")
        return self._tree.open(path)


def verify(
    archive: StrictReader, *, progress: Progress | None = None, check: Check = Check.EVERY_MANIFEST
) -> VerifiedBag:
    """Check everything, tags and payload. Raises as ``verify_tags`` and ``verify_payload``."""
    return verify_payload(archive, verify_tags(archive), progress=progress, check=check)


def verify_tags(archive: StrictReader) -> BagTags:
    """Check the shape of the bag, its tag files and the padding, but not the payload's digests.

    Raises:
        BagError: the bag is not complete or not as Fieldlog writes it.
        ArchiveError: the padding is not right, or a file does not have its CRC.
    """
    archive.check_padding()
    tree = ArchiveTree(archive)
    layout.check_folder_name(tree.folder)
    payload_sizes = _check_files(tree)
    contents = _read_tag_files(tree)
    if contents[layout.BAGIT_NAME] != layout.BAGIT_TEXT:
        raise BagError("bagit-txt")
    _check_tagmanifests(contents)
    payload = _payload_facts(contents, payload_sizes)
    info = parse_bag_info(
        contents[layout.BAG_INFO_NAME],
        payload_bytes=sum(payload_sizes.values()),
        payload_files=len(payload_sizes),
    )
    signatures = {
        name: read_small(tree, name, limit=layout.MAX_SIGNATURE_BYTES, reason="signature-too-large")
        for name in layout.SIGNATURE_NAMES & tree.sizes.keys()
    }
    if (layout.SIGNATURE_NAME in signatures) != (layout.SIGNER_NAME in signatures):
        raise BagError("signature-without-signer")
    return BagTags(
        folder=tree.folder,
        info=info,
        readme=contents[layout.README_NAME],
        payload=payload,
        signed=contents[layout.SIGNED_NAME],
        signature=signatures.get(layout.SIGNATURE_NAME),
        signer=signatures.get(layout.SIGNER_NAME),
        authenticators=signatures.get(layout.AUTHENTICATORS_NAME),
        digests={name: sha512(content) for name, content in (contents | signatures).items()},
    )


def _check_files(tree: ArchiveTree) -> dict[str, int]:
    """Sizes of the payload files; every other file must be one that a bag has."""
    payload: dict[str, int] = {}
    for path, size in tree.sizes.items():
        if path.startswith(layout.PAYLOAD_PREFIX):
            payload[path] = size
        elif path == "fetch.txt":
            raise BagError("fetch-txt")
        elif path not in {*layout.TAG_NAMES, *layout.TAGMANIFEST_NAMES, *layout.SIGNATURE_NAMES}:
            raise BagError("unexpected-file")
    if not payload:
        raise BagError("empty-payload")
    return payload


def _read_tag_files(tree: ArchiveTree) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    for name in (*layout.TAG_NAMES, *layout.TAGMANIFEST_NAMES):
        manifest = "manifest-" in name
        limit = layout.MAX_MANIFEST_BYTES if manifest else layout.MAX_TAG_FILE_BYTES
        reason = "manifest-too-large" if manifest else "tag-file-too-large"
        contents[name] = read_small(tree, name, limit=limit, reason=reason)
    return contents


def _check_tagmanifests(contents: dict[str, bytes]) -> None:
    for name, digest in zip(layout.TAGMANIFEST_NAMES, (sha256, sha512), strict=True):
        listed = parse_strict(contents[name], digest_bytes=len(digest(b"")))
        if listed.keys() != set(layout.TAG_NAMES):
            raise BagError("tagmanifest-incomplete")
        for tag in layout.TAG_NAMES:
            if digest(contents[tag]) != listed[tag]:
                raise BagError("tag-file-altered")


def _payload_facts(contents: dict[str, bytes], sizes: dict[str, int]) -> tuple[FileFact, ...]:
    digests: list[dict[str, bytes]] = []
    for algorithm, digest_bytes in layout.ALGORITHMS.items():
        listed = parse_strict(contents[f"manifest-{algorithm}.txt"], digest_bytes=digest_bytes)
        if listed.keys() - sizes.keys():
            raise BagError("payload-missing")
        if sizes.keys() - listed.keys():
            raise BagError("payload-unlisted")
        digests.append(listed)
    by_sha256, by_sha512 = digests
    return tuple(
        FileFact(path=path, size=sizes[path], sha256=by_sha256[path], sha512=by_sha512[path])
        for path in sorted(sizes)
    )


def verify_payload(
    archive: StrictReader,
    tags: BagTags,
    *,
    progress: Progress | None = None,
    check: Check = Check.EVERY_MANIFEST,
) -> VerifiedBag:
    """Read every payload file that ``verify_tags`` found in the same archive and check its digests.

    Raises:
        BagError: ``payload-altered``.
        ArchiveError: a file does not have its CRC, or ends early.
    """
    tree = ArchiveTree(archive)
    done, total = 0, tags.payload_bytes
    with Digests(check.value) as digests:
        for fact in tags.payload:
            chunks = tree.chunks(fact.path)
            counted = chunks if progress is None else _counting(chunks, progress, done, total)
            expected = {"sha256": fact.sha256, "sha512": fact.sha512}
            for algorithm, digest in digests.of(counted, size=fact.size).items():
                if digest != expected[algorithm]:
                    raise BagError("payload-altered")
            done += fact.size
    return VerifiedBag(tags=tags, tree=tree, check=check)


def _counting(chunks: Iterator[bytes], progress: Progress, done: int, total: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        progress(done, total)
