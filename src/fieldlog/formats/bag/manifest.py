"""Manifests: one line per file, its digest and its path.

Implements ``docs/formats/bundle.md`` section 5.3 and RFC 8493 section 2.1.3.
There are two ways to read: the strict one takes only what ``format_manifest`` writes; the general
one takes what the RFC allows to others, within the same limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fieldlog.errors import BagError
from fieldlog.formats.bag.layout import MAX_LINE_BYTES, MAX_MANIFEST_BYTES

_STRICT_LINE = re.compile(rb"([0-9a-f]+)  ([A-Za-z0-9._/-]+)")
_GENERAL_LINE = re.compile(r"([0-9A-Fa-f]+)[ \t]+(.*\S.*)", re.DOTALL)
_LINE_END = re.compile(rb"\r\n|\n|\r")
_ESCAPE = re.compile(r"%(0[AaDd]|25)?")


def format_manifest(lines: Iterable[tuple[str, bytes]]) -> bytes:
    """The manifest of these (path, digest) pairs; ``sha256sum -c`` reads it too."""
    return b"".join(f"{digest.hex()}  {path}\n".encode("ascii") for path, digest in lines)


def parse_strict(content: bytes, *, digest_bytes: int) -> dict[str, bytes]:
    """The digests by path of a manifest as Fieldlog writes it.

    Raises:
        BagError: ``manifest-too-large``, ``manifest-line-too-long``, ``manifest-line``,
            ``manifest-digest``, ``manifest-duplicate``, ``unsafe-path``.
    """
    if content and not content.endswith(b"\n"):
        raise BagError("manifest-line")
    digests: dict[str, bytes] = {}
    for line in _lines(content.removesuffix(b"\n"), separator=b"\n"):
        match = _STRICT_LINE.fullmatch(line)
        if match is None:
            raise BagError("manifest-line")
        _put(digests, match[2].decode("ascii"), _digest(match[1].decode("ascii"), digest_bytes))
    return digests


def parse_general(content: bytes, *, digest_bytes: int) -> dict[str, bytes]:
    """The digests by path of any BagIt 1.0 manifest.

    LF, CR and CR LF end a line, the digest may be upper case and any blanks may follow it; LF, CR
    and ``%`` within a path are percent-encoded and nothing else is.

    Raises:
        BagError: as ``parse_strict``, and ``manifest-encoding``, ``manifest-escape``.
    """
    digests: dict[str, bytes] = {}
    for line in _lines(_LINE_END.sub(b"\n", content).removesuffix(b"\n"), separator=b"\n"):
        try:
            match = _GENERAL_LINE.fullmatch(line.decode("utf-8"))
        except UnicodeDecodeError:
            raise BagError("manifest-encoding") from None
        if match is None:
            raise BagError("manifest-line")
        _put(digests, _ESCAPE.sub(_unescape, match[2]), _digest(match[1], digest_bytes))
    return digests


def _lines(content: bytes, *, separator: bytes) -> Iterator[bytes]:
    if len(content) > MAX_MANIFEST_BYTES:
        raise BagError("manifest-too-large")
    for line in content.split(separator) if content else ():
        if len(line) > MAX_LINE_BYTES:
            raise BagError("manifest-line-too-long")
        yield line


def _digest(text: str, digest_bytes: int) -> bytes:
    if len(text) != 2 * digest_bytes:
        raise BagError("manifest-digest")
    return bytes.fromhex(text)


def _put(digests: dict[str, bytes], path: str, digest: bytes) -> None:
    check_path(path)
    if path in digests:
        raise BagError("manifest-duplicate")
    digests[path] = digest


def _unescape(match: re.Match[str]) -> str:
    if match[1] is None:
        raise BagError("manifest-escape")
    return chr(int(match[1], 16))


def check_path(path: str) -> None:
    """Refuse a path that points, or on some system could point, outside of its bag.

    Raises:
        BagError: ``unsafe-path``.
    """
    segments = path.split("/")
    if (
        any(segment in {"", ".", ".."} for segment in segments)
        or path.startswith("~")
        or "\\" in path
        or ":" in segments[0]
    ):
        raise BagError("unsafe-path")
